# SPDX-License-Identifier: Apache-2.0
"""Opening a case (收件) from a complete application: everything is written in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from huiban.kernel import process
from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Channel, Item
from huiban.kernel.delegation import Operation
from huiban.kernel.form import FieldKind, Form
from huiban.kernel.identifier import compose_case_number
from huiban.packloader import Scenario
from huiban.services import audience, city, delegation_uses, effects, in_hand
from huiban.services.clocks import read_clocks
from huiban.services.delegation_uses import Doing
from huiban.services.facts import Filing, about_digest, facts_of, local_day, read_instead
from huiban.services.handle import task_row
from huiban.services.history import History
from huiban.services.journal import Chain, Fact
from huiban.store import cases, ids, serials
from huiban.store.rows import NewCase, WantedFile


@dataclass(frozen=True, slots=True)
class Application:
    """A complete application (申请) about to become a case."""

    scenario: Scenario
    item: Item
    filing: Filing
    values: dict[str, object]
    materials: dict[str, list[str]]
    key: str
    channel: Channel = Channel.WEB
    source_certificate: str = ""
    draft: str = ""
    parent_case: str = ""
    token: str = ""
    """Digest of the API token to be checked in the same statement; empty where it was before."""
    files: tuple[WantedFile, ...] = ()
    """Loose files to bind, where no draft holds them."""
    facts: Mapping[str, object] | None = None
    """The facts of values and materials, where the caller has them already."""


def open_case(application: Application, actor: Actor, now: datetime) -> NewCase:
    """
    Open the case of an application and return it as it was written.

    :raises NotAllowed: if the item is not for parties of this kind.
    :raises AlreadySubmitted: if the same application opened a case before.
    :raises TokenEnded: if the token does not count any more.
    :raises NotOpen: if another case from the same certificate was opened in the meantime.
    :raises DelegationRefused: if it is not within the delegation acted under.
    """
    item, scenario = application.item, application.scenario
    audience.demand(item, actor)
    chart = scenario.chart_of(item)
    facts = application.facts
    if facts is None:
        instead = read_instead(application.filing.materials)
        facts = facts_of(scenario, item, application.values, application.materials, instead)
    begun = process.begin(chart, facts, local_day(now))
    number = case_number(item, now)
    chain = Chain(number)
    party, name = actor.subject, actor.subject_name or actor.name
    told = about_digest(item.code, str(item.life), application.source_certificate, party, name)
    row = chain.add(
        _submission(application, begun, process.stage(chart, begun.standing), told, actor),
        actor,
        now,
    )
    history = History()
    history.add(row.act, now, {"entered": list(begun.entered), "left": []})
    clocks = read_clocks(chart.clocks, history, city.calendar(now), now)
    scope = Scope(scenario.owner, division_of(scenario.form_of(item), application.values, item))
    about = effects.About(number, item.code, party, name, scope.department)
    following = effects.of_step(scenario, about, begun, row, clocks)
    new = NewCase(
        id=ids.new_id(now),
        number=number,
        submission_key=application.key,
        pack_code=scenario.code,
        pack_version=scenario.version,
        item_code=item.code,
        life=str(item.life),
        title=application.filing.title,
        applicant=actor.number,
        subject_code=about.subject_code,
        subject_name=about.subject_name,
        department=scope.department,
        division=scope.division,
        channel=str(application.channel),
        stage=process.stage(chart, begun.standing),
        standing=city.text_of(begun.standing.to_json()),
        payload=application.filing.payload,
        materials=application.filing.materials,
        submitted_at=now,
        light=clocks.light,
        due_at=clocks.due_at,
        committed_due_at=clocks.committed_due_at,
        statutory_due_at=clocks.statutory_due_at,
        source_certificate=application.source_certificate,
        parent_case=application.parent_case,
        chain_seq=chain.seq,
        chain_sha256=chain.sha256,
        chain_sm3=chain.sm3,
        tasks=tuple(task_row(scope, task) for task in begun.opened),
        deadlines=clocks.rows,
        journal=tuple(chain.rows),
        jobs=following.jobs,
        notices=following.notices,
        draft=application.draft,
        token=application.token,
        files=application.files,
    )
    try:
        doing = Doing(operation=Operation.SUBMIT, item=item.code, scenario=scenario.code)
        with delegation_uses.using(actor, doing, now) as used:
            used["case"] = number
            cases.open_case(new)
    except cases.CertificateInUse as fault:
        raise in_hand.in_use(application.source_certificate, fault.number) from fault
    return new


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose desk a case is on."""

    department: str
    division: str


def _submission(
    application: Application, begun: process.Stepped, stage: str, about: str, actor: Actor
) -> Fact:
    pack = application.scenario
    return Fact(
        act=process.BEGIN,
        stage_from="",
        stage_to=stage,
        role="applicant",
        body={
            "entered": list(begun.entered),
            "left": [],
            "effects": list(begun.effects),
            **application.filing.told,
            "about_sha256": about,
            "channel": str(application.channel),
            "pack": f"{pack.code}@{pack.version}#{pack.digest}",
            **delegation_uses.recorded(actor),
        },
        is_public=True,
    )


def case_number(item: Item, now: datetime) -> str:
    """Give the next case number (办件编号) of an item on a day."""
    day = local_day(now)
    serial = serials.take(item.task_code, day, now)
    return compose_case_number(item.task_code, day, serial)


def division_of(form: Form, values: dict[str, object], item: Item) -> str:
    """Say in which division a case lies: the form's own answer, else the item's."""
    for field in form.fields():
        value = values.get(field.key)
        if field.kind is FieldKind.DIVISION and isinstance(value, str):
            return value
    return item.divisions[0] if item.divisions else ""
