# SPDX-License-Identifier: Apache-2.0
"""An application being written (草稿): started, saved step by step, picked up on any device."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Item
from huiban.kernel.form import (
    Context,
    FieldKind,
    FieldProblem,
    Form,
    Reading,
    SectionProgress,
    merge,
    progress,
    read_in,
    stamp,
)
from huiban.kernel.prefill import prefill, still_prefilled
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services import audience, city, in_hand, offers
from huiban.services.facts import local_day, read_materials
from huiban.services.refusal import Expired, NotAllowed, NotFound, NotOpen, Stale
from huiban.store import blobs, drafts, ids
from huiban.store.models import Account, Draft
from huiban.store.rows import CaseRow

KEPT_FOR = timedelta(days=90)
MOST_DRAFTS = 30


@dataclass(frozen=True)
class Writing:
    """A draft as its writer sees it: good values, what was typed and is not yet right, origins."""

    draft: Draft
    scenario: Scenario
    item: Item
    form: Form
    values: dict[str, object]
    typed: dict[str, object]
    origins: dict[str, dict[str, str]]
    materials: dict[str, list[str]]
    problems: tuple[FieldProblem, ...] = ()
    warnings: tuple[FieldProblem, ...] = ()

    @property
    def number(self) -> str:
        return self.draft.number

    @property
    def is_correction(self) -> bool:
        return bool(self.draft.case_number)

    def progress(self, today: date) -> tuple[SectionProgress, ...]:
        return progress(self.form, self.values, today)


@dataclass(frozen=True, slots=True)
class Saving:
    """What a page sends: the section's answers, and the draft's version it was drawn from."""

    section: str
    answers: Mapping[str, object] = field(default_factory=dict)
    version: int | None = None


def begin(
    item_code: str, actor: Actor, account: Account, now: datetime, certificate: str = ""
) -> Writing:
    """
    Start an application with everything already known filled in.

    :raises NotFound: if there is no such item or certificate.
    :raises NotAllowed: if an officer tries to apply on line, or the certificate is not theirs.
    :raises Invalid: if the item starts from a certificate in hand and none was chosen.
    :raises NotOpen: if they keep as many drafts as one account may, or the certificate is being
        changed, renewed or cancelled by another application.
    """
    if not actor.subject:
        raise NotAllowed(
            Words(
                "工作人员账号不能在线提出申请，请用个人或企业账号登录",
                "Officers cannot apply on line; sign in as a person or enterprise",
            )
        )
    placed = city.item(item_code)
    audience.demand(placed.item, actor)
    if drafts.count(actor.number, now) >= MOST_DRAFTS:
        raise NotOpen(
            Words(
                f"您已有 {MOST_DRAFTS} 份草稿，请先提交或删除不用的草稿，再开始新的申请",
                f"You keep {MOST_DRAFTS} drafts: send or delete some before starting another",
            )
        )
    form = placed.scenario.form_of(placed.item)
    known = offers.of_identity(account) | offers.of_history(actor, placed.scenario.code)
    held = in_hand.certificate_of(placed, actor, certificate)
    if held is not None:
        known |= offers.of_certificate(held, placed.scenario.from_certificates[form.code], form)
    today = local_day(now)
    filled = prefill(form, known)
    values = {**_today_fields(form, today), **filled.values}
    reading = read_in(form, values, _context(placed.item, today, {}))
    draft = Draft(
        number=ids.new_key(),
        account=account,
        pack_code=placed.scenario.code,
        pack_version=placed.scenario.version,
        item_code=placed.item.code,
        life=str(placed.item.life),
        title=title_of(placed.item, form, reading.values),
        subject_code=actor.subject,
        subject_name=actor.subject_name,
        source_certificate=certificate if held else "",
        section=form.sections[0].key,
        answers=_answers(reading.values, {}),
        prefill=city.text_of({"values": filled.values, "origins": filled.origins}),
        created_at=now,
        updated_at=now,
        expires_at=now + KEPT_FOR,
    )
    drafts.start(draft)
    return writing_of(draft)


def correct(case: CaseRow, account: Account, now: datetime) -> Writing:
    """
    Open the answers of a case for correction (补正), or go on with that draft.
    """
    known = Draft.objects.filter(account=account, case_number=case.number).first()
    if known is not None:
        return writing_of(known)
    scenario = city.scenario_of(case.pack_code, case.pack_version)
    item = scenario.items[case.item_code]
    draft = Draft(
        number=ids.new_key(),
        account=account,
        pack_code=scenario.code,
        pack_version=case.pack_version,
        item_code=item.code,
        life=str(item.life),
        title=case.title,
        subject_code=case.subject_code,
        subject_name=case.subject_name,
        source_certificate=case.source_certificate,
        case_number=case.number,
        section=scenario.form_of(item).sections[0].key,
        answers=_answers(json.loads(case.payload), {}),
        materials=case.materials,
        created_at=now,
        updated_at=now,
        expires_at=now + KEPT_FOR,
    )
    drafts.start(draft)
    return writing_of(draft)


def load(number: str, actor: Actor, now: datetime) -> Writing:
    """
    Pick an application up again.

    :raises NotFound: if there is none, or it is somebody else's.
    :raises Expired: if it was kept for its time.
    """
    try:
        return writing_of(drafts.load(number, actor.number, now))
    except drafts.DraftExpired as fault:
        raise Expired(
            Words(
                str(fault.args[0]),
                "This draft was kept for its time and has expired; please start again",
            )
        ) from fault
    except drafts.DraftNotFound as fault:
        raise NotFound(
            Words(
                str(fault.args[0]),
                "No such draft: it may have been submitted or deleted; see “My cases”",
            )
        ) from fault


def save(number: str, saving: Saving, actor: Actor, now: datetime) -> Writing:
    """
    Keep what was typed, right or wrong, and tell what is not right yet.

    :raises NotFound, Expired: as `load`.
    :raises Stale: if the draft was saved elsewhere since the page was drawn; nothing is written.
    """
    writing = load(number, actor, now)
    draft, form = writing.draft, writing.form
    if form.section(saving.section) is None:
        raise NotFound(Words(f"申请表没有“{saving.section}”这一步", "The form has no such step"))
    if saving.version is not None and saving.version != draft.version:
        raise stale_draft(draft.version)
    today = local_day(now)
    raw = merge(form, writing.values, saving.answers, saving.section)
    known = _prefilled(draft)
    context = _context(writing.item, today, writing.values, saving.section)
    if any(one.kind is FieldKind.FILE for one in form.fields()):
        context = replace(context, files=_known_files(draft.number))
    reading = read_in(form, raw, context)
    values = stamp(form, reading.values, writing.values, now, actor.number)
    others = {
        path: text
        for path, text in writing.typed.items()
        if form.section_of(path) != saving.section
    }
    draft.answers = _answers(values, others | dict(reading.typed))
    draft.section, draft.updated_at, draft.expires_at = saving.section, now, now + KEPT_FOR
    draft.title = title_of(writing.item, form, values)
    kept = still_prefilled(known["origins"], known["values"], values)
    draft.prefill = city.text_of({"values": known["values"], "origins": kept})
    write(draft)
    return writing_of(draft, reading)


def write(draft: Draft) -> None:
    """
    Write a draft that was changed.

    :raises Stale: if it was saved elsewhere in between.
    """
    try:
        drafts.save(draft)
    except drafts.DraftChanged as fault:
        raise stale_draft(draft.version + 1) from fault


def stale_draft(version: int) -> Stale:
    return Stale(
        Words(
            "这份申请刚刚在别的窗口或设备上保存过。您在本页填的内容还在，请核对后再保存",
            "This application was just saved elsewhere. What you typed here is kept; "
            "please check it and save again",
        ),
        version,
    )


def discard(number: str, actor: Actor) -> None:
    """Throw a draft away at its writer's wish."""
    drafts.discard(number, actor.number)


def check(writing: Writing, now: datetime) -> Reading:
    """Read the whole application as it would be read at submission."""
    raw = overlay(writing.values, writing.typed)
    today = local_day(now)
    return read_in(writing.form, raw, _context(writing.item, today, writing.values))


def read_section(
    writing: Writing, section: str, answers: Mapping[str, object], now: datetime
) -> Reading:
    """Read a section as it would be saved, without saving it."""
    raw = merge(writing.form, writing.values, answers, section)
    context = _context(writing.item, local_day(now), writing.values, section)
    return read_in(writing.form, raw, context)


def overlay(values: Mapping[str, object], typed: Mapping[str, object]) -> dict[str, object]:
    """Put texts that are not right yet back where they were typed."""
    raw: dict[str, object] = json.loads(json.dumps(values))
    for path, text in typed.items():
        key, _, rest = path.partition(".")
        if not rest:
            raw[key] = text
            continue
        row, _, column = rest.partition(".")
        rows = raw.setdefault(key, [])
        if isinstance(rows, list) and row.isdigit() and column:
            while len(rows) <= int(row):
                rows.append({})
            rows[int(row)][column] = text
    return raw


def title_of(item: Item, form: Form, values: Mapping[str, object]) -> str:
    """Name an application in lists: by the field the form names, else the item."""
    named = values.get(form.named_by) if form.named_by else None
    return f"{named}" if isinstance(named, str) and named else item.name.zh


def _today_fields(form: Form, today: date) -> dict[str, object]:
    """Date fields that may not lie in the future start as today."""
    return {
        one.key: today.isoformat()
        for one in form.fields()
        if one.kind is FieldKind.DATE and one.latest == "today" and not one.prefill
    }


def _context(
    item: Item, today: date, before: Mapping[str, object], section: str | None = None
) -> Context:
    return Context(
        today=today,
        divisions=city.common().division_names,
        section=section,
        life=str(item.life),
        before=before,
    )


def _known_files(draft: str) -> dict[str, dict[str, object]]:
    """Give what is on record of the draft's files: a page's word on size or type counts nothing."""
    return {
        one.number: {"file": one.number, "name": one.name, "size": one.size, "media": one.media}
        for one in blobs.of_draft(draft)
    }


def _answers(values: Mapping[str, object], typed: Mapping[str, object]) -> str:
    return city.text_of({"values": dict(values), "typed": dict(typed)})


def _prefilled(draft: Draft) -> dict[str, dict[str, dict[str, str]]]:
    found = json.loads(draft.prefill)
    return {"values": found.get("values", {}), "origins": found.get("origins", {})}


def writing_of(draft: Draft, reading: Reading | None = None) -> Writing:
    scenario = city.scenario_of(draft.pack_code, draft.pack_version)
    item = scenario.items[draft.item_code]
    answers = json.loads(draft.answers)
    return Writing(
        draft=draft,
        scenario=scenario,
        item=item,
        form=scenario.form_of(item),
        values=answers.get("values", {}),
        typed=answers.get("typed", {}),
        origins=_prefilled(draft)["origins"],
        materials=read_materials(draft.materials),
        problems=reading.problems if reading else (),
        warnings=reading.warnings if reading else (),
    )
