# SPDX-License-Identifier: Apache-2.0
"""Loading: kernel values with every rule in place, versions by their texts, quickly."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from huiban.kernel.catalogue import Life, Need
from huiban.kernel.form import FieldKind
from huiban.packloader import Numbering, PackRefused, load_scenarios, load_texts
from tests.packloader.pack_edit import PACK, ROOT, Edit, common, edited, texts

SCENARIO = load_texts(texts(), common())


def test_the_first_pack_has_one_item_for_each_life() -> None:
    assert {item.life for item in SCENARIO.items.values()} == set(Life)


def test_the_new_application_asks_all_46_questions_and_one_of_ours() -> None:
    form = SCENARIO.forms["new"]
    plain = [one.key for one in form.fields() if one.kind is not FieldKind.TABLE]
    cells = [column.key for one in form.fields() for column in one.columns]

    assert len(plain) + len(cells) == 47
    assert "uses_road" in plain


def test_every_question_says_why_it_is_asked_and_speaks_english() -> None:
    for form in SCENARIO.forms.values():
        for field in form.fields():
            assert field.why.zh, f"{form.code}.{field.key}"
            assert field.why.en, f"{form.code}.{field.key}"
            assert field.label.en, f"{form.code}.{field.key}"


def test_the_new_item_asks_for_the_seven_materials() -> None:
    item = SCENARIO.items["construction_waste.new"]

    assert len(item.materials) == 7
    assert all(one.need is Need.REQUIRED for one in item.materials)


def test_the_declaration_has_ten_clauses_in_both_languages() -> None:
    field = SCENARIO.forms["new"].field("commitment")

    assert field is not None
    assert sum(f"{number}、" in field.text.zh for number in "一二三四五六七八九十") == 10
    assert "10. " in field.text.en


@pytest.mark.parametrize("form", ["modify", "renew", "cancel"])
def test_a_form_for_a_permit_in_hand_locks_what_carries_over(form: str) -> None:
    source = SCENARIO.from_certificates[form]
    life = next(i.life for i in SCENARIO.items.values() if i.form == form)
    locked = {one.key for one in SCENARIO.forms[form].fields() if life in one.locked_in}

    assert source.kind == "waste_disposal_permit"
    assert locked == set(source.locked)
    assert {"applicant", "uscc"} <= locked


def test_what_a_form_takes_from_another_is_the_same_question() -> None:
    new, modify = SCENARIO.forms["new"].field("uscc"), SCENARIO.forms["modify"].field("uscc")

    assert new is not None
    assert modify is not None
    assert (new.label, new.kind, new.why) == (modify.label, modify.kind, modify.why)


def test_a_version_is_known_by_its_texts() -> None:
    changed = edited(Edit("README.md", "# 城市", "# 某城市"))

    assert load_texts(texts(), common()).digest == SCENARIO.digest
    assert load_texts(changed, common()).digest != SCENARIO.digest


def test_a_stored_version_with_a_fault_is_refused_with_every_reason() -> None:
    broken = edited(Edit("rules.yaml", "site_left", "site_lft"), Edit("pack.yaml", "1.2.0", "one"))

    with pytest.raises(PackRefused) as refused:
        load_texts(broken, common())

    assert len(refused.value.problems) == 2
    assert "rules.yaml:41" in str(refused.value)


def test_a_pack_with_a_fault_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    root = tmp_path / "packs"
    shutil.copytree(ROOT, root)
    shutil.copytree(root / PACK, root / "broken")
    (root / "broken" / "rules.yaml").write_text("acceptance: [", "utf-8")

    found = load_scenarios(root)

    assert PACK in found.scenarios
    assert "broken" not in found.scenarios
    assert {problem.path for problem in found.problems} == {"packs/broken/rules.yaml"}


def test_the_calendar_of_the_city_is_loaded() -> None:
    calendar = common().calendar

    assert not calendar.is_workday(date(2026, 10, 1))
    assert calendar.is_workday(date(2026, 9, 20))


def test_templates_of_the_pack_and_the_shared_ones_are_together() -> None:
    assert "documents/waste_disposal_permit.typ" in SCENARIO.templates
    assert "common/documents/letter.typ" in SCENARIO.templates


def test_the_certificate_says_from_which_answers_it_is_valid() -> None:
    kind = common().certificates["waste_disposal_permit"]

    assert kind.valid is not None
    assert (kind.valid.starts, kind.valid.ends, kind.valid.at_most) == (
        "period_start",
        "period_end",
        "1 year",
    )


def test_numbers_are_written_by_their_pattern() -> None:
    numbering = Numbering("青〔{year}〕{division}-{month}{day}-{serial:3}", "daily")

    assert numbering.write(7, date(2026, 3, 5), "370212") == "青〔2026〕370212-0305-007"


@pytest.mark.parametrize(
    ("resets", "day"),
    [("daily", date(2026, 3, 5)), ("yearly", date(2026, 1, 1)), ("never", date(1970, 1, 1))],
)
def test_a_serial_starts_over_when_its_numbering_says(resets: str, day: date) -> None:
    assert Numbering("{serial}", resets).series_day(date(2026, 3, 5)) == day


def test_a_notice_fills_what_it_knows_and_never_shows_a_slot() -> None:
    title, body = SCENARIO.notices["accept"].tell({"case_number": "QD-1"})

    assert "QD-1" in body.zh
    assert "QD-1" in body.en
    assert "{" not in title.zh + body.zh + body.en
