# SPDX-License-Identifier: Apache-2.0
"""One person signs one document (签署过程): shown, seen, agreed to, and kept as evidence."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from huiban.connectors import preview
from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.form import Field, FieldKind, FieldProblem
from huiban.kernel.form_compound import read_signature
from huiban.kernel.form_words import FieldRefused
from huiban.kernel.words import Words
from huiban.services import ceremony_words, city, vault
from huiban.services.facts import read_json
from huiban.services.refusal import FieldFault, Invalid, NotFound, NotOpen, Stale
from huiban.store import ceremonies, ids
from huiban.store.ceremonies import AgreedRow
from huiban.store.models import Ceremony

Strokes = list[list[list[int]]]
"""Lines as drawn, of points `[x, y, ms]`."""
OPEN_FOR = timedelta(hours=24)
_UNSIGNED_KEPT = timedelta(days=30)
LONGEST_REASON = 500
LONGEST_AGENT = 300
PDF = "application/pdf"
_SHORTEST_INK = 40
"""Pixels of ink below which nobody's name was written: a slip of the finger."""
_SIGNATURE = Field(key="signature", label=Words("签名", "Your signature"), kind=FieldKind.SIGNATURE)


@dataclass(frozen=True, slots=True)
class Shown:
    """The document a person is asked to sign: about what, its name, its bytes, the place."""

    matter: str
    title: str
    content: bytes
    pages: int
    place: Mapping[str, object] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        return sha256_of(self.content)


@dataclass(frozen=True, slots=True)
class Device:
    """What the person signs with: the browser as it calls itself, and its network address."""

    agent: str
    address: str


@dataclass(frozen=True, slots=True)
class Identity:
    """How a person proved just now who they are; by another way than `password`, in which try."""

    way: str
    at: datetime
    attempt: str = ""
    score: str = ""
    threshold: str = ""

    def text(self) -> str:
        known = {"attempt": self.attempt, "score": self.score, "threshold": self.threshold}
        more = {name: value for name, value in known.items() if value}
        return city.text_of({"way": self.way, "at": self.at.isoformat(), **more})


@dataclass(frozen=True, slots=True)
class Said:
    """What a person sends to sign; `statement` is the digest of the words the page had."""

    is_agreed: bool
    statement: str
    strokes: str = ""
    name: str = ""
    is_scripted: bool = False
    """The page's script told which pages came into view; without it all are in view at once."""
    batch: Words | None = None
    """The words over several documents sealed in one go, which take the place of each one's."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A ceremony to go on with; `has_changed` if an earlier one lapsed because of that."""

    ceremony: Ceremony
    has_changed: bool = False


def begin(shown: Shown, actor: Actor, now: datetime, device: Device) -> Begun:
    """
    Show a person a document to sign; one in the middle of it goes on where they were.

    If the document is another one by now, what was begun lapses and begins anew.
    """
    known = ceremonies.opened(shown.matter, actor.number)
    if known is not None and not _is_old(known, now) and _is_same(known, shown):
        return Begun(known)
    if known is not None:
        ceremonies.end(known.number, Ceremony.Outcome.LAPSED, "文书内容有变化，或者隔了太久")
    made = ceremonies.start(
        Ceremony(
            number=ids.new_key(),
            matter=shown.matter,
            account=actor.number,
            account_name=actor.name,
            acting_for=acting_for(actor),
            title=shown.title[:200],
            object_key=vault.keep(shown.content),
            sha256_before=shown.sha256,
            pages=shown.pages,
            opened_at=now,
            device=device.agent[:LONGEST_AGENT],
            address=device.address[:64],
            place=city.text_of(shown.place),
        )
    )
    return Begun(made, has_changed=known is not None and known.sha256_before != shown.sha256)


def load(number: str, actor: Actor) -> Ceremony:
    """
    Return a ceremony of this person.

    :raises NotFound: if there is none, or it is somebody else's: from outside the same.
    """
    try:
        found = ceremonies.load(number)
    except ceremonies.CeremonyNotFound:
        raise _none() from None
    if found.account != actor.number:
        raise _none()
    return found


def page(number: str, place: int, width: int, actor: Actor) -> preview.Page:
    """
    Draw one page of what a person is asked to sign.

    :raises NotFound: as `load`, or if there is no such page.
    """
    content = vault.content(load(number, actor).object_key)
    try:
        return preview.page(content, PDF, place, width)
    except preview.PreviewRefused as fault:
        raise NotFound(fault.message) from fault


def shown_content(number: str, actor: Actor) -> tuple[Ceremony, bytes]:
    """
    Give what a person is asked to sign, as it was shown.

    :raises NotFound: as `load`.
    """
    found = load(number, actor)
    return found, vault.content(found.object_key)


def see(number: str, pages: list[int], actor: Actor, now: datetime) -> None:
    """
    Note that pages came into view just now.

    :raises NotFound: as `load`.
    :raises NotOpen: if the ceremony is over.
    """
    load(number, actor)
    if not ceremonies.see(number, pages, now):
        raise _over()


def is_seal(ceremony: Ceremony) -> bool:
    """Tell whether a department's seal is set, which is nobody's handwriting."""
    return read_json(ceremony.place).get("does") == "seal"


def digest_of(words: str) -> str:
    """Name the words a page showed, to be handed back with the agreement."""
    return sha256_of(words.encode())


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def unseen(ceremony: Ceremony) -> list[int]:
    """List the pages that have not come into view."""
    seen = ceremonies.seen_pages(ceremony)
    return [one for one in range(1, ceremony.pages + 1) if one not in seen]


def check(ceremony: Ceremony, said: Said, now: datetime) -> Strokes:
    """
    Look whether a person may sign with what was sent; return the strokes, empty for a typed name.

    :raises NotOpen: if the ceremony is over.
    :raises Stale: if it began too long ago, or the words shown are not those of this document.
    :raises Invalid: with every single thing that is missing.
    """
    if ceremony.outcome not in (Ceremony.Outcome.OPEN, Ceremony.Outcome.LAPSED):
        raise _over()
    is_lapsed = ceremony.outcome == Ceremony.Outcome.LAPSED or _is_old(ceremony, now)
    if is_lapsed or not _words_shown(ceremony, said):
        raise changed()
    problems = [*_unread(ceremony, said)]
    if not said.is_agreed:
        problems.append(_problem("agree", _NOT_AGREED))
    strokes: Strokes = []
    try:
        strokes = [] if is_seal(ceremony) else _strokes(ceremony.account_name, said)
    except FieldRefused as refused:
        problems.append(_problem("signature", refused.message, refused.code))
    if problems:
        raise Invalid(
            Words("还不能签署，请先改好下面几处", "Not signed yet: see to the points below"),
            problems,
        )
    return strokes


def agree(
    ceremony: Ceremony, said: Said, identity: Identity, device: Device, now: datetime
) -> Ceremony:
    """
    Take a person's agreement and signature; call it in the transaction of what follows from it.

    :raises NotOpen, Stale, Invalid: as `check`.
    """
    strokes = check(ceremony, said, now)
    words = _words_shown(ceremony, said)
    row = AgreedRow(
        agreed_at=now,
        statement=words,
        identity=identity.text(),
        device=device.agent[:LONGEST_AGENT],
        address=device.address[:64],
        strokes_key=vault.keep(city.text_of(strokes).encode()) if strokes else "",
    )
    if not ceremonies.agree(ceremony.number, row):
        raise _over()
    return ceremonies.load(ceremony.number)


def decline(ceremony: Ceremony, reason: str) -> None:
    """
    Note that a person does not sign, and why.

    :raises FieldFault: if no reason is given, or too long a one.
    :raises NotOpen: if the ceremony is over.
    """
    if not ceremonies.end(ceremony.number, Ceremony.Outcome.DECLINED, said_reason(reason)):
        raise _over()


def said_reason(reason: str) -> str:
    """
    Read a reason somebody wrote.

    :raises FieldFault: if there is none, or it is too long.
    """
    text = reason.strip()
    if not text:
        raise FieldFault("reason", Words("请写明理由", "Please give the reason"))
    if len(text) > LONGEST_REASON:
        raise FieldFault(
            "reason",
            Words(f"最多写 {LONGEST_REASON} 个字，请缩短", f"At most {LONGEST_REASON} characters"),
        )
    return text


def strokes_of(ceremony: Ceremony) -> Strokes:
    """Return the strokes a person drew, empty where the name was typed."""
    if not ceremony.strokes_key:
        return []
    found: Strokes = json.loads(vault.content(ceremony.strokes_key))
    return found


def identity_of(ceremony: Ceremony) -> dict[str, object]:
    """Return how the person proved who they are."""
    return read_json(ceremony.identity)


def acting_for(actor: Actor) -> str:
    """Name whom somebody signs for, empty for themselves."""
    if actor.kind is ActorKind.OFFICER:
        department = city.common().departments.get(actor.department)
        return department.name.zh if department else ""
    is_another = actor.kind is ActorKind.ENTERPRISE or bool(actor.delegation)
    return actor.subject_name if is_another else ""


def changed() -> Stale:
    """Say that what was shown is not what stands now."""
    return Stale(
        Words(
            "这份文书和您刚才看到的不一样了，还没有签署。请重新看一遍再签，您写的签名还在",
            "This document is not the one you were shown and was not signed. Read it again, then "
            "sign; what you drew is kept",
        ),
        0,
    )


def _strokes(signer: str, said: Said) -> Strokes:
    """
    Read a signature: drawn in the box, or the signer's own name typed.

    :raises FieldRefused: if there is neither, it is unreadable, or another's name.
    """
    is_drawn = bool(said.strokes.strip())
    name = signer if is_drawn else said.name
    found = read_signature(_SIGNATURE, {"name": name, "strokes": said.strokes}, signer)
    if found is None:
        raise FieldRefused("required", _NOT_SIGNED)
    strokes = found["strokes"]
    if not isinstance(strokes, list):
        if is_drawn:
            raise FieldRefused("required", _NOT_SIGNED)
        return []
    if _ink(strokes) < _SHORTEST_INK:
        raise FieldRefused("too_little", _TOO_LITTLE)
    return strokes


def _ink(strokes: Strokes) -> float:
    return sum(
        abs(after[0] - before[0]) + abs(after[1] - before[1])
        for line in strokes
        for before, after in pairwise(line)
    )


def _words_shown(ceremony: Ceremony, said: Said) -> str:
    words = said.batch or statement(ceremony)
    return next((one for one in (words.zh, words.en) if digest_of(one) == said.statement), "")


def statement(ceremony: Ceremony) -> Words:
    """Give the words a person agrees to by signing or sealing this document."""
    return ceremony_words.statement(ceremony, is_seal=is_seal(ceremony))


def _unread(ceremony: Ceremony, said: Said) -> list[FieldProblem]:
    left = unseen(ceremony) if said.is_scripted else []
    if not left:
        return []
    zh, en = "、".join(map(str, left)), ", ".join(map(str, left))
    words = Words(f"第 {zh} 页还没有看，请翻到后再签", f"Page {en} not seen yet: read it first")
    return [_problem(f"page-{left[0]}", words)]


def sweep(now: datetime) -> int:
    """Forget what was shown of drafts and never signed, as the drafts are; returns how many."""
    return ceremonies.sweep(now - _UNSIGNED_KEPT)


def _problem(path: str, message: Words, code: str = "required") -> FieldProblem:
    return FieldProblem(path, code, message, "sign")


def _is_old(ceremony: Ceremony, now: datetime) -> bool:
    return now - ceremony.opened_at > OPEN_FOR


def _is_same(known: Ceremony, shown: Shown) -> bool:
    """Others' signatures are appended; what was shown is still the whole of what was written."""
    if known.sha256_before == shown.sha256:
        return True
    return shown.content.startswith(vault.content(known.object_key))


def _none() -> NotFound:
    return NotFound(
        Words(
            "没有这次签署，或者不是由您签署；请从“待我签署”重新打开",
            "There is no such signing, or it is not yours; open it again from your list",
        )
    )


def _over() -> NotOpen:
    return NotOpen(
        Words(
            "这次签署已经结束，没有重复签署；请刷新查看结果",
            "This signing is over and nothing was signed twice; reload to see what came of it",
        )
    )


_NOT_AGREED = Words(
    "请勾选“我已经阅读”，表示同意签署", "Tick “I have read” to say that you agree to sign"
)
_NOT_SIGNED = Words(
    "请在框内手写签名，或者用键盘写出您的姓名", "Sign inside the box, or type your name"
)
_TOO_LITTLE = Words(
    "签名太短，看不出姓名；请点“重写”再签一次，或者用键盘写出您的姓名",
    "This is too short to be a name: clear it and sign again, or type your name",
)
