# SPDX-License-Identifier: Apache-2.0
"""The papers that reading is measured with: the same every time, legible, and of two sets apart."""

import io
from random import Random

import pytest
from PIL import Image

from benchmarks.ocr import is_right, kinds
from benchmarks.papers.draw import SETS, papers
from benchmarks.papers.invented import INVENTORS, LONG_TERM
from huiban.kernel.extract import Found
from huiban.kernel.identifier import check_uscc
from huiban.kernel.identifier_samples import is_sample_person_id, is_sample_uscc
from huiban.kernel.reading import Box


def test_the_same_seed_draws_the_same_paper() -> None:
    one, other = next(papers("dev", 1)), next(papers("dev", 1))

    assert one == other
    assert one != next(papers("dev", 1, seed=2))
    assert Image.open(io.BytesIO(one.content)).size == (1684, 1190)


def test_no_layout_is_in_both_sets() -> None:
    dev, kept = ({one for many in SETS[name].values() for one in many} for name in ("dev", "kept"))

    assert dev
    assert kept
    assert not dev & kept


def test_every_field_of_a_paper_is_a_field_of_its_kind() -> None:
    known = kinds()

    for kind, invent in INVENTORS.items():
        fields = {one.name for one in known[kind].fields}
        assert set(invent(Random(1))) <= fields, kind


@pytest.mark.parametrize("seed", range(20))
def test_nobody_bears_the_numbers_of_a_paper(seed: int) -> None:
    uscc = str(INVENTORS["business_licence"](Random(seed))["uscc"])

    assert check_uscc(uscc).warnings == ()
    assert is_sample_uscc(uscc)
    assert is_sample_person_id(str(INVENTORS["id_card_front"](Random(seed))["id_number"]))


def found(value: str | None, is_long_term: bool = False) -> Found:
    return Found(value, "", 1, Box(0, 0, 1, 1), 1.0, is_long_term)


def test_a_field_is_right_only_if_it_is_the_same() -> None:
    assert is_right(found("青岛某某(集团)有限公司"), "青岛某某（集团）有限公司")
    assert not is_right(found("青岛某某集团有限公司"), "青岛某某（集团）有限公司")
    assert not is_right(None, "青岛")
    assert is_right(found(None, is_long_term=True), LONG_TERM)
    assert not is_right(found(None), LONG_TERM)
