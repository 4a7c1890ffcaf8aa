# SPDX-License-Identifier: Apache-2.0
"""Finding a service item and what it takes (办事指南): search, guide, effort, process picture."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from huiban.kernel import search
from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Item, Life, Material, Standing, material_list
from huiban.kernel.form import Form
from huiban.kernel.lookup import bound
from huiban.kernel.process import Chart
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services import city, in_hand
from huiban.services.facts import local_day
from huiban.services.packs_in_force import kept
from huiban.store import certificates, measures
from huiban.store.models import Certificate

_LOOK_BACK = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Effort:
    """What an item costs the applicant: fields to type of all, materials to bring, days."""

    fields: int
    to_type: int
    materials: int
    to_bring: int
    committed: str
    median_hours: float | None
    decided: int
    """How many decided cases the median rests on."""


@dataclass(frozen=True, slots=True)
class Guide:
    """An item with everything its guide shows."""

    scenario: Scenario
    item: Item
    form: Form
    chart: Chart
    effort: Effort
    to_bring: tuple[Material, ...]
    waived: tuple[Material, ...]
    lives: tuple[Item, ...]
    registers: tuple[Words, ...] = ()
    """The connected registers that an application asks, told before it is begun."""


@dataclass(frozen=True, slots=True)
class Found:
    """A search result: items, why each was found, and what else might be meant."""

    query: str
    items: tuple[tuple[Item, Words], ...]
    suggestions: tuple[Item, ...] = ()


def guide(code: str, now: datetime) -> Guide:
    """
    Gather the guide of an item.

    :raises NotFound: if the city offers no such item.
    """
    placed = city.item(code)
    scenario, item = placed.scenario, placed.item
    form = scenario.form_of(item)
    lines = material_list(item, {}, local_day(now))
    lives = tuple(one for one in scenario.items.values() if one.code != item.code)
    return Guide(
        scenario=scenario,
        item=item,
        form=form,
        chart=scenario.chart_of(item),
        effort=effort(placed, now),
        to_bring=tuple(one.material for one in lines if one.standing is not Standing.WAIVED),
        waived=tuple(one.material for one in lines if one.standing is Standing.WAIVED),
        lives=lives,
        registers=_registers(form),
    )


def _registers(form: Form) -> tuple[Words, ...]:
    loaded = city.loaded()
    asked = [key for key in bound(form) if key in loaded.connections]
    known = loaded.catalogue.resources
    return tuple(known[key].name for key in asked if key in known)


def effort(placed: city.Placed, now: datetime) -> Effort:
    """Count what an item asks, from its definition and from decided cases."""
    item = placed.item
    form = placed.scenario.form_of(item)
    asked = [column for one in form.fields() for column in (one.columns or (one,))]
    known = _known_fields(placed.scenario, form)
    typed = [one for one in asked if one.key not in known and not _is_filled(one.prefill)]
    lines = material_list(item, {}, local_day(now))
    needed = [one for one in lines if one.standing is Standing.NEEDED]
    median = _median(item.code, now.replace(minute=0, second=0, microsecond=0))
    return Effort(
        fields=len(asked),
        to_type=len(typed),
        materials=len(item.materials),
        to_bring=len(needed),
        committed=str(item.committed) if item.committed else "",
        median_hours=median.hours,
        decided=median.count,
    )


@lru_cache(maxsize=4096)
def _median(code: str, hour: datetime) -> measures.Took:
    """Asked anew every hour: a median over ninety days moves no faster."""
    return measures.median_hours(code, hour - _LOOK_BACK, hour)


def find(query: str, limit: int = 20) -> Found:
    """Search the items: Chinese, pinyin, initials, with typing errors."""
    index, items = _index(), city.items()
    text = query.strip()[:100]
    hits = index.find(text, limit) if text else []
    found = tuple((items[hit.key].item, hit.why) for hit in hits)
    others = (
        () if found or not text else tuple(items[hit.key].item for hit in index.suggest(text, 5))
    )
    return Found(text, found, others)


def all_items() -> list[Item]:
    """List every item in force, each scenario in the order of a permit's life."""
    items = [placed.item for placed in city.items().values()]
    order = {life: place for place, life in enumerate(Life)}
    return sorted(items, key=lambda one: (one.code.partition(".")[0], order[one.life]))


def renewable(actor: Actor, now: datetime) -> list[tuple[Certificate, Item, int]]:
    """List the party's certificates that are about to expire, with days left."""
    today = local_day(now)
    found: list[tuple[Certificate, Item, int]] = []
    for held in certificates.of_subject(actor.subject) if actor.subject else []:
        renewal = renewal_of(held)
        if renewal is None or held.valid_until is None or held.state != Certificate.State.VALID:
            continue
        left = (held.valid_until - today).days
        if 0 <= left <= _RENEW_FROM:
            found.append((held, renewal, left))
    busy = in_hand.under_way([held.number for held, _, _ in found])
    return sorted((one for one in found if one[0].number not in busy), key=lambda one: one[2])


_RENEW_FROM = 90


def renewal_of(held: Certificate) -> Item | None:
    """Find the item that renews a certificate."""
    return next((item for item in follow_ups(held) if str(item.life) == "renew"), None)


def follow_ups(held: Certificate) -> list[Item]:
    """List the items that start from a certificate: change, renewal, cancellation."""
    return [
        placed.item
        for placed in city.items().values()
        for form in [placed.scenario.form_of(placed.item)]
        for carried in [placed.scenario.from_certificates.get(form.code)]
        if carried is not None and carried.kind == held.kind
    ]


def _known_fields(scenario: Scenario, form: Form) -> frozenset[str]:
    carried = scenario.from_certificates.get(form.code)
    return frozenset((*carried.fields, *carried.attributes)) if carried else frozenset()


_OF_HOLDERS = 2
_OURS = frozenset({"identity", "certificate", "history", "computed"})


def _is_filled(sources: tuple[str, ...]) -> bool:
    """
    Only registers that are connected count: what is not there yet must still be typed.

    What another certificate says (`certificate.<kind>.<content>`) fills in for its holders alone.
    """
    named = {name.partition(".")[0] for name in sources if name.count(".") < _OF_HOLDERS}
    return not named.isdisjoint(_OURS | set(city.loaded().connections))


@kept
def _index() -> search.Index:
    departments = city.common().departments
    entries = []
    for code, placed in city.items().items():
        item = placed.item
        owner = departments.get(placed.scenario.owner)
        entries.append(
            search.Entry(
                key=code,
                name=f"{item.name.zh} {_LIVES.get(str(item.life), '')}".strip(),
                aliases=item.aliases,
                department=owner.name.zh if owner else "",
                text=f"{item.audience.zh} {item.name.en}",
            )
        )
    return search.Index.build(entries)


_LIVES = {"new": "新办", "modify": "变更", "renew": "延续", "cancel": "注销"}
