# SPDX-License-Identifier: Apache-2.0
"""Proving who one is by face (刷脸核实): a random challenge, frames judged here, all of it kept."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from huiban.connectors.face import engine
from huiban.connectors.face.model import Asked, FaceJudge, Frame, JudgeBusy
from huiban.connectors.face.provider import ProviderJudge
from huiban.kernel.actor import Actor
from huiban.kernel.identity import Fault, Judged, Purpose, Way
from huiban.kernel.words import Words
from huiban.services import identity, identity_pictures, identity_portraits
from huiban.services.ceremony import Device
from huiban.services.identity import Outcome
from huiban.services.refusal import FieldFault, NotOpen
from huiban.store import identities
from huiban.store.identities import FrameSeen
from huiban.store.models import IdentityAttempt, Portrait

MOST_FRAMES = 40
MOST_FRAME_BYTES = 200_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SentFrame:
    """
    One frame as the browser sent it, a JPEG that is not mirrored.

    `step` is 0 while looking straight ahead before the first step, then 1, 2, 3; `at_ms` counts
    from the first frame and rises.
    """

    step: int
    at_ms: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """All frames of an attempt, and the digest of the consent to keep one picture, or nothing."""

    frames: tuple[SentFrame, ...]
    keep: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an attempt; passed, it may be spent until then."""

    number: str
    judged: Judged
    counts_until: datetime | None

    @property
    def is_passed(self) -> bool:
        return self.judged.is_passed


def judge_in_force() -> FaceJudge | None:
    """Return who judges faces here: the certified service that is set, else our own engine."""
    if settings.FACE_PROVIDER_URL:
        return ProviderJudge(settings.FACE_PROVIDER_URL, settings.FACE_PROVIDER_KEY)
    return engine.EngineJudge() if engine.is_installed() else None


def refusal(actor: Actor) -> Words | None:
    """Say why somebody cannot prove who they are by face here, None if they can."""
    if judge_in_force() is None:
        return _NOT_INSTALLED
    return None if identity_portraits.has(actor.number) else _NO_PORTRAIT


def begin(actor: Actor, purpose: Purpose, now: datetime, device: Device) -> IdentityAttempt:
    """
    Begin an attempt by face; `identity.challenge_of` gives what to ask for.

    :raises NotOpen: `not_offered` with the other ways named; as `identity.begin`.
    """
    words = refusal(actor)
    if words is not None:
        raise NotOpen(words, "not_offered")
    return identity.begin(Way.FACE, actor, purpose, now, device)


def submit(number: str, sent: Sent, actor: Actor, now: datetime) -> Verdict:
    """
    Judge the frames of an attempt, and note what became of it whatever that is.

    :raises NotFound: if there is no such attempt, or it is somebody else's.
    :raises NotOpen: `over` if it was judged before; `busy` if nobody can judge now, and the same
        may be sent again; `consent_changed`; `not_offered` if the portrait was removed meanwhile.
    :raises FieldFault: for too many or too large frames; the attempt stays open.
    """
    row = identity.load(number, actor)
    if row.way != Way.FACE or row.state != IdentityAttempt.State.OPEN:
        raise NotOpen(_OVER, "over")
    _demand_bounds(sent)
    is_kept = identity_pictures.check_consent(sent.keep)
    if now >= row.expires_at:
        return _expired(row, actor, now)
    found = identity_portraits.current(actor.number)
    if found is None:
        raise NotOpen(_NO_PORTRAIT, "not_offered")
    if not identities.claim(number, now):
        raise NotOpen(_OVER, "over")
    try:
        judged = _judged(row, sent, found[1])
    except BaseException as fault:
        identities.give_back(number)
        if isinstance(fault, JudgeBusy):
            _log.warning("nobody judged attempt %s: %s", number, fault)
            raise NotOpen(_BUSY, "busy") from None
        raise
    return _noted(row, _Judgement(judged, sent, found[0], is_kept), actor, now)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What was judged, over what, against which portrait, and whether a picture is kept."""

    judged: Judged
    sent: Sent
    portrait: Portrait
    is_kept: bool


def _judged(row: IdentityAttempt, sent: Sent, portrait: bytes) -> Judged:
    digests = _digests(sent.frames)
    if identities.seen_among(digests):
        return Judged(is_passed=False, faults=(Fault.REPLAYED,))
    if len(set(digests)) < len(digests):
        return Judged(is_passed=False, faults=(Fault.REPEATED,))
    judge = judge_in_force()
    if judge is None:
        raise JudgeBusy("no engine for faces is installed")
    frames = tuple(Frame(one.step, one.at_ms, one.content) for one in sent.frames)
    return judge.judge(Asked(identity.challenge_of(row), frames, portrait))


def _noted(row: IdentityAttempt, done: _Judgement, actor: Actor, now: datetime) -> Verdict:
    digests, judged = _digests(done.sent.frames), done.judged
    with transaction.atomic():
        try:
            identities.see(row.number, sorted(set(digests) - identities.seen_among(digests)))
        except FrameSeen:  # the same frames were sent twice at the same time
            judged = Judged(is_passed=False, faults=(Fault.REPLAYED,))
        facts = facts_of(judged) | {"frames": len(digests), "portrait": done.portrait.number}
        sha256 = hashlib.sha256("\n".join(digests).encode()).hexdigest()
        outcome = Outcome(judged.is_passed, facts, sha256)
        ended = identity.conclude(row.number, outcome, actor, now)
        if done.is_kept and done.sent.frames:
            identity_pictures.keep(ended, _plain(done.sent.frames), actor, now)
    return Verdict(row.number, judged, ended.counts_until)


def facts_of(judged: Judged) -> dict[str, object]:
    """Return what is kept of a judgement: every measure, in text, and nothing of the face."""
    return {
        "engine": judged.engine,
        "reference": judged.reference,
        "score": _figure(judged.score),
        "threshold": _figure(judged.threshold),
        "faults": [str(one) for one in judged.faults],
        "steps": [
            {
                "step": str(one.step),
                "is_passed": one.is_passed,
                "measure": _figure(one.measure),
                "threshold": _figure(one.threshold),
                "fault": str(one.fault or ""),
            }
            for one in judged.steps
        ],
    }


def _expired(row: IdentityAttempt, actor: Actor, now: datetime) -> Verdict:
    judged = Judged(is_passed=False, faults=(Fault.EXPIRED,))
    try:
        identity.conclude(row.number, Outcome(is_passed=False, facts=facts_of(judged)), actor, now)
    except NotOpen as refused:
        if refused.reason != "expired":
            raise
    return Verdict(row.number, judged, None)


def _plain(frames: Sequence[SentFrame]) -> bytes:
    """Choose the picture that is kept: in the middle of looking straight ahead."""
    ahead = [one for one in frames if one.step == 0] or list(frames)
    return ahead[len(ahead) // 2].content


def _demand_bounds(sent: Sent) -> None:
    if len(sent.frames) > MOST_FRAMES:
        raise FieldFault(
            "frames",
            Words(f"最多送 {MOST_FRAMES} 张画面", f"At most {MOST_FRAMES} pictures are taken"),
        )
    if any(len(one.content) > MOST_FRAME_BYTES for one in sent.frames):
        most = MOST_FRAME_BYTES // 1000
        raise FieldFault(
            "frames",
            Words(f"每张画面最大 {most} kB，请把画面调小", f"A picture is at most {most} kB large"),
        )


def _digests(frames: Sequence[SentFrame]) -> list[str]:
    return [hashlib.sha256(one.content).hexdigest() for one in frames]


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


_NOT_INSTALLED = Words(
    "这里没有开通刷脸核实，请用通行密钥加验证码，或者到窗口核实",
    "Proof by face is not set up here; use passkey and code, or come to the window",
)
_NO_PORTRAIT = Words(
    "您还没有留存证件照片，不能刷脸；请带身份证到窗口留存一次，或者用通行密钥加验证码、到窗口核实",
    "There is no photograph of you on file to compare with; bring your identity card to the "
    "window once, or use passkey and code, or be confirmed at the window",
)
_OVER = Words("这次身份核实已经结束，请重新开始", "This identity check is over; start another one")
_BUSY = Words(
    "现在核验的人多，画面还没有判断，请稍等几秒再送一次，或者换一种方式",
    "Too many are being checked just now and nothing was judged; send it again in a moment, or "
    "use another way",
)
