# SPDX-License-Identifier: Apache-2.0
"""What officers do to a certificate (暂停、恢复、撤销、撤回、吊销), four eyes where it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.db import transaction

from huiban.kernel.actor import Actor
from huiban.kernel.certificate import (
    DROPPED,
    ENDED_AS,
    PROPOSED,
    Act,
    ActRefused,
    Ending,
    Officer,
    Standing,
    State,
    check_act,
    open_acts,
)
from huiban.kernel.permission import Denied, Errand, covers, may
from huiban.kernel.words import Words
from huiban.services.certificate_life import RESUMED, SUSPENDED, note
from huiban.services.ledger import body_of
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store import certificates, notices
from huiban.store.certificates import CertificateNotFound
from huiban.store.models import Certificate, LedgerEntry
from huiban.store.notices import NewNotice

LONGEST_REASON, LONGEST_BASIS = 500, 300


@dataclass(frozen=True, slots=True)
class Order:
    """What an officer asks to be done to a certificate, why and on which basis in law."""

    act: Act
    ending: Ending | None = None
    reason: str = ""
    basis: str = ""


def reach(actor: Actor) -> tuple[str | None, str]:
    """
    Return whose certificates an officer sees: department (None for all) and place.

    :raises NotAllowed: for whoever sees none.
    """
    answer = may(actor, Errand.VIEW_CERTIFICATES)
    if isinstance(answer, Denied):
        raise NotAllowed(answer.reason)
    if "supervisor" in actor.roles:
        return None, ""
    if not actor.department:
        raise NotAllowed(_NO_DEPARTMENT)
    return actor.department, actor.division


def load_for(number: str, actor: Actor) -> Certificate:
    """
    Open a certificate as an officer of the department that issued it.

    :raises NotFound: if there is none, or it is another department's: from outside the same.
    """
    department, division = reach(actor)
    try:
        found = certificates.load(number)
    except CertificateNotFound:
        raise NotFound(_NO_CERTIFICATE) from None
    is_theirs = department is None or (
        found.department == department and (not division or covers(division, found.division))
    )
    if not is_theirs:
        raise NotFound(_NO_CERTIFICATE)
    return found


def standing_of(certificate: Certificate) -> Standing:
    """Say where a certificate stands, and who proposed what about it."""
    state = State(certificate.state)
    proposal = proposal_of(certificate)
    if proposal is None:
        return Standing(state)
    is_head = bool(body_of(proposal).get("is_leader"))
    return Standing(state, Ending(certificate.proposed), proposal.actor, is_head)


def proposal_of(certificate: Certificate) -> LedgerEntry | None:
    """Return the proposed ending that waits for a second person, None if there is none."""
    if not certificate.proposed:
        return None
    fact = PROPOSED[Ending(certificate.proposed)]
    return next(iter(certificates.facts_told(certificate.number, (fact,), 1)), None)


def acts_for(certificate: Certificate, actor: Actor) -> tuple[Act, ...]:
    """List what an officer could do to a certificate now."""
    return open_acts(standing_of(certificate), _officer(certificate, actor))


def act(number: str, order: Order, actor: Actor, now: datetime) -> Certificate:
    """
    Suspend, resume, or propose, confirm or drop an ending; the holder is told.

    :raises NotFound: as `load_for`.
    :raises FieldFault: if reason or basis are missing or too long, or no ending is named.
    :raises NotAllowed: if it is not for this officer.
    :raises NotOpen: if it is not possible now, or the same person would do both steps.
    """
    _check_words(order)
    load_for(number, actor)
    with transaction.atomic():
        found = certificates.lock(number)
        standing = standing_of(found)
        officer = _officer(found, actor)
        try:
            check_act(standing, order.act, officer)
        except ActRefused as refused:
            kind = NotAllowed if refused.code == "role" else NotOpen
            raise kind(refused.message) from None
        fact = _carry_out(found, order, standing, now)
        said: dict[str, object] = {"reason": order.reason.strip(), "basis": order.basis.strip()}
        if order.act is Act.CONFIRM:
            said |= _proposed_words(found)
        if order.act is Act.PROPOSE:
            said["is_leader"] = officer.is_leader
        note(found, fact, actor, now, said)
        notices.tell(found.case.number, _notice(found, fact, said), now)
    return certificates.load(number)


def _carry_out(found: Certificate, order: Order, standing: Standing, now: datetime) -> str:
    """Change the row, which is locked, and return the fact to write."""
    states, number = Certificate.State, found.number
    if order.act is Act.SUSPEND:
        certificates.move(number, states.VALID, states.SUSPENDED, now)
        return SUSPENDED
    if order.act is Act.RESUME:
        certificates.move(number, states.SUSPENDED, states.VALID, now)
        return RESUMED
    if order.act is Act.PROPOSE and order.ending:
        certificates.propose(number, order.ending)
        return PROPOSED[order.ending]
    if order.act is Act.CONFIRM and standing.proposed:
        ended = ENDED_AS[standing.proposed]
        certificates.end(number, states(str(ended)), now)
        return str(ended)
    certificates.propose(number, "")
    return DROPPED


def _proposed_words(found: Certificate) -> dict[str, object]:
    """What is confirmed is what was proposed, in its words; an opinion beside it is kept too."""
    proposal = proposal_of(found)
    if proposal is None:
        return {}
    body = body_of(proposal)
    return {
        "reason": body.get("reason", ""),
        "basis": body.get("basis", ""),
        "proposed_by": proposal.actor_name,
        "proposal": proposal.seq,
    }


def _officer(certificate: Certificate, actor: Actor) -> Officer:
    is_own = actor.department == certificate.department and (
        not actor.division or covers(actor.division, certificate.division)
    )
    may_change = is_own and bool(may(actor, Errand.CHANGE_CERTIFICATE))
    return Officer(actor.number, actor.roles if may_change else frozenset())


def _check_words(order: Order) -> None:
    if order.act is Act.PROPOSE and order.ending is None:
        raise FieldFault("ending", Words("请选择撤销、撤回还是吊销", "Choose how it shall end"))
    if order.act is Act.CONFIRM:
        return
    if not order.reason.strip():
        raise FieldFault("reason", Words("请写明理由", "Give the reason"))
    if order.act is not Act.DROP and not order.basis.strip():
        raise FieldFault("basis", Words("请写明法律依据，到条款项", "Name the article of the law"))
    for name, text, most in (
        ("reason", order.reason, LONGEST_REASON),
        ("basis", order.basis, LONGEST_BASIS),
    ):
        if len(text) > most:
            raise FieldFault(
                name, Words(f"最多写 {most} 个字，请缩短", f"At most {most} characters: shorten it")
            )


_TOLD: Mapping[str, tuple[Words, Words]] = {
    SUSPENDED: (
        Words("证照暂停使用", "Certificate suspended"),
        Words("在恢复以前不能凭它办事。", "It counts for nothing until it is resumed."),
    ),
    RESUMED: (
        Words("证照恢复使用", "Certificate resumed"),
        Words("从现在起又可以使用。", "It is in force again."),
    ),
    PROPOSED[Ending.ANNUL]: (
        Words("拟撤销证照，请您陈述申辩", "Annulment proposed: you may answer"),
        Words(
            "决定以前您有权陈述、申辩，请联系发证部门。",
            "Before it is decided you may state your case: contact the issuer.",
        ),
    ),
    PROPOSED[Ending.WITHDRAW]: (
        Words("拟撤回证照，请您陈述申辩", "Withdrawal proposed: you may answer"),
        Words(
            "决定以前您有权陈述、申辩，请联系发证部门。",
            "Before it is decided you may state your case: contact the issuer.",
        ),
    ),
    PROPOSED[Ending.REVOKE]: (
        Words("拟吊销证照，请您陈述申辩", "Revocation proposed: you may answer"),
        Words(
            "决定以前您有权陈述、申辩，可以要求听证，请联系发证部门。",
            "Before it is decided you may state your case or ask for a hearing: contact the "
            "issuer.",
        ),
    ),
    DROPPED: (
        Words("不再处理证照", "Proposal dropped"),
        Words("此前拟作的处理已经撤下。", "What was proposed is not pursued."),
    ),
    str(State.ANNULLED): (
        Words("证照被撤销", "Certificate annulled"),
        Words("不服的，可以申请行政复议或者提起行政诉讼。", "You may appeal or go to court."),
    ),
    str(State.WITHDRAWN): (
        Words("证照被撤回", "Certificate withdrawn"),
        Words(
            "造成财产损失的，可以申请补偿；不服的，可以申请行政复议或者提起行政诉讼。",
            "You may claim compensation for losses, appeal or go to court.",
        ),
    ),
    str(State.REVOKED): (
        Words("证照被吊销", "Certificate revoked"),
        Words("不服的，可以申请行政复议或者提起行政诉讼。", "You may appeal or go to court."),
    ),
}


def _notice(found: Certificate, fact: str, said: Mapping[str, object]) -> NewNotice:
    title, then = _TOLD[fact]
    reason, basis = said.get("reason", ""), said.get("basis", "")
    zh = f"{found.title} {found.number}。理由：{reason}。"
    zh += f"依据：{basis}。" if basis else ""
    en = f"{found.title} {found.number}. Reason: {reason}. "
    en += f"Basis: {basis}. " if basis else ""
    return NewNotice(
        code=f"certificate_{fact}",
        subject_code=found.subject_code,
        title=f"{title.zh}：{found.title}",
        text=zh + then.zh,
        title_en=f"{title.en}: {found.title}",
        text_en=en + then.en,
        link=f"/certificates/{quote(found.number, safe='')}",
    )


_NO_CERTIFICATE = Words(
    "没有这张证照，或者它由别的部门签发",
    "There is no such certificate, or another department issued it",
)
_NO_DEPARTMENT = Words(
    "您的账号没有所属部门，看不到证照；请联系安全管理员",
    "Your account belongs to no department; ask the security administrator",
)
