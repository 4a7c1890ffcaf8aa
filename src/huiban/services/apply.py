# SPDX-License-Identifier: Apache-2.0
"""Applying in one call (一次性提交): a program sends a whole application, and may repeat it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Channel, Material
from huiban.kernel.form import Context, FieldKind, FieldProblem, Form, accepts, read_in, stamp
from huiban.kernel.prefill import prefill
from huiban.kernel.words import Words
from huiban.services import city, commitments, drafts, fill, in_hand, materials, offers
from huiban.services.city import Placed
from huiban.services.facts import (
    Filing,
    Instead,
    facts_of,
    local_day,
    read_json,
    read_materials,
)
from huiban.services.materials import Papers, Standings
from huiban.services.open_case import Application, open_case
from huiban.services.refusal import AlreadyDone, Invalid, NotAllowed
from huiban.services.submit import MATERIALS, missing_problem
from huiban.store import blobs, cases
from huiban.store.rows import WantedFile

FORM = "answers"
_KEY_DIGITS = 32
Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Whole:
    """A complete application as sent: `key` is what its sender calls it, new for each one."""

    item: str
    answers: Mapping[str, object]
    materials: Mapping[str, list[str]]
    key: str
    certificate: str = ""
    commitments: tuple[str, ...] = ()
    """Codes of materials that a promise (告知承诺) is to stand in for."""
    channel: Channel = Channel.WEB
    token: str = ""
    """Digest of the token it came with, where nobody has asked yet whether that one counts."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The case that was opened, now or by the same call before."""

    number: str
    version: int
    stage: str
    title: str
    submitted_at: datetime
    due_at: datetime | None
    is_repeat: bool = False


def apply(whole: Whole, actor: Actor, now: datetime) -> Applied:
    """
    Open a case from an application sent whole.

    Sent again under the same key with the same content, it returns the case opened the first time.

    :raises NotAllowed: if the actor acts for no party.
    :raises NotFound: if there is no such item.
    :raises Invalid: if something is missing or wrong; everything is listed at once.
    :raises NotOpen: if another application from the same certificate is under way.
    :raises TokenEnded: if the token does not count any more.
    :raises AlreadyDone: if the key was used before for other content; names that case.
    """
    if not actor.subject:
        raise NotAllowed(
            Words(
                "工作人员账号不能提出申请，请使用个人或企业账号的令牌",
                "Officers cannot apply; use the token of a person or enterprise",
            )
        )
    placed = city.item(whole.item)
    key = submission_key(actor, whole.key)
    reader = _Reader(placed, placed.scenario.form_of(placed.item), whole, actor, now, key)
    return _opened(reader, reader.read())


def submission_key(actor: Actor, key: str) -> str:
    """Make a sender's key one that no other account can use or guess."""
    return hashlib.sha256(f"{actor.number}\n{key}".encode()).hexdigest()[:_KEY_DIGITS]


def _opened(reader: "_Reader", read: "_Read") -> Applied:
    whole, placed, values = reader.whole, reader.placed, read.values
    stamped = stamp(reader.form, values, {}, reader.now, reader.actor.number)
    handed = dict(whole.materials)
    application = Application(
        scenario=placed.scenario,
        item=placed.item,
        filing=Filing(
            payload=city.text_of(stamped),
            materials=materials.filed(handed, read.lines, read.committed),
            title=drafts.title_of(placed.item, reader.form, stamped),
            fill=fill.of_call(reader.form, stamped, {}, read.lines, local_day(reader.now)),
        ),
        values=dict(stamped),
        materials=handed,
        key=reader.key,
        channel=whole.channel,
        source_certificate=whole.certificate,
        token=whole.token,
        files=tuple(_wanted(*one) for one in reader.wanted().items()),
        facts=read.facts,
    )
    try:
        new = open_case(application, reader.actor, reader.now)
    except cases.AlreadySubmitted as fault:
        known = _before(reader, values)
        if known is None:
            raise LookupError(f"case {fault.number} vanished") from fault
        return known
    except cases.FilesTaken:
        raise _invalid(reader.refused_files()) from None
    due_at = new.due_at and new.due_at.astimezone(UTC)
    return Applied(new.number, 1, new.stage, new.title, new.submitted_at, due_at)


def _before(reader: "_Reader", values: Facts) -> Applied | None:
    """Find the case that the same call opened before; another content under its key is refused."""
    case = cases.of_submission(reader.key)
    if case is None:
        return None
    filed = read_json(case.payload)
    again = stamp(reader.form, values, filed, reader.now, reader.actor.number)
    is_same = (
        case.item_code == reader.whole.item
        and read_materials(case.materials) == dict(reader.whole.materials)
        and commitments.made_in(case.materials) == set(reader.whole.commitments)
        and again == filed
    )
    if not is_same:
        raise AlreadyDone(
            Words(
                f"这个 Idempotency-Key 已用于办件 {case.number}，内容不同；新的申请请换一个",
                f"This key opened case {case.number} with other content; use a new key",
            ),
            case.number,
        )
    return Applied(
        case.number, case.version, case.stage, case.title, case.submitted_at, case.due_at, True
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a whole application, without any fault."""

    values: Facts
    facts: Facts
    lines: Standings
    committed: Instead


@dataclass(frozen=True, slots=True)
class _Reader:
    """One whole application being read."""

    placed: Placed
    form: Form
    whole: Whole
    actor: Actor
    now: datetime
    key: str

    def read(self) -> _Read:
        """
        Read the answers and judge the materials.

        :raises Invalid: with everything that is missing or wrong.
        """
        before = self._carried()
        context = Context(
            today=local_day(self.now),
            divisions=city.common().division_names,
            life=str(self.placed.item.life),
            before=before,
            files=self._files(),
        )
        reading = read_in(self.form, {**before, **self.whole.answers}, context)
        scenario, item, sent = self.placed.scenario, self.placed.item, dict(self.whole.materials)
        facts = facts_of(scenario, item, reading.values, sent)
        committed = self._committed()
        papers = Papers(scenario, item, reading.values, sent, committed, self.actor.subject)
        lines = materials.of_whole(papers, facts, context.today)
        problems = [*reading.problems, *map(_unknown, reading.unknown), *self._materials(lines)]
        problems += offers.not_theirs(self.form, reading.values, self.actor.subject)
        if problems:
            raise _invalid(problems)
        instead = materials.replaced(lines)
        if instead:
            facts = facts_of(scenario, item, reading.values, sent, instead)
        return _Read(reading.values, facts, lines, committed)

    def _committed(self) -> dict[str, dict[str, str]]:
        wanted = set(self.whole.commitments)
        return {
            one.code: commitments.entry(one.commitment, self.actor, self.now)
            for one in self.placed.item.materials
            if one.commitment is not None and one.code in wanted
        }

    def refused_files(self) -> list[FieldProblem]:
        """Tell which files cannot be handed in, once the store has refused them together."""
        wanted = self.wanted()
        free = blobs.loose(wanted, self.actor.number)
        problems = []
        for number, (path, material) in wanted.items():
            file = free.get(number)
            if file is None:
                problems.append(_problem(path, "unknown_file", _NO_FILE))
            elif material and not accepts(material.accept, file.media):
                problems.append(_problem(path, "wrong_type", _WRONG_TYPE))
            elif material and file.size > material.max_bytes:
                problems.append(_problem(path, "too_large", _TOO_LARGE))
        return problems

    def wanted(self) -> dict[str, tuple[str, Material | None]]:
        known = {one.code: one for one in self.placed.item.materials}
        found: dict[str, tuple[str, Material | None]] = {
            number: (f"{MATERIALS}.{code}.{place}", known[code])
            for code, numbers in self.whole.materials.items()
            for place, number in enumerate(numbers)
        }
        return found | {number: (path, None) for path, number in self._field_files()}

    def _field_files(self) -> Iterator[tuple[str, str]]:
        for field in self.form.fields():
            if field.kind is not FieldKind.FILE:
                continue
            sent = self.whole.answers.get(field.key)
            for place, one in enumerate(sent if isinstance(sent, list) else ()):
                number = one.get("file") if isinstance(one, dict) else None
                if isinstance(number, str):
                    yield f"{field.key}.{place}", number

    def _files(self) -> dict[str, dict[str, object]]:
        numbers = [number for _, number in self._field_files()]
        found = blobs.of_owner(numbers, self.actor.number) if numbers else []
        return {
            one.number: {"name": one.name, "size": one.size, "media": one.media} for one in found
        }

    def _carried(self) -> dict[str, object]:
        """What the certificate in hand says, which the item may not change."""
        held = in_hand.certificate_of(self.placed, self.actor, self.whole.certificate, self.key)
        if held is None:
            return {}
        carried = self.placed.scenario.from_certificates[self.form.code]
        return prefill(self.form, offers.of_certificate(held, carried, self.form))

    def _materials(self, lines: Standings) -> Iterator[FieldProblem]:
        item, sent = self.placed.item, self.whole.materials
        known = {one.code: one for one in item.materials}
        for code, numbers in sent.items():
            if code not in known:
                yield _problem(f"{MATERIALS}.{code}", "unknown", _NO_MATERIAL)
            elif len(numbers) > known[code].max_files:
                yield _problem(f"{MATERIALS}.{code}", "too_many", _TOO_MANY)
        yield from self._lacking(lines)

    def _lacking(self, lines: Standings) -> Iterator[FieldProblem]:
        for one in materials.lacking(lines):
            if one.commitment and one.code in self.whole.commitments:
                yield _problem(f"{MATERIALS}.{one.code}", "closed", commitments.BROKE_ONE)
            else:
                yield missing_problem(one)
        offered = {one.code for one in self.placed.item.materials if one.commitment}
        for code in self.whole.commitments:
            if code not in offered:
                yield _problem(f"{MATERIALS}.{code}", "not_offered", commitments.NOT_OFFERED)


def _wanted(number: str, placed: tuple[str, Material | None]) -> WantedFile:
    _, material = placed
    if material is None:  # a file of a field was read with the form
        return WantedFile(number)
    return WantedFile(number, material.accept, material.max_bytes)


def _unknown(key: str) -> FieldProblem:
    return FieldProblem(key, "unknown", _NO_FIELD, FORM)


def _problem(path: str, code: str, message: Words) -> FieldProblem:
    return FieldProblem(path, code, message, MATERIALS)


def _invalid(problems: list[FieldProblem]) -> Invalid:
    count = len(problems)
    message = Words(f"还差 {count} 项，改好再提交", f"{count} to put right before it can be sent")
    return Invalid(message, problems)


_NO_FIELD = Words("申请表没有这一项，请核对名称", "The form has no such field; check its name")
_NO_MATERIAL = Words("这个事项没有这份材料", "This service has no such document")
_TOO_MANY = Words("文件太多，请合并后上传", "Too many files; merge them")
_NO_FILE = Words(
    "没有这个文件，或已用于别的申请，请重新上传",
    "No such file, or it is used in another application; upload it again",
)
_WRONG_TYPE = Words("这份材料不收这种格式的文件", "This document does not take that kind of file")
_TOO_LARGE = Words("文件超过这份材料的大小限制", "The file is larger than this document may be")
