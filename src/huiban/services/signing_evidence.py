# SPDX-License-Identifier: Apache-2.0
"""What proves a signature (签署证据): all that was kept of it, as a document for the parties."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from huiban.kernel.actor import Actor
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.document_form import signature_svg
from huiban.kernel.identity import Way
from huiban.kernel.identity_words import WAY_WORDS
from huiban.kernel.permission import Errand
from huiban.services import ceremony, ledger, signing_papers
from huiban.services.facts import local_day
from huiban.services.ledger import Chain
from huiban.services.permission import allows
from huiban.services.refusal import NotFound
from huiban.services.sign_requests import follow
from huiban.services.signing import Task
from huiban.store import cases, ceremonies
from huiban.store.models import Ceremony, LedgerEntry, SignRequest

_TEMPLATE = "common/documents/signing_evidence.typ"
_OUTCOMES = {
    "open": "还没有签署",
    "signed": "已签署",
    "declined": "拒绝签署",
    "lapsed": "作废（文书内容有变化，或者隔了太久）",
}
_ACTS = {
    "made": "发起签署",
    "answered": "填写协查结果",
    "signed": "签名",
    "sealed": "用印",
    "declined": "拒绝签署",
    "reminded": "提醒签署方",
    "completed": "全部签署完成",
    "withdrawn": "撤回",
    "expired": "到期终止",
}


def of_ceremony(number: str, actor: Actor, now: datetime) -> tuple[str, bytes]:
    """
    Give the evidence of one ceremony: its name and the PDF.

    It is for the person who signed; of what was filed, for whoever may read all of that case.

    :raises NotFound: if there is none, or it is somebody else's: from outside the same.
    """
    one = _readable(number, actor)
    facts = [
        _fact("文件", one.title),
        _fact("展示时的 SHA-256", one.sha256_before),
        _fact("签后的 SHA-256", one.sha256_after or "签名正在加盖"),
    ]
    return _set(one.title, one.number, facts, [one], (), now)


def _readable(number: str, actor: Actor) -> Ceremony:
    try:
        return ceremony.load(number, actor)
    except NotFound:
        found = ceremonies.find(number)
        kind, _colon, case = found.matter.partition(":") if found else ("", "", "")
        if kind != "case" or not allows(actor, Errand.VIEW_WHOLE, cases.load(case)):
            raise
    assert found is not None, "it has a matter"
    return found


def of_task(task: Task, now: datetime) -> tuple[str, bytes]:
    """Give a party the evidence of the whole request they are part of."""
    return _of_request(task.request, now)


def of_request(number: str, actor: Actor, now: datetime) -> tuple[str, bytes]:
    """
    Give the department that made a request the evidence of it.

    :raises NotFound: if there is none, or it is another department's.
    """
    return _of_request(follow(number, actor).request, now)


def _of_request(request: SignRequest, now: datetime) -> tuple[str, bytes]:
    facts = [
        _fact("文件", request.title),
        _fact("签署任务编号", request.number),
        _fact("发起", f"{request.made_by_name}，{_moment(request.made_at)}"),
        _fact("发起时的 SHA-256", request.first_sha256),
        _fact("现在的 SHA-256", request.sha256),
    ]
    found = ceremonies.of_matters([f"request:{request.number}"])
    events = ledger.history(Chain.REQUEST, request.number)
    return _set(request.title, request.number, facts, found, events, now)


def _set(  # noqa: PLR0913 - the parts of the document
    title: str,
    number: str,
    facts: list[dict[str, str]],
    found: Iterable[Ceremony],
    events: Sequence[LedgerEntry],
    now: datetime,
) -> tuple[str, bytes]:
    data: dict[str, object] = {
        "number": number,
        "document": facts,
        "ceremonies": [_ceremony(one) for one in found],
        "events": [{"at": _moment(one.at), "what": _event(one)} for one in events],
    }
    name = f"{title}签署证据"
    made = signing_papers.set_document(_TEMPLATE, name, data, local_day(now))
    return f"{name}.pdf", made.content


def _ceremony(one: Ceremony) -> dict[str, object]:
    whom = f"（代表{one.acting_for}）" if one.acting_for else ""
    identity = ceremony.identity_of(one)
    facts = [
        _fact("签署人", f"{one.account_name}{whom}，账号 {one.account}"),
        _fact("结果", _OUTCOMES[one.outcome] + (f"：{one.reason}" if one.reason else "")),
        _fact("打开", _moment(one.opened_at)),
        _fact("确认签署", _moment(one.agreed_at)),
        _fact("签名加盖", _moment(one.signed_at)),
        _fact("身份核实", _identity(identity)),
        _fact("设备", one.device),
        _fact("网络地址", one.address),
        _fact("证书", one.credential_id or ""),
        _fact("看的文件 SHA-256", one.sha256_before),
        _fact("签后文件 SHA-256", one.sha256_after),
        _fact("看过的页", _pages(one)),
    ]
    strokes = ceremony.strokes_of(one)
    seen = [
        {"page": f"第 {page} 页", "at": _moment(datetime.fromisoformat(at))}
        for page, at in json.loads(one.seen)
    ]
    return {
        "title": f"{one.account_name}{whom}",
        "facts": facts,
        "seen": seen,
        "statement": one.statement,
        "svg": signature_svg(strokes),
    }


def _identity(kept: Mapping[str, object]) -> str:
    way = kept.get("way")
    if way not in set(Way):
        return ""
    words = "重新输入登录密码" if way == Way.PASSWORD else WAY_WORDS[Way(str(way))].zh
    at = kept.get("at")
    moment = _moment(datetime.fromisoformat(at)) if isinstance(at, str) else ""
    score = f"与证件照片的距离 {kept['score']}，门限 {kept['threshold']}" if "score" in kept else ""
    attempt = f"核实编号 {kept['attempt']}" if "attempt" in kept else ""
    return "，".join(one for one in (words, moment, score, attempt) if one)


def _pages(one: Ceremony) -> str:
    if json.loads(one.seen):
        return f"共 {one.pages} 页，各页时间见下表"
    return f"浏览器没有运行脚本，或者批量用印：全部 {one.pages} 页同时可看，没有逐页时间"


def _event(one: LedgerEntry) -> str:
    reason = ledger.body_of(one).get("reason")
    said = f"：{reason}" if reason else ""
    return f"{one.actor_name}　{_ACTS.get(one.act, one.act)}{said}"


def _fact(label: str, value: str) -> dict[str, str]:
    return {"label": label, "value": value}


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}"
