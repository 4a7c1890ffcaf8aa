# SPDX-License-Identifier: Apache-2.0
"""A small review: contracts and an identity card held against a form, and builders of files."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from huiban.kernel.extract import Found
from huiban.kernel.form import Field, FieldKind, Form, Section
from huiban.kernel.reading import Box
from huiban.kernel.review import Against, How, Point, Review, ReviewFact, Severity, Take
from huiban.kernel.review_facts import FileRead, SealPlace
from huiban.kernel.rule import FactKind, FactType, Schema, parse
from huiban.kernel.words import Words

TEXT, DATE = FactType(FactKind.TEXT), FactType(FactKind.DATE)
NUMBER, LIST = FactType(FactKind.DECIMAL), FactType(FactKind.LIST)
BOOLEAN, INTEGER = FactType(FactKind.BOOLEAN), FactType(FactKind.INTEGER)
CONTRACT = frozenset({"contract"})
CARD = frozenset({"id_card_front", "id_card_back"})
SPOT = Box(0.1, 0.2, 0.5, 0.25)
SEAL = Box(0.6, 0.7, 0.8, 0.9)


def _field(key: str, kind: FieldKind, **more: object) -> Field:
    return Field(key=key, label=Words(key), kind=kind, **more)  # type: ignore[arg-type]


FORM = Form(
    code="new",
    title=Words("申请表"),
    sections=(
        Section(
            key="all",
            title=Words("全部"),
            fields=(
                _field("builder", FieldKind.TEXT),
                _field("site", FieldKind.ADDRESS),
                _field("amount", FieldKind.NUMBER, decimals=4, unit="万吨"),
                _field("ends", FieldKind.DATE),
                _field(
                    "vehicles",
                    FieldKind.TABLE,
                    columns=(_field("plate", FieldKind.TEXT),),
                ),
            ),
        ),
    ),
)
VALUES = {
    "builder": "青岛海晟置业有限公司（样例）",
    "site": {"text": "崂山区深圳路189号"},
    "amount": "3.2",
    "ends": "2027-03-31",
    "vehicles": [{"plate": "鲁B12345"}, {"plate": "鲁BD12345"}],
}


def fact(name: str, how: How, kind: FactType, field: str = "", **more: object) -> ReviewFact:
    made = {"material": "deal", "kinds": CONTRACT, "bearing": CONTRACT, **more}
    return ReviewFact(name=name, how=how, type=kind, field=field, **made)  # type: ignore[arg-type]


FACTS = {
    one.name: one
    for one in (
        fact("number", How.READ, TEXT, "number"),
        fact("until", How.READ, DATE, "valid_until", meant=FieldKind.DATE, take=Take.MOST),
        fact("since", How.READ, DATE, "valid_from", meant=FieldKind.DATE, take=Take.LEAST),
        fact("plates", How.READ, LIST, "plates"),
        fact("ours", How.AGREES, BOOLEAN, "party_a", against=Against("builder")),
        fact(
            "same_end", How.AGREES, BOOLEAN, "valid_until", against=Against("ends"),
            meant=FieldKind.DATE,
        ),
        fact(
            "same_amount", How.AGREES, BOOLEAN, "quantity", against=Against("amount"),
            meant=FieldKind.NUMBER, unit="万吨",
        ),
        fact(
            "same_site", How.AGREES, BOOLEAN, "address", against=Against("site"),
            meant=FieldKind.ADDRESS,
        ),
        fact("only_ours", How.AGREES, BOOLEAN, "plates", against=Against("vehicles.plate")),
        fact("all_listed", How.COVERS, BOOLEAN, "plates", against=Against("vehicles.plate")),
        fact(
            "signed_by_holder", How.AGREES, BOOLEAN, "person",
            against=Against("card.name", "card"),
        ),
        fact("sealed", How.SEAL, BOOLEAN),
        fact("is_contract", How.KIND, BOOLEAN),
        fact("total", How.SUM, NUMBER, "quantity", meant=FieldKind.NUMBER, unit="万吨"),
        fact("files", How.COUNT, INTEGER, bearing=frozenset()),
        fact("sheets", How.COUNT, INTEGER, bearing=frozenset(), of_pages=True),
        fact(
            "backs", How.COUNT, INTEGER, material="card", kinds=CARD,
            bearing=frozenset({"id_card_back"}),
        ),
        fact(
            "card_until", How.READ, DATE, "valid_until", material="card", kinds=CARD,
            bearing=frozenset({"id_card_back"}), meant=FieldKind.DATE,
        ),
    )
}  # fmt: skip
REVIEW = Review({"deal": ("contract",), "card": ("id_card_front", "id_card_back")}, FACTS)
SCHEMA: Schema = {
    **{name: one.type for name, one in FACTS.items()},
    "ends": DATE,
    "amount": NUMBER,
}


def point(code: str, holds: str, shows: tuple[str, ...], needs: float = 0.8) -> Point:
    return Point(
        code, Words(code), parse(holds, SCHEMA), "依据", Severity.MUST, "deal", shows,
        Words("请改正"), Words("请核对"), "examiner", needs,
    )  # fmt: skip


def found(
    value: str | date | Decimal | tuple[str, ...] | None,
    confidence: float = 0.95,
    text: str = "",
    is_long_term: bool = False,
) -> Found:
    return Found(value, text or str(value), 1, SPOT, confidence, is_long_term)


def contract(at: int = 1, /, *, sealed: bool = False, **fields: Found) -> FileRead:
    seals = (SealPlace(2, SEAL),) if sealed else ()
    return FileRead(at, "contract", fields, seals, 2, 0.97)


def tons(written: str, amount: str, confidence: float = 0.95) -> Found:
    return found(Decimal(amount), confidence, written)


Files = Mapping[str, list[FileRead]]
