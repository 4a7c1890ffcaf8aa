# SPDX-License-Identifier: Apache-2.0
"""Parties who sign at the very same moment: no signature is lost, no case gets two documents."""

import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connections

from huiban.connectors import pades
from huiban.services import ledger, sign_request_make, sign_requests, signing, trust, vault
from huiban.services.files import Upload
from huiban.services.ledger import Chain
from huiban.services.refusal import NotOpen
from huiban.services.sign_request_model import NewParty, NewRequest
from huiban.services.signing import Confirmed
from huiban.store import cases, documents
from huiban.store.models import Account
from tests.services import city_sample as sample
from tests.services.signing_sample import PHONE, password, said
from tests.services.trusted import Trusted, trusted

NOW = sample.at("2026-11-23 10:30")
pytestmark = pytest.mark.usefixtures("each_fresh_database")


def at_once(house: Trusted, number: str, *signers: tuple[int, Account]) -> list[str]:
    """Have several people sign; each waits for its time stamp until all have read the file."""
    ready = []
    for place, account in signers:
        actor = account.to_actor()
        task = signing.of(number, place, actor)
        one = signing.begin(task, actor, NOW, PHONE).ceremony
        ready.append((task, Confirmed(one.number, said(one), password(NOW), PHONE), actor))
    house.order("tsa", stall_s=1)
    told: list[str] = []

    def sign(task: object, sent: Confirmed, actor: object) -> None:
        try:
            signing.sign(task, sent, actor, NOW)  # type: ignore[arg-type]
            told.append("signed")
        except NotOpen as refused:
            told.append(refused.reason or refused.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sign, args=one) for one in ready]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    house.order(reset=True)
    return sorted(told)


def made(case: str, *parties: NewParty) -> str:
    desk = Account.objects.get(number="zhangqian").to_actor()
    new = NewRequest(
        kind="report", title="检测报告", order="parallel", until=date(2026, 12, 1), case=case,
        parties=parties, upload=Upload(sample.PDF, "报告.pdf"),
    )  # fmt: skip
    return sign_request_make.make(new, desk, NOW).number


def test_all_sign_at_once_and_every_signature_is_in_the_file(tmp_path: Path) -> None:
    people = sample.people()
    names = ("wangmin", "lihua", "liuyang")
    case = sample.case(people["wangmin"], NOW - timedelta(hours=1))
    number = made(case, *(NewParty("account", name) for name in names))
    with trusted(tmp_path, NOW) as house:
        told = at_once(house, number, *((n, people[name]) for n, name in enumerate(names, 1)))

        request = sign_requests.load(number)
        content = vault.content(request.object_key)
        report = pades.verify(content, pades.Trust(test_roots=trust.roots().roots), NOW)

    papers = documents.of_case(cases.load(case).id)
    assert told == ["signed"] * 3
    assert request.state == "completed"
    assert {one.place for one in report.signatures} == {"party_1", "party_2", "party_3"}
    assert {one.verdict for one in report.signatures} == {"unknown"}  # nobody said of revocation
    assert [one.sha256 for one in papers if one.code == "signed_request"] == [request.sha256]
    assert ledger.breaks_of(Chain.REQUEST, number) == []


def test_two_people_of_one_enterprise_sign_once(tmp_path: Path) -> None:
    people = sample.people()
    other = Account.objects.get(number="wangmin")
    other.pk, other.number, other.name = None, "zhaomin", "赵敏"
    other.save(force_insert=True)
    case = sample.case(people["wangmin"], NOW - timedelta(hours=1))
    number = made(case, NewParty("subject", sample.USCC, "青岛海晟置业有限公司"))
    with trusted(tmp_path, NOW) as house:
        told = at_once(house, number, (1, people["wangmin"]), (1, other))

    assert told == ["completed", "signed"]
    acts = [one.act for one in ledger.history(Chain.REQUEST, number)]
    assert acts == ["made", "signed", "completed"]
