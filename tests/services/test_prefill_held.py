# SPDX-License-Identifier: Apache-2.0
"""What a certificate of another kind says fills in the applications of its holder alone."""

from dataclasses import replace
from datetime import date

import pytest

from huiban.kernel.form import Field, FieldKind, Form, Section
from huiban.kernel.words import Words
from huiban.services import city, drafts, guide, offers
from huiban.services.drafts import Saving
from huiban.store.models import Account, Certificate
from tests.services import city_sample as sample
from tests.services.certificate_sample import IN_FORCE, granted

pytestmark = pytest.mark.usefixtures("each_database")
ITEM = "construction_waste.new"


@pytest.fixture
def people(each_database: str) -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def held(people: dict[str, Account]) -> Certificate:
    """The work-safety permit of the enterprise that will apply for a waste permit."""
    found = granted(people)
    other = replace_kind(found)
    other.save(force_insert=True)
    return other


def replace_kind(found: Certificate) -> Certificate:
    found.number, found.verify_code = "（鲁）JZ安许证字〔2026〕020001", "safety"
    found.kind, found.title = "safety_permit", "安全生产许可证"
    found.content = city.text_of({"values": {"name": "青岛海晟置业有限公司", "staff": "120"}})
    found.valid_from, found.valid_until = date(2026, 1, 1), date(2028, 12, 31)
    return found


def begin(people: dict[str, Account], who: str = "wangmin") -> drafts.Writing:
    return drafts.begin(ITEM, people[who].to_actor(), people[who], IN_FORCE)


def test_a_contractor_is_known_from_its_own_permit(
    people: dict[str, Account], held: Certificate
) -> None:
    writing = begin(people)

    assert writing.values["contractor"] == "青岛海晟置业有限公司"
    origin = writing.origins["contractor"]
    assert (origin["kind"], origin["reference"]) == ("certificate", held.number)
    assert origin["zh"] == "安全生产许可证"


def test_what_was_filled_in_may_be_typed_over(
    people: dict[str, Account], held: Certificate
) -> None:
    writing = begin(people)
    part = writing.form.section_of("contractor")
    values = {key: writing.values[key] for key in ("contractor",)}

    saving = Saving(str(part), values | {"contractor": "青岛海纳建设工程有限公司"})
    saved = drafts.save(writing.number, saving, people["wangmin"].to_actor(), IN_FORCE)

    assert saved.values["contractor"] == "青岛海纳建设工程有限公司"
    assert "contractor" not in saved.origins


def test_nobody_else_is_filled_in_from_it(people: dict[str, Account], held: Certificate) -> None:
    assert "contractor" not in begin(people, "lihua").values


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "suspended"},
        {"state": "annulled"},
        {"valid_until": date(2026, 11, 30)},
        {"valid_from": date(2026, 12, 2)},
    ],
)
def test_a_certificate_that_does_not_count_today_fills_in_nothing(
    people: dict[str, Account], held: Certificate, changed: dict[str, object]
) -> None:
    Certificate.objects.filter(number=held.number).update(**changed)

    assert "contractor" not in begin(people).values


def a_form(*prefill: str) -> Form:
    asked = Field(key="x", label=Words("某项"), kind=FieldKind.TEXT, prefill=prefill)
    section = Section(key="s", title=Words("节"), fields=(asked,))
    return Form(code="f", title=Words("表"), sections=(section,))


def test_attributes_and_answers_are_offered_and_unknown_contents_are_not(
    held: Certificate,
) -> None:
    names = [f"certificate.safety_permit.{one}" for one in ("number", "valid_until", "staff", "z")]

    found = offers.of_held(sample.USCC, a_form(*names), IN_FORCE.date())

    assert {name: one.value for name, one in found.items()} == dict(
        zip(names, (held.number, "2028-12-31", "120"), strict=False)
    )


def test_a_form_that_names_no_certificate_asks_the_store_nothing(
    held: Certificate, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    form = a_form("identity.name", "certificate.number")

    with django_assert_num_queries(0):
        assert offers.of_held(sample.USCC, form, IN_FORCE.date()) == {}


def test_the_guide_promises_nothing_that_only_holders_are_spared() -> None:
    form = city.item(ITEM).scenario.form_of(city.item(ITEM).item)
    field = form.field("contractor")
    assert field is not None

    only = replace(field, prefill=("certificate.safety_permit.name",))

    assert not guide._is_filled(only.prefill)
    assert guide._is_filled(("certificate.number",))
