# SPDX-License-Identifier: Apache-2.0
"""The sample city (演示城市): its people and cases, made through the same services as real ones."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from huiban.connectors import pdf
from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.clock_time import office_back, tick_of, time_of
from huiban.kernel.identifier_samples import make_person_id, make_uscc
from huiban.kernel.process import ActionRefused
from huiban.packloader import Scenario
from huiban.packloader.seed import SeededCase, seeded_cases
from huiban.services import (
    accounts,
    city,
    credentials,
    drafts,
    files,
    handle,
    identity_sample,
    issue,
    seals_sample,
    submit,
)
from huiban.services.accounts import Person
from huiban.services.drafts import Saving
from huiban.services.facts import local_day
from huiban.services.handle import Order
from huiban.services.refusal import Invalid
from huiban.store.models import Account, Case

PASSWORD = "qingdao-demo-2026"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One account of the demonstration and the part it plays."""

    person: Person
    part: str

    @property
    def number(self) -> str:
        return self.person.number

    @property
    def name(self) -> str:
        return self.person.name


_CLERKS = (
    ("wangmin", "王敏", "海晟置业", "370212", 1, ""),
    ("lihua", "李华", "通和市政工程", "370212", 2, ""),
    ("sunhao", "孙浩", "瑞达建筑安装", "370203", 3, "，安全生产许可证不足三个月到期"),
    ("gaoyun", "高云", "中锐建设集团", "370213", 4, "，两个登记簿说法不同"),
    ("tianlei", "田磊", "海川幕墙装饰工程", "370214", 5, "，登记信息久未更新"),
)
_APPLYING = {"construction_waste": ("wangmin", "lihua")}
"""Who sends in a scenario's cases; those of others come from builders, one case each."""

_BUILDERS = (
    "甲辰", "乙巳", "丙午", "丁未", "戊申", "己酉", "庚戌", "辛亥", "壬子", "癸丑", "甲寅", "乙卯",
)  # fmt: skip


def builders() -> tuple[Person, ...]:
    """Return the clerks of the builders that applied already; nobody signs in as one of them."""
    return tuple(
        Person(
            number=f"builder{place:02d}", name=f"{_BUILDERS[place - 1]}经办人",
            kind=ActorKind.ENTERPRISE, phone=f"138{place + 10:08d}",
            subject=make_uscc("370200", 10 + place),
            subject_name=f"青岛{_BUILDERS[place - 1]}建筑工程有限公司（样例）",
        )
        for place in range(1, len(_BUILDERS) + 1)
    )  # fmt: skip


def demo_people() -> tuple[DemoPerson, ...]:
    """Return one account a role, for the demonstration's sign-in page."""
    return tuple(DemoPerson(*one) for one in _people())


def _people() -> Iterator[tuple[Person, str]]:
    for number, name, firm, region, serial, part in _CLERKS:
        yield (
            Person(
                number=number, name=name, kind=ActorKind.ENTERPRISE, phone=f"138{serial:08d}",
                subject=make_uscc(region, serial), subject_name=f"青岛{firm}有限公司（样例）",
            ),
            f"企业经办人{part} · 青岛{firm}有限公司（样例）",
        )  # fmt: skip
    born = datetime(1962, 5, 17).date()  # noqa: DTZ001 - a day has no zone
    yield (
        Person(
            number="chenjing", name="陈静", kind=ActorKind.PERSON, phone="13800000009",
            subject=make_person_id("370202", born, 0), subject_name="陈静",
        ),
        "居民",
    )  # fmt: skip
    staff = (
        ("zhangqian", "张倩", ("window",), "approval_service", "窗口受理人员"),
        ("liuyang", "刘洋", ("examiner",), "approval_service", "审查人员"),
        ("sunmei", "孙梅", ("examiner",), "approval_service", "审查人员"),
        ("zhaojianguo", "赵建国", ("leader",), "approval_service", "负责人"),
        ("zhoulei", "周磊", ("traffic",), "traffic_police", "公安交警（征求意见）"),
        ("wumin", "吴敏", ("supervisor",), "approval_service", "效能监督"),
        ("qianjun", "钱军", ("seal_keeper",), "approval_service", "印章管理员"),
        ("tangyun", "唐云", ("archivist",), "approval_service", "档案人员"),
        ("sysadmin", "郑涛", ("admin_system",), "", "系统管理员"),
        ("secadmin", "何琳", ("admin_security",), "", "安全管理员"),
        ("auditor", "马宁", ("admin_audit",), "", "审计管理员"),
    )
    for number, name, roles, department, part in staff:
        yield (
            Person(
                number=number, name=name, kind=ActorKind.OFFICER, roles=roles,
                department=department, division="370200" if department else "",
            ),
            part,
        )  # fmt: skip


def fill(now: datetime, tell: Callable[[str], None] = lambda _: None) -> int:
    """
    Make the sample city, once; returns how many cases it holds.

    A city that has accounts already is left as it is.
    """
    if Account.objects.exists():
        return Case.objects.count()
    people = {one.number: accounts.make(one.person, PASSWORD) for one in demo_people()}
    seals_sample.make({number: one.to_actor() for number, one in people.items()}, now)
    identity_sample.put(people, now)
    made = 0
    for scenario in city.loaded().scenarios.values():
        seeds = seeded_cases(scenario, city.common())
        clerks = _clerks(scenario.code, people)
        times = [_received_at(now, place, len(seeds), one.stage) for place, one in enumerate(seeds)]
        for place in sorted(range(len(seeds)), key=times.__getitem__):
            seed = seeds[place]
            walker = _Walker(scenario, seed, people, clerks[place % len(clerks)], now)
            walker.walk(times[place])
            made += 1
            tell(f"{made}/{len(seeds)} {scenario.name.zh}：{seed.stage}")
    return made


def _clerks(scenario: str, people: Mapping[str, Account]) -> list[Account]:
    if scenario in _APPLYING:
        return [people[number] for number in _APPLYING[scenario]]
    known = {one.number: one for one in Account.objects.filter(number__startswith="builder")}
    return [known.get(one.number) or accounts.make(one, PASSWORD) for one in builders()]


_ENDED = ("closed", "declined", "retracted")


# Office hours ago: enough of each for every light to be seen on the desks.
_HOURS_AGO = (1.2, 2.0, 3.4, 5.2, 6.4, 9.6, 13.0, 18.0)


def _received_at(now: datetime, place: int, total: int, stage: str) -> datetime:
    """Ended cases lie back in time; open ones came in during the last days of work."""
    if stage in _ENDED:
        return _in_office(now, 6 + (total - place) % 30, 9 + place % 3)
    back = int(_HOURS_AGO[place % len(_HOURS_AGO)] * 3600)
    return time_of(office_back(city.calendar(now), tick_of(now), back))


def _in_office(now: datetime, work_days_back: int, hour: int) -> datetime:
    calendar = city.calendar(now)
    day = calendar.workday_after(local_day(now).toordinal(), -work_days_back)
    back = timedelta(days=local_day(now).toordinal() - day)
    return (now - back).replace(hour=(hour - 8) % 24, minute=(hour * 7) % 60, second=0)


_GRANTED = (("window", "accept"), ("examiner", "pass"), ("traffic", "reply"), ("leader", "grant"))
_WAYS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "submitted": (),
    "correction": (("window", "request_correction"),),
    "examination": _GRANTED[:1],
    "consultation": _GRANTED[:2],
    "decision": _GRANTED[:3],
    "closed": _GRANTED,
    "declined": (("window", "decline"),),
    "retracted": (("applicant", "retract"),),
}
_DESKS = {
    "window": "zhangqian",
    "examiner": "liuyang",
    "traffic": "zhoulei",
    "leader": "zhaojianguo",
}


@dataclass(frozen=True, slots=True)
class _Walker:
    """Takes one application as far as it is to come, each act by the person whose part it is."""

    scenario: Scenario
    seed: SeededCase
    people: Mapping[str, Account]
    clerk: Account
    now: datetime

    def walk(self, at: datetime) -> None:
        number = self._apply(at)
        for place, (role, act) in enumerate(_WAYS[self.seed.stage], 1):
            moment = min(at + timedelta(minutes=25 * place), self.now)
            self._act(number, role, act, moment)
        opened = handle.load(number)
        for row in opened.journal:
            if row.body.find('"effects":[]') < 0:
                # Nothing is signed in the past: a certificate of today was not valid then.
                done = self.now if credentials.is_configured() else row.at + timedelta(minutes=1)
                issue.carry_out(number, row.seq, done)

    def _apply(self, at: datetime) -> str:
        actor = self.clerk.to_actor()
        answers = self.seed.answers(local_day(at), actor.subject_name)
        writing = drafts.begin(self.seed.item, actor, self.clerk, at)
        for part in writing.form.sections:
            keys = [one.key for one in part.fields]
            known = {key: writing.values[key] for key in keys if key in writing.values}
            own = {
                key: answers[key] for key in keys if key in answers and not _is_given(writing, key)
            }
            writing = drafts.save(writing.number, Saving(part.key, known | own), actor, at)
        names = {one.code: one.name.zh for one in writing.item.materials}
        for code in self.seed.materials:
            upload = files.Upload(
                _paper(names[code], self.clerk.subject_name, self.seed.seed.paper, at),
                f"{names[code]}.pdf",
            )
            files.add_material(writing.number, code, upload, actor, at)
        try:
            return submit.submit(writing.number, actor, at)
        except Invalid as fault:
            wrong = "; ".join(f"{one.path}: {one.message}" for one in fault.problems)
            raise RuntimeError(f"sample of {self.scenario.code}: {wrong}") from fault

    def _act(self, number: str, role: str, act: str, at: datetime) -> None:
        actor = self._who(role)
        said = self.seed.seed
        inputs: dict[str, object] = {"reason": said.says[act]} if act in said.says else {}
        if act == "request_correction" and said.points:
            inputs["points"] = [dict(one) for one in said.points]
        case = handle.load(number).case
        if role == "traffic" and case.stage == "decision":
            return
        try:
            handle.act(number, Order(act, inputs=inputs), actor, at)
        except ActionRefused as refused:
            raise RuntimeError(f"sample case {number}: {act}: {refused}") from refused

    def _who(self, role: str) -> Actor:
        return (self.clerk if role == "applicant" else self.people[_DESKS[role]]).to_actor()


def _is_given(writing: drafts.Writing, key: str) -> bool:
    """Tell whether a register filled a field in; an applicant lets that stand."""
    return any(
        origin.get("kind") == "shared"
        for path, origin in writing.origins.items()
        if path == key or path.startswith(f"{key}.")
    )


_PAPER = """\
#import "/huiban.typ": data
#set page(margin: 2.6cm)
#set text(size: 11pt)
#align(center)[#text(16pt, weight: "bold")[#data.title]]
#v(1em)
单位（样例）：#data.party

本材料为演示数据，内容均为编造，仅用于展示办理过程。

#for n in range(1, 6) [
  #n. #data.line \\
]

#align(right)[#data.party \\ #data.day]
"""


def _paper(title: str, party: str, line: str, at: datetime) -> bytes:
    """Return a made-up material as a PDF that a reader can look at."""
    day = local_day(at)
    data = {"title": title, "party": party, "line": line, "day": day.isoformat()}
    about = pdf.About(title=title, dated=day, author=party, is_sample=True)
    return pdf.render({"paper.typ": _PAPER}, "paper.typ", data, about).content
