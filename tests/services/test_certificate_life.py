# SPDX-License-Identifier: Apache-2.0
"""The ledger of a certificate: written by cases and officers, and what does not fit it is seen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from huiban.kernel.actor import ActorKind
from huiban.kernel.certificate import Act, Ending, identifier_serial
from huiban.kernel.identifier import check_certificate_identifier
from huiban.services import accounts, certificate_life, certify, handle, issue, ledger
from huiban.services.accounts import Person
from huiban.services.certificate_acts import Order, act, acts_for, proposal_of
from huiban.services.ledger import Chain, body_of
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store import cases, certificates, journal, on_record
from huiban.store.models import Account, Certificate, LedgerEntry, Notice
from tests.services import city_sample as sample
from tests.services.certificate_sample import IN_FORCE, NOW, granted

pytestmark = pytest.mark.usefixtures("each_database")
WHY = {"reason": "被许可人以欺骗手段取得", "basis": "行政许可法第六十九条第二款"}


@pytest.fixture
def city(each_database: str) -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def held(city: dict[str, Account]) -> Certificate:
    return granted(city)


def facts(number: str) -> list[str]:
    return [one.act for one in ledger.history(Chain.CERTIFICATE, number)]


def do(held: Certificate, order: Order, who: Account) -> Certificate:
    return act(held.number, order, who.to_actor(), IN_FORCE)


def propose(held: Certificate, who: Account, ending: Ending = Ending.ANNUL) -> Certificate:
    return do(held, Order(Act.PROPOSE, ending, **WHY), who)


def test_a_certificate_has_a_ledger_from_its_issue_on(held: Certificate) -> None:
    issued, shown = ledger.history(Chain.CERTIFICATE, held.number)

    assert (issued.act, issued.actor, shown.act) == ("issued", "zhaojianguo", "document_made")
    assert body_of(issued)["facts"] == certificate_life.certificate_facts(held)
    assert held.document is not None
    assert body_of(shown)["sha256"] == held.document.sha256
    assert certificate_life.altered(held) == []
    assert ledger.breaks_of(Chain.CERTIFICATE, held.number) == []


def test_the_ledger_holds_no_number_of_a_person_in_full(held: Certificate) -> None:
    person = replace_holder(held, "370202196205170028")

    told = str(certificate_life.certificate_facts(person))

    assert "370202196205170028" not in told
    assert "370202********0028" in told


def replace_holder(held: Certificate, code: str) -> Certificate:
    held.subject_code = code
    return held


def test_a_job_that_runs_again_writes_nothing_twice(held: Certificate) -> None:
    case = cases.load(held.case.number)
    for row in journal.of_case(case.id):
        if '"effects":[]' not in row.body:
            issue.carry_out(case.number, row.seq, NOW + timedelta(hours=1))

    assert facts(held.number) == ["issued", "document_made"]
    assert Certificate.objects.count() == 1


def test_its_identifier_is_whole_and_names_kind_issuer_and_number(held: Certificate) -> None:
    assert check_certificate_identifier(held.identifier).value == held.identifier
    kind, issuer, serial, version = held.identifier.split(".")[5:9]
    assert (kind, issuer) == ("113702000000000194001", "113702000000000194")
    assert (serial, version) == (identifier_serial(held.number), "001")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("subject_name = '别人'", "holder_sha256"),
        ("valid_until = '2099-12-31'", "valid_until"),
        ("content = '{}'", "content_sha256"),
        ("kind = 'safety_permit'", "kind"),
        ("verify_code = 'x'", "verify_code_sha256"),
        ("state = 'suspended'", "state"),
        ("successor = 'x'", "successor"),
        ("proposed = 'annul'", "proposed"),
        ("document_id = NULL", "document"),
    ],
)
def test_a_row_changed_beside_its_ledger_is_noticed(
    held: Certificate, change: str, named: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE store_certificate SET {change}")

    assert certificate_life.altered(certificates.load(held.number)) == [named]


def test_a_certificate_without_a_ledger_is_noticed(held: Certificate) -> None:
    assert certificate_life.altered(Certificate(number="strange")) == ["ledger"]


def test_a_certificate_older_than_ledgers_begins_one_with_its_next_fact(
    city: dict[str, Account], held: Certificate
) -> None:
    old = Certificate.objects.get()
    old.number, old.verify_code, old.identifier = "旧证1号", "old", ""
    old.save(force_insert=True)

    do(old, Order(Act.SUSPEND, **WHY), city["zhaojianguo"])

    assert facts("旧证1号") == ["taken_over", "suspended"]
    assert certificate_life.altered(certificates.load("旧证1号")) == []


def test_a_head_suspends_and_resumes_and_the_holder_is_told(
    city: dict[str, Account], held: Certificate
) -> None:
    suspended = do(held, Order(Act.SUSPEND, **WHY), city["zhaojianguo"])
    told = Notice.objects.get(code="certificate_suspended")
    resumed = do(held, Order(Act.RESUME, **WHY), city["zhaojianguo"])

    assert (suspended.state, resumed.state) == ("suspended", "valid")
    assert certify.state_of(suspended, IN_FORCE.date()) == "suspended"
    assert facts(held.number)[2:] == ["suspended", "resumed"]
    entry = ledger.history(Chain.CERTIFICATE, held.number)[2]
    assert body_of(entry) == WHY
    assert (told.subject_code, told.case.number) == (sample.USCC, held.case.number)
    assert WHY["basis"] in told.text
    assert certificate_life.altered(resumed) == []


def test_a_suspended_certificate_waives_nothing_and_starts_nothing(
    city: dict[str, Account], held: Certificate
) -> None:
    kinds, day = (held.kind,), held.valid_from
    assert on_record.certificates(sample.USCC, kinds, day) == {held.kind: held.number}

    do(held, Order(Act.SUSPEND, **WHY), city["zhaojianguo"])

    assert on_record.certificates(sample.USCC, kinds, day) == {}
    assert not certify.verify(held.verify_code, IN_FORCE).is_in_force


@pytest.mark.parametrize(
    ("ending", "fact", "state"),
    [
        (Ending.ANNUL, "annulment_proposed", "annulled"),
        (Ending.WITHDRAW, "withdrawal_proposed", "withdrawn"),
        (Ending.REVOKE, "revocation_proposed", "revoked"),
    ],
)
def test_what_one_proposes_another_confirms(
    city: dict[str, Account], held: Certificate, ending: Ending, fact: str, state: str
) -> None:
    waiting = propose(held, city["liuyang"], ending)
    ended = do(held, Order(Act.CONFIRM), city["zhaojianguo"])

    assert (waiting.state, waiting.proposed) == ("valid", ending)
    assert (ended.state, ended.proposed) == (state, "")
    proposed, confirmed = ledger.history(Chain.CERTIFICATE, held.number)[2:]
    assert (proposed.act, confirmed.act) == (fact, state)
    told = body_of(confirmed)
    assert (told["reason"], told["basis"]) == (WHY["reason"], WHY["basis"])
    assert (told["proposed_by"], told["proposal"]) == ("刘洋", proposed.seq)
    assert Notice.objects.filter(code=f"certificate_{fact}").exists()
    assert Notice.objects.filter(code=f"certificate_{state}").exists()
    assert certificate_life.altered(ended) == []


def test_the_proposer_does_not_confirm(city: dict[str, Account], held: Certificate) -> None:
    propose(held, city["zhaojianguo"])

    with pytest.raises(NotOpen, match="两个人"):
        do(held, Order(Act.CONFIRM), city["zhaojianguo"])

    assert certificates.load(held.number).state == "valid"
    assert facts(held.number)[2:] == ["annulment_proposed"]


def test_an_examiner_confirms_what_a_head_proposed(
    city: dict[str, Account], held: Certificate
) -> None:
    propose(held, city["zhaojianguo"])

    assert do(held, Order(Act.CONFIRM), city["liuyang"]).state == "annulled"


def test_a_dropped_proposal_can_be_made_again(city: dict[str, Account], held: Certificate) -> None:
    propose(held, city["liuyang"])
    dropped = do(held, Order(Act.DROP, reason="核实后情况不属实"), city["zhaojianguo"])

    assert (dropped.proposed, proposal_of(dropped)) == ("", None)
    assert propose(held, city["liuyang"], Ending.REVOKE).proposed == "revoke"


def test_a_proposal_outlasts_a_suspension(city: dict[str, Account], held: Certificate) -> None:
    propose(held, city["liuyang"])
    suspended = do(held, Order(Act.SUSPEND, **WHY), city["zhaojianguo"])

    assert suspended.proposed == "annul"
    assert certificate_life.altered(suspended) == []
    assert do(held, Order(Act.CONFIRM), city["zhaojianguo"]).state == "annulled"


@pytest.mark.parametrize("who", ["zhangqian", "wumin"])
def test_who_only_looks_may_do_nothing(
    city: dict[str, Account], held: Certificate, who: str
) -> None:
    assert acts_for(held, city[who].to_actor()) == ()
    with pytest.raises(NotAllowed):
        propose(held, city[who])


@pytest.mark.parametrize(
    ("department", "division"), [("traffic_police", "370200"), ("approval_service", "370202")]
)
def test_another_department_or_district_finds_no_such_certificate(
    held: Certificate, department: str, division: str
) -> None:
    person = Person(
        number="stranger", name="外人", kind=ActorKind.OFFICER, roles=("leader",),
        department=department, division=division,
    )  # fmt: skip
    stranger = accounts.make(person, sample.PASSWORD)

    with pytest.raises(NotFound):
        do(held, Order(Act.SUSPEND, **WHY), stranger)


@pytest.mark.parametrize(
    ("order", "path"),
    [
        (Order(Act.SUSPEND, basis="x"), "reason"),
        (Order(Act.SUSPEND, reason="x", basis=" "), "basis"),
        (Order(Act.PROPOSE, None, "x", "y"), "ending"),
        (Order(Act.PROPOSE, Ending.ANNUL, "长" * 501, "y"), "reason"),
        (Order(Act.SUSPEND, None, "x", "长" * 301), "basis"),
        (Order(Act.DROP), "reason"),
    ],
)
def test_reason_and_basis_are_asked_for(
    city: dict[str, Account], held: Certificate, order: Order, path: str
) -> None:
    with pytest.raises(FieldFault) as caught:
        do(held, order, city["zhaojianguo"])

    assert caught.value.path == path
    assert facts(held.number) == ["issued", "document_made"]


def test_a_cancelled_certificate_is_cancelled_once_also_when_suspended(
    city: dict[str, Account], held: Certificate
) -> None:
    do(held, Order(Act.SUSPEND, **WHY), city["zhaojianguo"])
    head = city["zhaojianguo"].to_actor()

    assert certificate_life.cancelled(held.number, "case", head, IN_FORCE)
    assert not certificate_life.cancelled(held.number, "case", head, IN_FORCE)

    ended = certificates.load(held.number)
    assert (ended.state, facts(held.number)[-1]) == ("cancelled", "cancelled")
    assert certificate_life.altered(ended) == []
    with pytest.raises(NotOpen, match="已经注销"):
        propose(held, city["liuyang"])


def test_renewing_tells_both_ledgers(city: dict[str, Account], held: Certificate) -> None:
    opened = handle.load(held.case.number)
    case = replace(
        opened.case, source_certificate=held.number, item_code="construction_waste.renew"
    )
    row = next(one for one in opened.journal if one.act == "grant")
    renewal = replace(opened, case=case)

    for _ in range(2):
        new = certify.issue(renewal, row, "青建废核〔2027〕370200-00001")

    before = certificates.load(held.number)
    assert (before.state, before.successor) == ("replaced", new.number)
    assert facts(held.number)[-1] == "renewed"
    assert facts(new.number) == ["issued"]
    told = ledger.history(Chain.CERTIFICATE, held.number)[-1]
    assert body_of(told)["successor"] == new.number
    assert certificate_life.altered(before) == certificate_life.altered(new) == []
    assert LedgerEntry.objects.filter(chain="certificate").count() == 4
