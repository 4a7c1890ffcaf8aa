# SPDX-License-Identifier: Apache-2.0
"""Automatic decision (自动审批): only where all is known and everything passes; else people."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from huiban.kernel.analysis import Gap as RegisterGap
from huiban.kernel.analysis_match import Agreement, Line
from huiban.kernel.catalogue import MaterialStanding, Standing
from huiban.kernel.review import Finding as PointFinding
from huiban.kernel.rule import Judgment, Verdict
from huiban.kernel.words import Words


class Why(StrEnum):
    """What leaves a case to people; stored, so these words never change."""

    BY_PEOPLE = "by_people"
    NOT_ASKED = "not_asked"
    IN_HAND = "in_hand"
    CRITERION_FAILS = "criterion_fails"
    CRITERION_UNKNOWN = "criterion_unknown"
    POINT_FAILS = "point_fails"
    POINT_UNKNOWN = "point_unknown"
    REGISTER_SILENT = "register_silent"
    REGISTER_DIFFERS = "register_differs"
    MATERIAL_OWED = "material_owed"
    MATERIAL_PROMISED = "material_promised"
    DISPUTED = "disputed"
    NOTHING_TO_JUDGE = "nothing_to_judge"
    NOT_SEALED = "not_sealed"
    NOT_READ = "not_read"
    NO_WAY = "no_way"
    SAMPLED = "sampled"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why people decide; `about` is the criterion, point, material or register."""

    why: Why
    words: Words
    about: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything passes: the system may decide."""


@dataclass(frozen=True, slots=True)
class Held:
    """People decide, for every reason there is."""

    reasons: tuple[Reason, ...]

    @property
    def is_sample(self) -> bool:
        """Tell whether it would have been granted, had people not drawn it as a sample."""
        return [one.why for one in self.reasons] == [Why.SAMPLED]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """
    All that an automatic decision rests on.

    `judgments` are those over acceptance, examination and registers; `material_of` says which
    material a fact of a point is read from; `unread` counts files nobody has read in time; `silent`
    names registers without an answer, `disputed` data that a party says is wrong, `unsealed`
    documents that the system may not seal. `by_people` is the applicant's choice, None where
    nobody asked.
    """

    judgments: tuple[Judgment, ...] = ()
    points: tuple[PointFinding, ...] = ()
    material_of: Mapping[str, str] = field(default_factory=dict)
    materials: tuple[MaterialStanding, ...] = ()
    lines: tuple[Line, ...] = ()
    silent: tuple[Words, ...] = ()
    disputed: tuple[Words, ...] = ()
    unsealed: tuple[Words, ...] = ()
    unread: int = 0
    by_people: bool | None = None
    is_in_hand: bool = False


def decide(seen: Seen, *, is_sampled: bool) -> Ready | Held:
    """Decide whether the system may grant; a fact that is not known holds as a failing one does."""
    found = [
        *_of_applicant(seen),
        *_of_criteria(seen),
        *_of_points(seen),
        *_of_materials(seen),
        *_of_registers(seen),
        *_of_house(seen),
    ]
    if is_sampled:
        words = Words("抽中的样本，由工作人员审查", "Drawn as a sample for people to examine")
        found.append(Reason(Why.SAMPLED, words))
    return Held(tuple(found)) if found else Ready()


def is_drawn(digest: str, share: Decimal) -> bool:
    """
    Tell whether a case is in the sample; `digest` is hexadecimal, keyed, and of the case alone.

    The same case gives the same answer whenever it is asked; nobody without the key foresees it.

    >>> is_drawn("00ff", Decimal("0.01")), is_drawn("ff00", Decimal("0.99"))
    (True, False)
    """
    return bool(int(digest, 16) < share * (1 << 4 * len(digest)))


def _of_applicant(seen: Seen) -> Iterator[Reason]:
    if seen.by_people is None:
        words = Words("没有问过申请人是否由系统决定", "The applicant was not asked about it")
        yield Reason(Why.NOT_ASKED, words)
    elif seen.by_people:
        words = Words("申请人请工作人员来决定", "The applicant wants a person to decide")
        yield Reason(Why.BY_PEOPLE, words)
    if seen.is_in_hand:
        words = Words("工作人员已经在办", "An officer has it in hand already")
        yield Reason(Why.IN_HAND, words)


def _of_criteria(seen: Seen) -> Iterator[Reason]:
    if not any(one.findings for one in seen.judgments):
        words = Words("没有可以判断的条件", "There is no criterion to judge by")
        yield Reason(Why.NOTHING_TO_JUDGE, words)
    for one in (one for judgment in seen.judgments for one in judgment.findings):
        title = one.title
        if one.verdict is Verdict.FAIL:
            words = Words(f"不符合：{title.zh}", f"Fails: {title.speak('en')}")
            yield Reason(Why.CRITERION_FAILS, words, one.code)
        elif one.verdict is Verdict.UNKNOWN:
            words = Words(f"不明：{title.zh}", f"Not known: {title.speak('en')}")
            yield Reason(Why.CRITERION_UNKNOWN, words, one.code)


def _of_points(seen: Seen) -> Iterator[Reason]:
    spared = {one.material.code for one in seen.materials if _is_spared(one)}
    for one in seen.points:
        title, code = one.point.title, one.point.code
        if one.verdict is Verdict.FAIL:
            words = Words(f"要点不符：{title.zh}", f"Point fails: {title.speak('en')}")
            yield Reason(Why.POINT_FAILS, words, code)
        elif one.verdict is Verdict.UNKNOWN and not _is_idle(one, seen.material_of, spared):
            words = Words(f"要点不明：{title.zh}", f"Point not known: {title.speak('en')}")
            yield Reason(Why.POINT_UNKNOWN, words, code)


def _is_spared(one: MaterialStanding) -> bool:
    return not one.is_handed and one.standing in (Standing.WAIVED, Standing.NOT_NEEDED)


def _is_idle(one: PointFinding, material_of: Mapping[str, str], spared: Collection[str]) -> bool:
    """A point has nothing to look at only where nobody need hand in any of its materials."""
    return bool(one.missing) and all(material_of.get(name) in spared for name in one.missing)


def _of_materials(seen: Seen) -> Iterator[Reason]:
    for one in seen.materials:
        name, code = one.material.name, one.material.code
        if one.is_lacking or one.is_owed or one.standing is Standing.UNKNOWN:
            words = Words(f"材料没有交齐：{name.zh}", f"Still missing: {name.speak('en')}")
            yield Reason(Why.MATERIAL_OWED, words, code)
        elif one.standing is Standing.COMMITTED and not one.is_handed:
            words = Words(f"以承诺代替材料：{name.zh}", f"Promised instead: {name.speak('en')}")
            yield Reason(Why.MATERIAL_PROMISED, words, code)


def _of_registers(seen: Seen) -> Iterator[Reason]:
    for name in seen.silent:
        words = Words(f"部门数据没有答复：{name.zh}", f"No answer from: {name.speak('en')}")
        yield Reason(Why.REGISTER_SILENT, words, name.zh)
    for one in seen.lines:
        # What an applicant may leave empty and left empty has nothing to agree with.
        if one.agreement is not Agreement.SAME and one.gap is not RegisterGap.NOT_FILLED:
            label = one.field.label
            words = Words(
                f"与部门数据没有比对一致：{label.zh}", f"Not confirmed: {label.speak('en')}"
            )
            yield Reason(Why.REGISTER_DIFFERS, words, one.match.path)
    for name in seen.disputed:
        words = Words(f"数据有异议：{name.zh}", f"Disputed: {name.speak('en')}")
        yield Reason(Why.DISPUTED, words, name.zh)


def _of_house(seen: Seen) -> Iterator[Reason]:
    """What stands in the way on our own side."""
    if seen.unread:
        words = Words(
            f"有 {seen.unread} 个文件没有读出来", f"{seen.unread} files have not been read"
        )
        yield Reason(Why.NOT_READ, words)
    for name in seen.unsealed:
        words = Words(
            f"系统没有用印授权：{name.zh}", f"Not sealed by the system: {name.speak('en')}"
        )
        yield Reason(Why.NOT_SEALED, words, name.zh)
