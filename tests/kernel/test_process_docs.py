# SPDX-License-Identifier: Apache-2.0
"""The reference page for pack authors is true: its example is sound, no word is missing."""

import re
from pathlib import Path

from huiban.kernel.process import CAUSES, ENGINE_ACTS, STAGES, compile_chart, soundness
from huiban.kernel.process_arcs import ARC_KEYS
from huiban.kernel.process_clocks import CLOCK_KEYS
from huiban.kernel.process_compile import TOP_KEYS
from huiban.kernel.process_diagram import to_svg
from huiban.kernel.process_tree import STATE_KEYS
from huiban.packloader import strict
from tests.kernel.process_samples import ROLES, SCHEMA, WASTE

PAGE = Path(__file__).parents[2] / "docs/reference/process.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_example_of_the_page_is_a_sound_chart() -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    node, problems = strict.read(example, "process.md")
    assert problems == []
    assert node is not None
    data = strict.plain(node)
    assert isinstance(data, dict)

    chart = compile_chart(data, SCHEMA)

    assert soundness(chart, ROLES) == []


def test_every_word_of_the_vocabulary_is_on_the_page() -> None:
    keys = {
        *TOP_KEYS,
        *ARC_KEYS,
        *CLOCK_KEYS,
        *(key for part in STATE_KEYS.values() for key in part),
    }
    for word in keys | set(STAGES) | set(ENGINE_ACTS) - {"sub_case_closed", "warn"}:
        assert re.search(rf"\b{word}\b", TEXT), word
    for cause in CAUSES.values():
        assert str(cause) in TEXT


def test_every_class_of_a_drawing_is_on_the_page() -> None:
    current, done = ("consultation.traffic",), ("submitted",)
    svg = to_svg(WASTE, "zh", current, done) + to_svg(WASTE, "zh", current, done, vertical=True)

    for name in {part for found in re.findall(r'class="([^"]+)"', svg) for part in found.split()}:
        base, _, ending = name.rpartition("-")
        assert name in TEXT or (base in TEXT and f"-{ending}" in TEXT), name
