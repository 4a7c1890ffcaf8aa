# SPDX-License-Identifier: Apache-2.0
"""One finding for both sides: before filing and at the desk; people settle it, on the record."""

import json
from dataclasses import dataclass

import pytest

from huiban.kernel.reading import PageFault, Reading
from huiban.kernel.rule import Verdict
from huiban.services import desk, drafts, files, handle, review_files, reviewing, submit
from huiban.services.files import Upload
from huiban.services.handle import Order
from huiban.services.refusal import FieldFault, NotAllowed, NotFound
from huiban.store import cases, ids, journal
from huiban.store.models import Account, Settlement
from tests.services import city_sample as sample
from tests.services import reading_sample
from tests.services.reading_sample import STRANGERS

NOW = sample.at("2026-11-23 09:30")
POINT = "contract_is_ours"
CONTRACT = "haulage_contract"
pytestmark = pytest.mark.usefixtures("each_database")


@dataclass(frozen=True)
class Town:
    people: dict[str, Account]

    def actor(self, name: str):  # type: ignore[no-untyped-def]
        return self.people[name].to_actor()


@pytest.fixture
def town(each_database: str) -> Town:
    return Town(sample.people())


def drafted(town: Town, *readings: Reading) -> str:
    """An application whose contract files were read as told."""
    account, actor = town.people["wangmin"], town.actor("wangmin")
    number = sample.draft(account, NOW, without=(CONTRACT,))
    for place, reading in enumerate(readings):
        content = sample.PDF + f"% {ids.new_key()}".encode()  # no two files are the same
        upload = Upload(content, f"合同{place + 1}.pdf")
        _writing, kept = files.add_material(number, CONTRACT, upload, actor, NOW)
        reading_sample.put(kept.blob, reading, NOW)
    return number


def told(town: Town, draft: str) -> review_files.Reviewed:
    found = reviewing.of_writing(drafts.load(draft, town.actor("wangmin"), NOW), NOW)
    assert found is not None
    return found


def verdict(found: review_files.Reviewed, code: str = POINT) -> str:
    finding = found.finding(code)
    assert finding is not None
    return str(finding.verdict)


def filed(town: Town, party_a: str = STRANGERS) -> str:
    draft = drafted(town, reading_sample.contract(party_a))
    return submit.submit(draft, town.actor("wangmin"), NOW)


def examined(town: Town, number: str) -> str:
    """Bring a case before the examiner."""
    order = Order("accept", inputs={"reason": "已电话核实，是分包合同"})
    handle.act(number, order, town.actor("zhangqian"), NOW)
    return number


def test_a_strangers_contract_is_found_with_its_place_and_a_right_one_is_not(town: Town) -> None:
    found = told(town, drafted(town, reading_sample.contract(STRANGERS)))

    finding = found.finding(POINT)
    assert finding is not None
    assert finding.verdict is Verdict.FAIL
    place = finding.evidence[0]
    assert (place.material, place.page, place.text) == (CONTRACT, 1, STRANGERS)
    assert place.box is not None
    blob = found.file(place)
    assert blob is not None
    assert blob.name == "合同1.pdf"

    assert verdict(told(town, drafted(town, reading_sample.contract()))) == "pass"


def test_what_is_not_read_yet_or_not_surely_is_unknown_and_never_a_fault(town: Town) -> None:
    draft = drafted(town)
    actor = town.actor("wangmin")
    files.add_material(draft, CONTRACT, Upload(sample.PDF, "合同.pdf"), actor, NOW)
    assert verdict(told(town, draft)) == "unknown"

    dark = reading_sample.read(reading_sample.page((), faults=(PageFault.DARK,), seals=0))
    assert verdict(told(town, drafted(town, dark)), "contract_is_sealed") == "unknown"


def test_of_two_contracts_the_one_that_is_wrong_is_named(town: Town) -> None:
    ours = reading_sample.contract()
    other = reading_sample.contract(STRANGERS)
    found = told(town, drafted(town, ours, other))

    finding = found.finding(POINT)
    assert finding is not None
    assert finding.verdict is not Verdict.PASS
    named = [blob.name for one in finding.evidence if (blob := found.file(one))]
    assert "合同2.pdf" in named


def test_the_examiner_sees_the_very_finding_that_the_applicant_was_told(town: Town) -> None:
    draft = drafted(town, reading_sample.contract(STRANGERS))
    before = told(town, draft)
    number = submit.submit(draft, town.actor("wangmin"), NOW)

    opened = handle.load(number)
    seen = review_files.of_case(opened.scenario, opened.case)

    assert seen is not None
    assert seen.findings == before.findings
    page = desk.case(number, town.actor("zhangqian"), "zh-hans", NOW)
    assert page.review is not None
    assert page.review.reviewed.findings == before.findings


def test_a_word_on_a_point_is_kept_in_the_journal_and_the_latest_counts(town: Town) -> None:
    number = examined(town, filed(town))
    examiner = town.actor("liuyang")

    reviewing.settle(number, POINT, "fail", examiner, NOW)
    reviewing.settle(number, POINT, "pass", examiner, NOW.replace(hour=3))

    opened = handle.load(number)
    entries = [json.loads(row.body) for row in opened.journal if row.act == "point_settled"]
    assert [(one["found"], one["said"]) for one in entries] == [("fail", "fail"), ("fail", "pass")]
    assert all(one["files"] for one in entries)
    assert STRANGERS not in "".join(row.body for row in opened.journal)
    row = Settlement.objects.get()
    assert (row.point, row.found, row.said, row.said_by) == (POINT, "fail", "pass", "liuyang")
    assert row.rule == review_files.rule_digest(opened.scenario.review, _point(opened))  # type: ignore[arg-type]
    assert journal.of_case(cases.load(number).id)[-1].sha256 == opened.case.chain_sha256


def _point(opened: handle.Opened):  # type: ignore[no-untyped-def]
    reviewed = review_files.of_case(opened.scenario, opened.case)
    assert reviewed is not None
    finding = reviewed.finding(POINT)
    assert finding is not None
    return finding.point


def test_only_the_post_named_settles_a_point_of_a_case_before_it(town: Town) -> None:
    number = filed(town)

    with pytest.raises(NotAllowed, match="审查"):
        reviewing.settle(number, POINT, "fail", town.actor("zhangqian"), NOW)
    with pytest.raises(NotAllowed):
        reviewing.settle(number, POINT, "fail", town.actor("wangmin"), NOW)
    with pytest.raises(NotFound):
        reviewing.settle(number, "no_such_point", "fail", town.actor("liuyang"), NOW)
    examined(town, number)
    with pytest.raises(FieldFault):
        reviewing.settle(number, POINT, "perhaps", town.actor("liuyang"), NOW)
    assert not Settlement.objects.exists()


def test_nobody_goes_on_over_a_found_fault_without_a_word_unless_it_was_overruled(
    town: Town,
) -> None:
    number = filed(town)
    with pytest.raises(FieldFault, match="合同甲方"):
        handle.act(number, Order("accept"), town.actor("zhangqian"), NOW)

    examined(town, number)
    with pytest.raises(FieldFault, match="合同甲方"):
        handle.act(number, Order("pass"), town.actor("liuyang"), NOW)
    reviewing.settle(number, POINT, "pass", town.actor("liuyang"), NOW)
    handle.act(number, Order("pass"), town.actor("liuyang"), NOW)

    assert cases.load(number).stage == "decision"
