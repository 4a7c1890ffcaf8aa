# SPDX-License-Identifier: Apache-2.0
"""An application being written (草稿): started, saved step by step, picked up on any device."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Item, MaterialStanding
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
from huiban.kernel.prefill import Ledger, locked, put_back
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services import (
    city,
    consents,
    delegation_uses,
    draft_party,
    draft_texts,
    filling,
    in_hand,
    prefill,
    refilled,
    sealed,
)
from huiban.services.facts import local_day, read_materials
from huiban.services.filling import NOTHING_SAID, Said, Writer
from huiban.services.prefill import PAGE_BUDGET, Applying, State
from huiban.services.refusal import Expired, NotFound, NotOpen, Stale
from huiban.store import blobs, drafts, ids
from huiban.store.models import Account, Draft
from huiban.store.rows import CaseRow

KEPT_FOR = timedelta(days=90)
MOST_DRAFTS = 30


@dataclass(frozen=True)
class Writing:
    """A draft as its writer sees it: good values, what was typed and is not yet right, sources."""

    draft: Draft
    scenario: Scenario
    item: Item
    form: Form
    values: dict[str, object]
    typed: dict[str, object]
    ledger: Ledger
    materials: dict[str, list[str]]
    problems: tuple[FieldProblem, ...] = ()
    warnings: tuple[FieldProblem, ...] = ()
    state: State | None = None
    """What registers said, where that was looked at."""
    standings: dict[date, tuple[MaterialStanding, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    """What becomes of each material by day, as far as `materials.of_writing` was asked."""

    @property
    def number(self) -> str:
        return self.draft.number

    @property
    def is_correction(self) -> bool:
        return bool(self.draft.case_number)

    @property
    def origins(self) -> dict[str, Mapping[str, str]]:
        """Where the values came from that stand as they were filled in."""
        return self.ledger.standing(self.values)

    @property
    def snapshot(self) -> str:
        """The signature of what stands now, to be handed back with the whole application."""
        draft = self.draft
        return sealed.snapshot(
            draft.number, draft.subject_code, draft.item_code, self.ledger, self.values
        )

    def progress(self, today: date) -> tuple[SectionProgress, ...]:
        return progress(self.form, self.values, today)


@dataclass(frozen=True, slots=True)
class Saving:
    """What a page sends: the section's answers, and the draft's version it was drawn from."""

    section: str
    answers: Mapping[str, object] = field(default_factory=dict)
    version: int | None = None
    said: Said = NOTHING_SAID
    budget: float = PAGE_BUDGET
    """How long the page waits for registers that these answers give a key for, in seconds."""


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
    :raises DelegationRefused: if it is not within the delegation acted under.
    """
    placed = city.item(item_code)
    doing = draft_party.demand_new(placed, actor, now)
    if drafts.count(actor.number, now) >= MOST_DRAFTS:
        raise NotOpen(
            Words(
                f"您已有 {MOST_DRAFTS} 份草稿，请先提交或删除不用的草稿，再开始新的申请",
                f"You keep {MOST_DRAFTS} drafts: send or delete some before starting another",
            )
        )
    form = placed.scenario.form_of(placed.item)
    held = in_hand.certificate_of(placed, actor, certificate)
    today = local_day(now)
    draft = Draft(
        number=ids.new_key(),
        account=account,
        pack_code=placed.scenario.code,
        pack_version=placed.scenario.version,
        item_code=placed.item.code,
        life=str(placed.item.life),
        subject_code=actor.subject,
        subject_name=actor.subject_name,
        source_certificate=certificate if held else "",
        section=form.sections[0].key,
        created_at=now,
        updated_at=now,
        expires_at=now + KEPT_FOR,
    )
    writer = Writer(actor, draft_party.as_subject(account, draft), held, today)
    filler = filling.applying(draft, placed.scenario, writer)
    state = prefill.ask(filler, State(_today_fields(form, today), Ledger()), now)
    _keep(draft, state, {})
    draft.title = title_of(placed.item, form, state.values)
    with delegation_uses.using(actor, doing, now):
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
        prefill=city.text_of(refilled.ledger_of(scenario.form_of(item), case).to_json()),
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
    :raises NotOpen: if it is another party's than the one acted for now.
    :raises DelegationRefused: if it is not within the delegation acted under.
    """
    writing = _loaded(number, actor, now)
    draft_party.demand(writing.draft, actor, now)
    return writing


def _loaded(number: str, actor: Actor, now: datetime) -> Writing:
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


def open_step(number: str, actor: Actor, now: datetime) -> Writing:
    """
    Pick an application up with everything that registers have answered since.

    :raises NotFound, Expired: as `load`.
    """
    return settled(load(number, actor, now), now)


def settled(writing: Writing, now: datetime) -> Writing:
    """Fill in what has come since the draft was saved, and keep it; asks nobody."""
    filler = _filler(writing)
    state = prefill.look(filler, State(writing.values, writing.ledger), now)
    draft = writing.draft
    if state.values != writing.values or state.ledger != writing.ledger:
        _keep(draft, state, writing.typed)
        try:
            drafts.save(draft)
        except drafts.DraftChanged:  # saved elsewhere just now; its own page looks again
            return writing_of(drafts.load(draft.number, draft.account.number, now))
    return replace(writing, values=state.values, ledger=state.ledger, state=state)


def looked(writing: Writing, now: datetime) -> Writing:
    """Look at what registers said, without taking anything over that came since."""
    if not writing.form.lookups:
        return writing
    filler, before = _filler(writing), State(writing.values, writing.ledger)
    found = prefill.look(filler, before, now)
    return replace(writing, state=replace(found, values=writing.values, ledger=writing.ledger))


def ask_again(number: str, actor: Actor, now: datetime) -> Writing:
    """
    Ask those registers once more that gave no answer.

    :raises NotFound, Expired: as `load`.
    """
    writing = load(number, actor, now)
    if writing.is_correction:
        return writing
    before = State(writing.values, writing.ledger)
    state = prefill.ask(_filler(writing, local_day(now)), before, now, again=True)
    _keep(writing.draft, state, writing.typed)
    write(writing.draft)
    return replace(writing, values=state.values, ledger=state.ledger, state=state)


def agree(writing: Writing, resource: str, shown: str, now: datetime) -> None:
    """
    Take the writer's consent to one question (征得同意), and ask it.

    `shown` is the digest of the words the page had.

    :raises NotFound: if the form asks for no such consent, or it was given before.
    :raises NotOpen: if the words have changed since the page was drawn.
    """
    draft = writing.draft
    draft_party.demand_own_consent(draft)
    wanted = consents.needed(writing.form, writing.scenario.code, draft.subject_code)
    one = next((one for one in wanted if one.resource.key == resource), None)
    if one is None:
        raise NotFound(
            Words("这项查询不需要再同意，请刷新查看", "No consent is asked for here any more")
        )
    consents.give(one, shown, draft.account, draft.number, now)
    state = prefill.ask(_filler(writing), State(writing.values, writing.ledger), now)
    _keep(draft, state, writing.typed)
    write(draft)


def save(number: str, saving: Saving, actor: Actor, now: datetime) -> Writing:
    """
    Keep what was typed, right or wrong, tell what is not right yet, and ask what can be asked now.

    :raises NotFound, Expired: as `load`.
    :raises Stale: if the draft was saved elsewhere since the page was drawn; nothing is written.
    """
    writing = load(number, actor, now)
    draft, form = writing.draft, writing.form
    if form.section(saving.section) is None:
        raise NotFound(Words(f"申请表没有“{saving.section}”这一步", "The form has no such step"))
    if saving.version is not None and saving.version != draft.version:
        raise stale_draft(draft.version)
    filler = _filler(writing)
    # Only what the page was drawn with can have been changed on it: what came since is filled in
    # afterwards, or an empty field would read as one that its writer emptied.
    looked = prefill.look(filler, State(writing.values, writing.ledger), now)
    reading = _read_saved(writing, saving, now)
    values = dict(stamp(form, reading.values, writing.values, now, actor.number))
    known = replace(looked, values=values, ledger=writing.ledger)
    ledger = filling.chosen(form, known, values, saving.section)
    state = filling.said(filler, replace(known, ledger=ledger), saving.said)
    if writing.is_correction:
        state = prefill.look(filler, state, now)
    elif saving.budget > 0:
        state = prefill.ask(filler, state, now, saving.budget)
    else:
        state = prefill.ask_only(filler, state, now)
    others = {
        path: text
        for path, text in writing.typed.items()
        if form.section_of(path) != saving.section
    }
    _keep(draft, state, others | dict(reading.typed))
    draft.section, draft.updated_at, draft.expires_at = saving.section, now, now + KEPT_FOR
    draft.title = title_of(writing.item, form, state.values)
    write(draft)
    return replace(writing_of(draft, reading), state=state)


def _read_saved(writing: Writing, saving: Saving, now: datetime) -> Reading:
    """Read a posted section; values the page did not show come back from where they are kept."""
    form, draft = writing.form, writing.draft
    stored = (writing.values, writing.ledger.values)
    answers, replayed = sealed.opened(draft.number, form, stored, saving.answers)
    raw = merge(form, writing.values, answers, saving.section)
    context = _context(writing, local_day(now), saving.section)
    if any(one.kind is FieldKind.FILE for one in form.fields()):
        context = replace(context, files=_known_files(draft.number))
    reading = read_in(form, raw, context)
    values, changed = put_back(form, reading.values, writing.ledger)
    told = (*replayed, *(filling.put_back_problem(form, path) for path in changed))
    if not told:
        return reading
    return replace(reading, values=values, problems=(*told, *reading.problems))


def _filler(writing: Writing, today: date | None = None) -> Applying:
    draft = writing.draft
    held = in_hand.held_by(draft.source_certificate, draft.subject_code)
    account = draft_party.as_subject(draft.account, draft)
    writer = Writer(account.to_actor(), account, held, today)
    filler = filling.applying(draft, writing.scenario, writer)
    # What was fetched goes on with the case, and a correction is filled in from it alone.
    return replace(filler, number=draft.case_number) if draft.case_number else filler


def keep_filled(
    draft: Draft, values: Mapping[str, object], ledger: Ledger, typed: Mapping[str, object]
) -> None:
    """Put values and what was filled in into a draft, unwritten."""
    draft.answers = _answers(values, typed)
    draft.prefill = city.text_of(ledger.to_json())


def _keep(draft: Draft, state: State, typed: Mapping[str, object]) -> None:
    keep_filled(draft, state.values, state.ledger, typed)


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
    raw = draft_texts.overlay(writing.values, writing.typed)
    return read_in(writing.form, raw, _context(writing, local_day(now)))


def read_section(
    writing: Writing, section: str, answers: Mapping[str, object], now: datetime
) -> Reading:
    """Read a section as it would be saved, without saving it."""
    return _read_saved(writing, Saving(section, answers), now)


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


def _context(writing: Writing, today: date, section: str | None = None) -> Context:
    fixed = locked(writing.form, writing.values, writing.ledger)
    return Context(
        today=today,
        divisions=city.common().division_names,
        section=section,
        life=str(writing.item.life),
        before=writing.values,
        locked=frozenset(one.key for one in fixed),
    )


def _known_files(draft: str) -> dict[str, dict[str, object]]:
    """Give what is on record of the draft's files: a page's word on size or type counts nothing."""
    return {
        one.number: {"file": one.number, "name": one.name, "size": one.size, "media": one.media}
        for one in blobs.of_draft(draft)
    }


def _answers(values: Mapping[str, object], typed: Mapping[str, object]) -> str:
    return city.text_of({"values": dict(values), "typed": dict(typed)})


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
        ledger=Ledger.from_json(json.loads(draft.prefill)),
        materials=read_materials(draft.materials),
        problems=reading.problems if reading else (),
        warnings=reading.warnings if reading else (),
    )
