# SPDX-License-Identifier: Apache-2.0
"""How much people are spared (减填写率、免材料率): by scenario, channel, month, life; and one."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction

from huiban.kernel.actor import Actor
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.fill_rate import RATES, Counts, RateDefinition, Spread, removed_share, spread
from huiban.kernel.form import Form
from huiban.kernel.permission import Errand
from huiban.kernel.words import Words
from huiban.services import city, handle
from huiban.services.facts import local_day
from huiban.services.fill_counting import of_journal
from huiban.services.permission import demand, demand_platform
from huiban.store import fill_sums
from huiban.store.fill_sums import Narrow, Pairs, Unsent

BY = {"scenario": "pack_code", "channel": "channel", "month": "month", "life": "life"}
"""What the rates can be shown by."""
LATEST = 2000
"""So many of the newest applications say which fields are filled in wrongly."""
_FEWEST_GIVEN = 5
_WORST = 10


@dataclass(frozen=True, slots=True)
class Ask:
    """
    Which rates are asked for; `months` 0 means all there ever were.

    Only the `rates` named are worked out by group; none named means all.
    """

    by: str = "scenario"
    pack: str = ""
    months: int = 12
    rates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """The rates of one group by code; `unrecorded` applications are in none of them."""

    key: str
    n: int
    unrecorded: int
    added_back: int
    rates: Mapping[str, Spread | None]


@dataclass(frozen=True, slots=True)
class FieldLine:
    """How often one field was prefilled, and then changed."""

    item: str
    label: Words
    given: int
    edited: int

    @property
    def share(self) -> Fraction:
        return Fraction(self.edited, self.given)


@dataclass(frozen=True, slots=True)
class RemovedLine:
    """How many questions of the form before are no longer asked."""

    form: Words
    asked: int
    removed: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the page of rates shows; `means` are those of all applications together."""

    means: Mapping[str, float | None]
    total: Line
    lines: tuple[Line, ...]
    fields: tuple[FieldLine, ...]
    removed: tuple[RemovedLine, ...]
    unsent: Unsent
    since: str


def board(ask: Ask, actor: Actor, now: datetime) -> Board:
    """
    Work out the rates of a period.

    :raises NotAllowed: for whoever may not see them.
    :raises ValueError: if they cannot be shown by that.
    """
    demand_platform(actor, Errand.VIEW_RATES)
    if ask.by not in BY:
        raise ValueError(f"rates are not shown by {ask.by!r} (known: {', '.join(BY)})")
    first = _first_month(local_day(now), ask.months)
    narrow = Narrow(ask.pack, f"{first:%Y-%m}" if first else "")
    begin = datetime.combine(first or date(1970, 1, 1), time(), SHANGHAI)
    wanted = [one for one in RATES if one.code in ask.rates or not ask.rates]
    total, *lines = _lines(BY[ask.by], narrow, wanted)
    means = fill_sums.means(narrow, [(one.top, one.base) for one in RATES])
    return Board(
        means={one.code: mean for one, mean in zip(RATES, means, strict=True)},
        total=total,
        lines=tuple(lines),
        fields=_worst(narrow),
        removed=tuple(_removed(ask.pack)),
        unsent=fill_sums.unsent(ask.pack, begin, now),
        since=narrow.since,
    )


def of_case(number: str, actor: Actor) -> Counts | None:
    """
    Count how one case was filled in; None if it was not written down.

    :raises NotFound, NotAllowed: if there is no such case, or it is not theirs to see.
    """
    opened = handle.load(number)
    demand(actor, Errand.VIEW_CASE, opened.case, opened.standing)
    return of_journal(opened.journal)


def _lines(by: str, narrow: Narrow, wanted: Sequence[RateDefinition]) -> Iterator[Line]:
    """Yield the line of all groups together, then one a group."""
    numbers = fill_sums.numbers(by, narrow)
    found = {one.code: fill_sums.pairs(by, narrow, one.top, one.base) for one in wanted}
    whole = {code: spread(_together(groups)) for code, groups in found.items()}
    n, unrecorded, added_back = (sum(one[place] for one in numbers.values()) for place in range(3))
    yield Line("", n, unrecorded, added_back, whole)
    for group, (n, unrecorded, added_back) in sorted(numbers.items()):
        own = {code: spread(groups.get(group, {})) for code, groups in found.items()}
        yield Line(group, n, unrecorded, added_back, own)


def _together(groups: Mapping[str, Pairs]) -> Pairs:
    found: Pairs = Counter()
    for pairs in groups.values():
        found.update(pairs)
    return found


def _first_month(today: date, months: int) -> date | None:
    if months < 1:
        return None
    count = today.year * 12 + today.month - months
    return date(count // 12, count % 12 + 1, 1)


def _worst(narrow: Narrow) -> tuple[FieldLine, ...]:
    """List the fields whose prefilled values are changed most, by share and then by number."""
    given: Counter[tuple[str, str]] = Counter()
    edited: Counter[tuple[str, str]] = Counter()
    for item, text in fill_sums.latest_by_field(narrow, LATEST):
        for path, (count, wrong) in json.loads(text).items():
            given[item, path] += count
            edited[item, path] += wrong
    lines = [
        FieldLine(item, _label(item, path), given[item, path], count)
        for (item, path), count in edited.items()
        if count and given[item, path] >= _FEWEST_GIVEN
    ]
    return tuple(sorted(lines, key=lambda one: (-one.share, -one.given, one.label.zh))[:_WORST])


def _label(item: str, path: str) -> Words:
    placed = city.items().get(item)
    form = placed.scenario.form_of(placed.item) if placed else None
    key, _, column = path.partition(".")
    field = form.field(key) if form else None
    if field is None:  # asked by a version of the form that is no longer in force
        return Words(path)
    inner = next((one for one in field.columns if one.key == column), None)
    if inner is None:
        return field.label
    return Words(
        f"{field.label.zh} · {inner.label.zh}",
        f"{field.label.en or field.label.zh} · {inner.label.en or inner.label.zh}",
    )


def _removed(pack: str) -> Iterator[RemovedLine]:
    forms: dict[tuple[str, str], Form] = {}
    for placed in city.items().values():
        if pack in ("", placed.scenario.code):
            form = placed.scenario.form_of(placed.item)
            forms[placed.scenario.code, form.code] = form
    for form in forms.values():
        share = removed_share(form)
        if form.removed and share is not None:
            asked = sum(1 for _ in form.fields())
            yield RemovedLine(form.title, asked, len(form.removed), share)
