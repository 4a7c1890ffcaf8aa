# SPDX-License-Identifier: Apache-2.0
"""Requests to sign: in order or at once, by whom they name, sealed under a grant, ended."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from huiban.connectors import pades
from huiban.kernel.actor import Actor
from huiban.kernel.verification import Report
from huiban.services import (
    attest,
    batch_seal,
    ceremony,
    evidence,
    handle,
    ledger,
    sign_request_make,
    sign_requests,
    signing,
    trust,
    vault,
)
from huiban.services.ceremony import Said
from huiban.services.files import Upload
from huiban.services.ledger import Chain
from huiban.services.refusal import (
    AlreadyDone,
    FieldFault,
    Invalid,
    NotAllowed,
    NotFound,
    NotOpen,
    Stale,
)
from huiban.services.sign_request_model import Made, NewParty, NewRequest
from huiban.services.signing import Confirmed, Task
from huiban.store import blobs, ceremonies, documents, notices
from huiban.store.models import Account, SignRequest
from tests.services import city_sample as sample
from tests.services.signing_sample import PHONE, give_seal, officer, password, said
from tests.services.trusted import Trusted, trusted

NOW = sample.at("2026-11-23 10:30")
CLERK = NewParty("subject", sample.USCC, "青岛海晟置业有限公司", "建设单位")
OFFICER = NewParty("account", "liuyang", part="主审")
SOCIAL = NewParty(
    "department", "human_resources", part="协查部门", does="seal", seal_kind="authority"
)

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def house(each_database: str, tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, NOW) as found:
        yield found


@pytest.fixture
def town(house: Trusted) -> dict[str, Account]:
    return sample.people()


def who(town: dict[str, Account], name: str) -> Actor:
    return town[name].to_actor()


def make(town: dict[str, Account], *parties: NewParty, **changed: object) -> Made:
    asked: dict[str, object] = {
        "kind": "report",
        "title": "起重机械安装检测报告",
        "order": "parallel",
        "until": date(2026, 12, 1),
        "parties": parties,
        "upload": Upload(sample.PDF, "报告.pdf"),
    }
    new = NewRequest(**(asked | changed))  # type: ignore[arg-type]
    return sign_request_make.make(new, who(town, "zhangqian"), NOW)


def task(made: Made, place: int, actor: Actor) -> Task:
    return signing.of(made.number, place, actor)


def sign(made: Made, place: int, actor: Actor, **changed: object) -> Task:
    found = task(made, place, actor)
    one = signing.begin(found, actor, NOW, PHONE).ceremony
    sent = Confirmed(one.number, said(one, **changed), password(NOW), PHONE)
    return signing.sign(found, sent, actor, NOW)


def report(number: str) -> Report:
    content = vault.content(sign_requests.load(number).object_key)
    return pades.verify(content, pades.Trust(test_roots=trust.roots().roots), NOW)


def states(number: str) -> list[str]:
    return [one.state for one in sign_requests.load(number).parties.all()]


def acts(number: str) -> list[str]:
    return [one.act for one in ledger.history(Chain.REQUEST, number)]


def test_two_who_sign_in_parallel_both_stay_valid_and_the_ledger_tells_it(
    town: dict[str, Account],
) -> None:
    made = make(town, CLERK, OFFICER)

    sign(made, 2, who(town, "liuyang"))
    sign(made, 1, who(town, "wangmin"))

    request = sign_requests.load(made.number)
    found = {one.place: one for one in report(made.number).signatures}
    assert (request.state, states(made.number)) == ("completed", ["signed", "signed"])
    assert set(found) == {"party_1", "party_2"}
    assert {one.verdict for one in found.values()} <= {"passed", "unknown"}
    assert all(check.verdict == "passed" for one in found.values() for check in one.checks
               if check.code in ("digest", "signature"))  # fmt: skip
    assert acts(made.number) == ["made", "signed", "signed", "completed"]
    assert ledger.breaks_of(Chain.REQUEST, made.number) == []


def test_in_sequence_the_second_waits_and_signs_onto_what_the_first_left(
    town: dict[str, Account],
) -> None:
    made = make(town, CLERK, OFFICER, order="sequence")
    with pytest.raises(NotOpen, match="还没有轮到您"):
        signing.begin(task(made, 2, who(town, "liuyang")), who(town, "liuyang"), NOW, PHONE)
    assert signing.waiting(who(town, "liuyang")) == []

    first = vault.content(sign_requests.load(made.number).object_key)
    sign(made, 1, who(town, "wangmin"))
    assert [one.place for one in signing.waiting(who(town, "liuyang"))] == [2]
    sign(made, 2, who(town, "liuyang"))

    last = vault.content(sign_requests.load(made.number).object_key)
    assert last.startswith(first)
    assert len(report(made.number).signatures) == 2


def test_anybody_of_the_enterprise_may_sign_and_no_other_sees_it(
    town: dict[str, Account],
) -> None:
    made = make(town, CLERK)

    assert [one.place for one in signing.waiting(who(town, "wangmin"))] == [1]
    for stranger in ("lihua", "zhangqian", "liuyang"):
        with pytest.raises(NotFound):
            task(made, 1, who(town, stranger))
        assert signing.waiting(who(town, stranger)) == []


def test_a_link_opens_for_whom_it_was_made_and_tells_others_nothing(
    town: dict[str, Account],
) -> None:
    made = make(town, CLERK)

    assert signing.of_link(made.tokens[1], who(town, "wangmin")).party.place == 1
    with pytest.raises(NotAllowed, match="不是发给您现在登录的账号") as refused:
        signing.of_link(made.tokens[1], who(town, "lihua"))
    assert "检测" not in refused.value.message.zh
    with pytest.raises(NotFound):
        signing.of_link("x" * 43, who(town, "wangmin"))
    assert made.tokens[1] not in str(list(SignRequest.objects.values("parties__token_hash")))


def test_the_document_seen_is_the_document_signed(town: dict[str, Account]) -> None:
    made = make(town, CLERK)
    clerk = who(town, "wangmin")
    found = task(made, 1, clerk)
    one = signing.begin(found, clerk, NOW, PHONE).ceremony
    other = vault.keep(sample.PDF)
    SignRequest.objects.filter(number=made.number).update(object_key=other)

    with pytest.raises(Stale):
        signing.sign(found, Confirmed(one.number, said(one), password(NOW), PHONE), clerk, NOW)

    assert states(made.number) == ["open"]
    assert ceremonies.load(one.number).outcome == "open"


def test_a_decline_ends_it_for_all_and_keeps_the_reason(town: dict[str, Account]) -> None:
    made = make(town, CLERK, OFFICER)
    clerk = who(town, "wangmin")
    found = task(made, 1, clerk)
    one = signing.begin(found, clerk, NOW, PHONE).ceremony
    with pytest.raises(FieldFault, match="理由"):
        signing.decline(found, one.number, " ", clerk, NOW)

    signing.decline(found, one.number, "报告日期写错", clerk, NOW)

    request = sign_requests.load(made.number)
    assert (request.state, request.reason) == ("declined", "报告日期写错")
    assert states(made.number) == ["declined", "closed"]
    assert ceremonies.load(one.number).outcome == "declined"
    with pytest.raises(NotOpen, match="终止"):
        sign(made, 2, who(town, "liuyang"))


def test_a_withdrawn_request_is_signed_by_nobody_any_more(town: dict[str, Account]) -> None:
    made = make(town, CLERK)
    clerk = who(town, "wangmin")
    one = signing.begin(task(made, 1, clerk), clerk, NOW, PHONE).ceremony

    sign_requests.withdraw(made.number, "材料有误", who(town, "zhangqian"), NOW)

    sent = Confirmed(one.number, said(one), password(NOW), PHONE)
    with pytest.raises(NotOpen, match="撤回"):
        signing.sign(task(made, 1, clerk), sent, clerk, NOW)
    with pytest.raises(NotOpen):
        sign_requests.withdraw(made.number, "再撤", who(town, "zhangqian"), NOW)


def test_time_ends_what_was_not_signed_and_nothing_else(town: dict[str, Account]) -> None:
    made, later = make(town, CLERK), make(town, CLERK, until=date(2026, 12, 20))
    after = sample.at("2026-12-02 00:01")

    assert sign_requests.expire(sample.at("2026-12-01 23:59")) == 0
    assert sign_requests.expire(after) == 1
    assert sign_requests.expire(after) == 0

    assert sign_requests.load(made.number).state == "expired"
    assert sign_requests.load(later.number).state == "open"
    assert acts(made.number)[-1] == "expired"


def test_only_the_department_that_asked_follows_it(town: dict[str, Account]) -> None:
    made = make(town, CLERK)
    stranger = officer("gao", "高原", "human_resources").to_actor()

    assert sign_requests.follow(made.number, who(town, "liuyang")).is_open
    for act in (sign_requests.follow, sign_requests.document):
        with pytest.raises(NotFound):
            act(made.number, stranger)
    with pytest.raises(NotAllowed):
        sign_requests.listing(who(town, "wangmin"), is_open=True)
    with pytest.raises(NotAllowed):
        sign_requests.listing(who(town, "sysadmin"), is_open=True)


def test_a_reminder_makes_a_new_link_and_the_old_one_ends(town: dict[str, Account]) -> None:
    made = make(town, CLERK)
    desk = who(town, "zhangqian")

    token = sign_requests.remind(made.number, 1, desk, NOW)

    assert signing.of_link(token, who(town, "wangmin")).party.place == 1
    with pytest.raises(NotFound):
        signing.of_link(made.tokens[1], who(town, "wangmin"))
    with pytest.raises(NotOpen, match="一小时内"):
        sign_requests.remind(made.number, 1, desk, NOW + timedelta(minutes=30))
    assert sign_requests.remind(made.number, 1, desk, NOW + timedelta(minutes=61))


def test_what_is_signed_on_a_case_becomes_its_document_and_a_fact(
    town: dict[str, Account],
) -> None:
    number = sample.case(town["wangmin"], NOW - timedelta(hours=1))
    made = make(town, CLERK, case=number)
    sign(made, 1, who(town, "wangmin"))

    opened = handle.load(number)
    [document] = [one for one in documents.of_case(opened.case.id) if one.code == "signed_request"]
    fact = opened.journal[-1]
    request = sign_requests.load(made.number)
    assert (fact.act, fact.is_public, document.is_public) == ("signing_completed", False, False)
    assert document.sha256 == request.sha256
    assert vault.content(document.object_key).startswith(b"%PDF")
    assert evidence.verify_case(number).is_sound
    titles = [one.title for one in notices.of_subject(sample.USCC)]
    assert "请您签署：起重机械安装检测报告" in titles
    assert "已全部签署：起重机械安装检测报告" in titles


@pytest.mark.parametrize("how", ["declined", "withdrawn", "expired"])
def test_the_case_learns_of_every_other_end_too(town: dict[str, Account], how: str) -> None:
    number = sample.case(town["wangmin"], NOW - timedelta(hours=1))
    made = make(town, CLERK, case=number)
    clerk = who(town, "wangmin")

    if how == "declined":
        found = task(made, 1, clerk)
        one = signing.begin(found, clerk, NOW, PHONE).ceremony
        signing.decline(found, one.number, "不同意", clerk, NOW)
    elif how == "withdrawn":
        sign_requests.withdraw(made.number, "不需要了", who(town, "zhangqian"), NOW)
    else:
        sign_requests.expire(sample.at("2026-12-02 00:01"))

    opened = handle.load(number)
    assert opened.journal[-1].act == f"signing_{how}"
    assert all(one.code != "signed_request" for one in documents.of_case(opened.case.id))


def test_a_department_answers_seals_and_its_answer_is_in_the_sealed_file(
    town: dict[str, Account],
) -> None:
    gao = officer("gao", "高原", "human_resources").to_actor()
    give_seal("human_resources", "gao", NOW)
    asked = "请核实 2026 年 10 月参保人数。"
    made = make(
        town, SOCIAL, kind="attestation", title="参保人数协查函", purpose=asked, upload=None
    )
    assert task(made, 1, gao).wants_answer
    with pytest.raises(FieldFault, match="填写协查结果"):
        attest.answer(task(made, 1, gao), "  ", gao, NOW)

    attest.answer(task(made, 1, gao), "经查，10 月参保 35 人。", gao, NOW)
    sign(made, 1, gao)

    request = sign_requests.load(made.number)
    found = next(one for one in report(made.number).signatures if one.place == "party_1")
    assert (request.state, request.answer) == ("completed", "经查，10 月参保 35 人。")
    assert (found.place, found.level, found.organization) == (
        "party_1", "B-LTA", "青岛市人力资源和社会保障局",
    )  # fmt: skip
    assert acts(made.number) == ["made", "answered", "sealed", "completed"]
    with pytest.raises(NotOpen):
        attest.answer(task(made, 1, gao), "改一改", gao, NOW)


def test_a_seal_without_a_grant_is_refused_and_nothing_is_signed(
    town: dict[str, Account],
) -> None:
    other = officer("zheng", "郑五", "human_resources").to_actor()
    officer("gao", "高原", "human_resources")
    give_seal("human_resources", "gao", NOW)
    made = make(town, SOCIAL)

    with pytest.raises(NotOpen) as refused:
        sign(made, 1, other)

    assert refused.value.reason == "not_granted"
    assert states(made.number) == ["open"]


def test_a_batch_seals_each_on_its_own_and_tells_each_result(town: dict[str, Account]) -> None:
    gao = officer("gao", "高原", "human_resources").to_actor()
    give_seal("human_resources", "gao", NOW)
    reports = [make(town, SOCIAL, title=f"报告 {n}") for n in (1, 2)]
    unanswered = make(town, SOCIAL, kind="attestation", title="协查", purpose="请查", upload=None)
    withdrawn = make(town, SOCIAL, title="已撤")
    keys = [f"{one.number}:1" for one in (*reports, unanswered, withdrawn)]
    tasks = batch_seal.chosen([*keys, "none:1", "bad", keys[0]], gao)
    sign_requests.withdraw(withdrawn.number, "不用了", who(town, "zhangqian"), NOW)
    words = batch_seal.statement(gao)
    sent = Said(is_agreed=True, statement=ceremony.digest_of(words.zh))

    found = batch_seal.seal_all(tasks, sent, password(NOW), PHONE, gao, NOW)

    told = {one.task.request.title: one.refusal.zh if one.refusal else "" for one in found}
    assert (told["报告 1"], told["报告 2"]) == ("", "")
    assert "协查结果" in told["协查"]
    assert "撤回" in told["已撤"]
    kept = [ceremonies.of_matters([f"request:{one.number}"])[0] for one in reports]
    assert {one.statement for one in kept} == {words.zh}
    assert len({one.sha256_after for one in kept}) == 2


def test_a_used_up_grant_stops_the_rest_of_a_batch_only(town: dict[str, Account]) -> None:
    gao = officer("gao", "高原", "human_resources").to_actor()
    give_seal("human_resources", "gao", NOW, uses_most=1)
    reports = [make(town, SOCIAL, title=f"报告 {n}") for n in (1, 2)]
    tasks = batch_seal.chosen([f"{one.number}:1" for one in reports], gao)
    sent = Said(is_agreed=True, statement=ceremony.digest_of(batch_seal.statement(gao).zh))

    found = batch_seal.seal_all(tasks, sent, password(NOW), PHONE, gao, NOW)

    assert [one.refusal is None for one in found] == [True, False]
    assert [states(one.number) for one in reports] == [["signed"], ["open"]]


def test_an_authority_that_is_away_signs_nothing_and_another_try_does(
    town: dict[str, Account], house: Trusted
) -> None:
    made = make(town, CLERK)
    clerk = who(town, "wangmin")
    sign(make(town, CLERK, title="先签一份"), 1, clerk)
    house.order("tsa", dead=True)

    with pytest.raises(NotOpen, match="还没有签署"):
        sign(made, 1, clerk)
    assert states(made.number) == ["open"]

    house.order(reset=True)
    sign(made, 1, clerk)
    assert states(made.number) == ["signed"]


@pytest.mark.parametrize(
    ("changed", "path", "words"),
    [
        ({"title": " "}, "title", "请写标题"),
        ({"title": "长" * 101}, "title", "100"),
        ({"kind": "letter"}, "kind", "请选择"),
        ({"order": "any"}, "order", "顺序"),
        ({"until": None}, "until", "截止日期"),
        ({"until": date(2026, 11, 22)}, "until", "已经过去"),
        ({"until": date(2027, 11, 22)}, "until", "最晚"),
        ({"upload": None}, "file", "上传"),
        ({"upload": Upload(b"PK\x03\x04", "a.pdf")}, "file", ""),
        ({"parties": ()}, "party-0", "至少"),
        ({"parties": (CLERK,) * 9}, "party-0", "最多"),
        ({"parties": (CLERK, CLERK)}, "party-1", "写了两次"),
        ({"parties": (NewParty("subject", "123", "某公司"),)}, "party-0", "18 位"),
        ({"parties": (NewParty("subject", sample.USCC),)}, "party-0", "单位名称"),
        ({"parties": (NewParty("account", "nobody"),)}, "party-0", "没有账号"),
        ({"parties": (NewParty("department", "moon", does="seal"),)}, "party-0", "部门"),
        (
            {"parties": (NewParty("subject", sample.USCC, "某公司", does="seal"),)},
            "party-0", "只有部门",
        ),
        ({"parties": (NewParty("department", "transport", does="seal"),)}, "party-0", "哪一种"),
        ({"kind": "attestation", "purpose": "", "parties": (SOCIAL,)}, "purpose", "证明什么"),
        ({"kind": "attestation", "purpose": "查", "parties": (CLERK,)}, "party-0", "一个部门"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_made_names_each_fault(
    town: dict[str, Account], changed: dict[str, object], path: str, words: str
) -> None:
    parties = changed.get("parties", (CLERK,))
    assert isinstance(parties, tuple)
    others = {key: value for key, value in changed.items() if key != "parties"}

    with pytest.raises(Invalid) as refused:
        make(town, *parties, **others)

    assert path in [one.path for one in refused.value.problems]
    assert words in "".join(one.message.zh for one in refused.value.problems)
    assert SignRequest.objects.count() == 0


def test_a_file_that_was_signed_already_is_not_taken(town: dict[str, Account]) -> None:
    made = make(town, CLERK)
    sign(made, 1, who(town, "wangmin"))
    signed = vault.content(sign_requests.load(made.number).object_key)

    with pytest.raises(FieldFault, match="已经有电子签名"):
        make(town, CLERK, upload=Upload(signed, "签过的.pdf"))


def test_a_page_sent_twice_makes_one_request(town: dict[str, Account]) -> None:
    made = make(town, CLERK, number="a" * 32)

    with pytest.raises(AlreadyDone) as done:
        make(town, CLERK, number="a" * 32)

    assert done.value.number == made.number == "a" * 32


@pytest.mark.parametrize("name", ["wangmin", "wumin", "sysadmin"])
def test_who_may_not_ask_is_told_so(town: dict[str, Account], name: str) -> None:
    new = NewRequest(
        kind="report", title="报告", order="parallel", until=date(2026, 12, 1), parties=(CLERK,),
        upload=Upload(sample.PDF, "报告.pdf"),
    )  # fmt: skip

    with pytest.raises(NotAllowed):
        sign_request_make.make(new, who(town, name), NOW)


def test_nobody_asks_on_a_case_that_is_not_theirs(town: dict[str, Account]) -> None:
    number = sample.case(town["wangmin"], NOW - timedelta(hours=1))
    gao = officer("gao", "高原", "human_resources").to_actor()

    with pytest.raises(NotAllowed):
        sign_requests.case_of(number, gao)
    with pytest.raises(NotFound):
        sign_requests.case_of("no-such-case", gao)


def test_the_bytes_of_requests_and_ceremonies_are_not_swept(town: dict[str, Account]) -> None:
    made = make(town, CLERK)
    sign(made, 1, who(town, "wangmin"))
    request = sign_requests.load(made.number)
    [one] = ceremonies.of_matters([f"request:{made.number}"])
    keys = {request.object_key, request.first_key, one.object_key, one.strokes_key, one.signed_key}

    assert blobs.unknown_objects({*keys, "00/" + "0" * 62}) == {"00/" + "0" * 62}
