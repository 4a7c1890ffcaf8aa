# SPDX-License-Identifier: Apache-2.0
"""However a pack is damaged, the checker answers with problems, never with a failure of its own."""

from hypothesis import given, settings
from hypothesis import strategies as st

from huiban.packloader.build_scenario import build
from huiban.packloader.checkers import check_draft
from huiban.packloader.folder import Folder
from tests.packloader.pack_edit import PACK, common, texts

FILES = sorted(file for file in texts() if file.endswith(".yaml"))
WRITTEN = ["null", "[]", "{}", "3", "true", "x", "[x]", "{a: b}", '"', "20 work_days", "{zh: a}"]


@st.composite
def damages(draw: st.DrawFn) -> tuple[str, str]:
    file = draw(st.sampled_from(FILES))
    lines = texts()[file].split("\n")
    place = draw(st.integers(0, len(lines) - 1))
    line = lines[place]
    key = line.split(":")[0]
    lines[place : place + 1] = draw(
        st.sampled_from(
            [
                [],
                [line, line],
                ["  " + line],
                [line.lstrip()],
                [line.replace(": ", ": [", 1)],
                [line[: len(line) // 2]],
                *([f"{key}: {value}"] for value in WRITTEN),
            ]
        )
    )
    return file, "\n".join(lines)


@settings(max_examples=25, deadline=None)
@given(st.lists(damages(), min_size=1, max_size=4))
def test_a_damaged_pack_is_told_what_is_wrong_with_it(edits: list[tuple[str, str]]) -> None:
    damaged = {**texts(), **dict(edits)}

    for problem in check_draft(build(Folder(PACK, damaged, "packs/waste"), common())):
        assert problem.line >= 1
        assert problem.message
