# SPDX-License-Identifier: Apache-2.0
"""A writer says what a register has is wrong (数据异议): chosen, proven, told to its owner."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from huiban.kernel.actor import Actor
from huiban.kernel.envelope import Candidate, Envelope, Kind, disputed
from huiban.kernel.form import Field, speak
from huiban.kernel.form_context import Context
from huiban.kernel.form_parse import parse
from huiban.kernel.likeness import same
from huiban.kernel.words import Words
from huiban.services import city, disputes, drafts, exchange, files
from huiban.services.disputes import Claim
from huiban.services.drafts import Writing
from huiban.services.exchange import Matter
from huiban.services.exchange_log import Looked
from huiban.services.facts import local_day
from huiban.services.filling import OWN
from huiban.services.refusal import FieldFault, NotFound

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Doubt:
    """One field with what each source says of it, and what the writer said so far."""

    writing: Writing
    field: Field
    options: tuple[Candidate, ...]
    choice: str
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Doubted:
    """What a writer says: which source is right (or `own`), the right value, why, and a proof."""

    choice: str
    value: str
    reason: str
    evidence: files.Upload | None = None


def view(number: str, key: str, actor: Actor, now: datetime) -> Doubt:
    """
    Show what sources say of a field.

    :raises NotFound: if there is no such field, or no register filled it in.
    """
    return _doubt(drafts.open_step(number, actor, now), key)


def raise_doubt(number: str, key: str, said: Doubted, actor: Actor, now: datetime) -> Writing:
    """
    Take the writer's choice or own value in place of a register's, with reason and evidence.

    Nothing is told to the owner of the data before the application is sent.

    :raises NotFound: as `view`.
    :raises FieldFault: naming what is missing or wrong; nothing is written.
    """
    doubt = view(number, key, actor, now)
    writing = doubt.writing
    reason = said.reason.strip()[:_LONGEST]
    if not reason:
        raise FieldFault(
            "reason", Words("请写明哪里不对、以什么为准", "Say what is wrong, and why")
        )
    value = _value(doubt, said, now)
    evidence = doubt.evidence
    if said.evidence is not None:
        kept = files.add_evidence(number, "evidence", said.evidence, actor, now)
        evidence = kept.blob.number
    ledger = replace(
        writing.ledger,
        choices={**writing.ledger.choices, key: said.choice},
        doubts={**writing.ledger.doubts, key: {"reason": reason, "evidence": evidence}},
    )
    draft = writing.draft
    drafts.keep_filled(draft, {**writing.values, key: value}, ledger, writing.typed)
    drafts.write(draft)
    return drafts.writing_of(draft)


def tell(writing: Writing, case: str, actor: Actor, now: datetime) -> None:
    """Open a dispute with each owner whose record the sender did not follow; once each."""
    for claim in _claims(writing, case):
        disputes.open_dispute(claim, actor, now)


def reveal(writing: Writing, path: str, actor: Actor, now: datetime) -> None:
    """
    Log a look at personal values that a register gave: of a field, or of a row `managers.2`.

    Values that the writer typed are the writer's own; looking at them is nobody's business.
    """
    key, _, rest = path.partition(".")
    field = writing.form.field(key)
    if field is None:
        return
    ledger = writing.ledger
    origins = ledger.cells.get(key, {}) if rest else {key: ledger.given.get(key, {})}
    personal = [one for one in (field.columns if rest else (field,)) if one.sensitive]
    by_source: dict[str, set[str]] = {}
    for one in personal:
        source = origins.get(one.key, {}).get("source", "")
        if source in city.loaded().catalogue.resources:
            by_source.setdefault(source, set()).add(_item_of(one, source))
    matter = Matter(
        writing.number, writing.item.code, writing.scenario.code, writing.draft.subject_code, actor
    )
    for source, items in by_source.items():
        looked = Looked(source, writing.draft.subject_code, frozenset(items))
        exchange.reveal(matter, looked, now)


def reveal_all(writing: Writing, actor: Actor, now: datetime) -> None:
    """Log that a program read a draft with every personal value that registers gave, once each."""
    for one in writing.form.fields():
        if one.sensitive and one.key in writing.ledger.given:
            reveal(writing, one.key, actor, now)
        elif one.key in writing.ledger.cells:
            reveal(writing, f"{one.key}.0", actor, now)


def _doubt(writing: Writing, key: str) -> Doubt:
    field = writing.form.field(key)
    envelope = writing.state.envelopes.get(key) if writing.state else None
    if field is None or envelope is None or not is_registered(envelope):
        raise NotFound(
            Words(
                "这一项不是部门数据带出的，可以直接修改",
                "No register filled this in; just change it",
            )
        )
    said = writing.ledger.doubts.get(key, {})
    return Doubt(
        writing=writing,
        field=field,
        options=disputed(field, envelope),
        choice=writing.ledger.choices.get(key, ""),
        reason=said.get("reason", ""),
        evidence=said.get("evidence", ""),
    )


def is_registered(envelope: Envelope) -> bool:
    """Tell whether a register has a say in a field, so that its owner can be told."""
    return any(one.kind in (Kind.SHARED, Kind.CHECK) for one in envelope.options)


def _value(doubt: Doubt, said: Doubted, now: datetime) -> object:
    for one in doubt.options:
        if one.source == said.choice:
            return one.value
    if said.choice != OWN:
        raise FieldFault("choice", Words("请选择哪一个是对的", "Choose which one is right"))
    context = Context(today=local_day(now), divisions=city.common().division_names)
    answer = parse(doubt.field, said.value, context)
    if answer.troubles:
        raise FieldFault("value", answer.troubles[0].message)
    if answer.value is None:
        raise FieldFault("value", Words("请填写正确的内容", "Write what it should be"))
    return answer.value


def _claims(writing: Writing, case: str) -> Iterator[Claim]:
    envelopes = writing.state.envelopes if writing.state else {}
    catalogue = city.loaded().catalogue.resources
    for key in sorted({*writing.ledger.choices, *writing.ledger.doubts}):
        field, envelope, value = (
            writing.form.field(key),
            envelopes.get(key),
            writing.values.get(key),
        )
        if field is None or envelope is None or value is None:
            continue
        # Who only agrees with a record that is disputed was not shown, and is not disputed.
        for one in disputed(field, envelope):
            if one.kind not in (Kind.SHARED, Kind.CHECK) or same(field.kind, one.value, value):
                continue
            resource = catalogue.get(one.source)
            if resource is None:
                continue
            said = writing.ledger.doubts.get(key, {})
            yield Claim(
                matter=case,
                resource=one.source,
                provider=resource.provider,
                item=_item_of(field, one.source),
                path=key,
                subject_code=writing.draft.subject_code,
                subject_name=writing.draft.subject_name,
                registered=speak(field, one.value, "zh-hans", city.common().division_names),
                claimed=speak(field, value, "zh-hans", city.common().division_names),
                reason=said.get("reason", ""),
                evidence=said.get("evidence", ""),
            )


def _item_of(field: Field, source: str) -> str:
    named = (name.partition(".") for name in (*field.prefill, *field.check))
    return next((content for start, _, content in named if start == source), "")
