# SPDX-License-Identifier: Apache-2.0
"""Handing in what was deferred (补交容缺材料): files bound to an accepted case, on the record."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from huiban.connectors import uploads
from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Material
from huiban.kernel.delegation import Operation
from huiban.kernel.words import Words
from huiban.services import delegation_uses, files, handle, readings
from huiban.services.delegation_uses import Doing
from huiban.services.facts import Filing, filed_text, read_instead, read_materials
from huiban.services.files import Upload
from huiban.services.handle import Opened
from huiban.services.journal import Fact
from huiban.services.materials_filed import of_case, overdue_notice, owed, owed_of
from huiban.services.permission import demand
from huiban.services.refusal import FieldFault, NotFound, NotOpen, Stale
from huiban.store import blobs, cases, filings
from huiban.store.filings import PastAnswers
from huiban.store.models import Blob

SUPPLY = "supply"
_ATTEMPTS = 5
# Until the one correction is sent, what is missing goes with it.
_WITH_CORRECTION = "correction"


def supply(
    number: str, code: str, sent: Sequence[Upload], actor: Actor, now: datetime
) -> tuple[Blob, ...]:
    """
    Hand in a deferred material of an undecided case; returns the files as taken.

    :raises NotFound: if there is no such case of the actor's party, or no such material.
    :raises NotOpen: if the material is not owed any more, or the case is decided.
    :raises FieldFault: if a file is not taken, or none came; nothing is kept then.
    """
    _material(_own(number, actor), code)
    kept = _taken(code, sent, _own(number, actor), actor, now)
    for _ in range(_ATTEMPTS):
        opened = _own(number, actor)
        material = _material(opened, code)
        try:
            with delegation_uses.using(actor, _doing(opened), now) as used, transaction.atomic():
                used["case"] = number
                _record(opened, material, kept, actor, now)
        except cases.StaleVersion:
            continue
        if opened.scenario.review is not None:
            readings.want(kept, now)
        return kept
    raise Stale(
        Words("办件刚刚有了变化，请再交一次", "The case just changed; please send it again"),
        opened.case.version,
    )


def _doing(opened: Opened) -> Doing:
    case = opened.case
    return Doing(operation=Operation.SUPPLY, item=case.item_code, scenario=case.pack_code)


def _own(number: str, actor: Actor) -> Opened:
    opened = handle.load(number)
    if not delegation_uses.reaches(actor, opened.case):
        raise NotFound(
            Words("没有找到这件办件，请核对编号，或用申请时的账号登录", "No such case of yours")
        )
    demand(actor, "act_case", opened.case, opened.standing)
    return opened


def _material(opened: Opened, code: str) -> Material:
    case = opened.case
    found = next(
        (one for one in opened.scenario.items[case.item_code].materials if one.code == code), None
    )
    if found is None:
        raise NotFound(Words("这个事项没有这份材料", "This service has no such document"))
    if case.stage == _WITH_CORRECTION:
        raise NotOpen(
            Words(
                "这件办件正等您补正，请在补正里一并上传",
                "This case waits for your correction; upload it there",
            )
        )
    if case.outcome or found not in owed(of_case(opened.scenario, case)):
        raise NotOpen(
            Words(
                f"《{found.name.zh}》现在不用补交：已经交过，或者办件已经办结",
                f"{found.name.speak('en')} is not owed: it is here, or the case is decided",
            )
        )
    return found


def _taken(
    code: str, sent: Sequence[Upload], opened: Opened, actor: Actor, now: datetime
) -> tuple[Blob, ...]:
    material = _material(opened, code)
    path = f"materials.{code}"
    if not sent:
        raise FieldFault(path, Words("请先选择文件", "Choose a file first"))
    if len(sent) > material.max_files:
        most = material.max_files
        raise FieldFault(path, Words(f"最多 {most} 个文件，请合并", f"At most {most} files"))
    limits = uploads.Limits(material.accept, min(material.max_bytes, settings.MAX_FILE_BYTES))
    return tuple(files.take(one, limits, path, actor, now).blob for one in sent)


def _record(
    opened: Opened, material: Material, kept: Sequence[Blob], actor: Actor, now: datetime
) -> None:
    case = opened.case
    numbers = [one.number for one in kept]
    listed = {**read_materials(case.materials), material.code: numbers}
    text = filed_text(listed, read_instead(case.materials))
    filing = Filing(case.payload, text, case.title)
    fact = Fact(
        act=SUPPLY,
        stage_from=case.stage,
        stage_to=case.stage,
        role="applicant",
        body={
            "filed": filing.digest,
            "material": material.code,
            "name": material.name.zh,
            "files": {one.number: one.sha256 for one in kept},
        },
        is_public=True,
    )
    handle.file_more(opened, fact, filing, actor, now)
    filings.keep(case.id, PastAnswers(case.chain_seq + 1, case.payload, case.materials))
    blobs.attach(numbers, actor.number, case.id)


def look_again(number: str, now: datetime) -> None:
    """Tell the applicant, and note for the examiner, that deferred materials are overdue."""
    opened = handle.load(number)
    late = [
        one for one in owed_of(opened.scenario, opened.case, opened.journal, now) if one.is_late
    ]
    if not late:
        return
    stage = opened.case.stage
    fact = Fact(
        act="supply_overdue",
        stage_from=stage,
        stage_to=stage,
        role="system",
        body={
            "materials": [one.material.code for one in late],
            "name": "、".join(one.material.name.zh for one in late),
        },
        is_public=True,
    )
    handle.note(number, fact, now, notices=(overdue_notice(opened.case, late),))
