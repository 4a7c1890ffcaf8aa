# SPDX-License-Identifier: Apache-2.0
"""The pages on which people prove who they are: ways, the camera, results, the record."""

import re
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from huiban.kernel.identity import Way
from huiban.services import (
    delegation_signing,
    delegations,
    identity,
    identity_pictures,
)
from huiban.services.identity import Outcome
from huiban.store.models import Account, IdentityAttempt, KeptPicture
from tests.faces.draw import CHEN, NEUTRAL, jpeg
from tests.faces.film import moment, performed
from tests.services.face_sample import with_portrait
from tests.services.identity_sample import proved_to_sign
from tests.services.signing_sample import PHONE
from tests.services.test_delegations import asked
from tests.web.portal_visitor import NOW, Visitor, sample, text_of, visitor

pytestmark = pytest.mark.django_db
WORKERS_POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"


@pytest.fixture
def owner(town: dict[str, Account]) -> Account:
    sample.resident()
    return town["wangmin"]


@pytest.fixture
def number(owner: Account) -> str:
    """A delegation that waits for its grantor's signature."""
    return delegations.write(asked(), owner.to_actor(), NOW).number


@pytest.fixture
def on_file(town: dict[str, Account], owner: Account) -> None:
    with_portrait(owner, town["zhangqian"], NOW)


@pytest.fixture
def attempt(clerk: Visitor, number: str, on_file: None) -> str:
    """Where an attempt by face goes on."""
    return begun(clerk, number)


def begun(clerk: Visitor, number: str, **sent: str) -> str:
    answer = clerk.post(f"/identity/delegation/{number}/face", **sent)
    assert answer.status_code == 303, text_of(answer.content.decode())
    return str(answer["Location"])


def frames(**changed: object) -> dict[str, object]:
    """What our page sends when somebody did what the newest attempt asks for."""
    steps = identity.challenge_of(IdentityAttempt.objects.latest("begun_at")).steps
    shown = performed(steps)
    usual: dict[str, object] = {
        "step": [str(step) for step, _ in shown],
        "at": [str(250 * place) for place in range(len(shown))],
        "frame": [
            SimpleUploadedFile("frame.jpg", jpeg(moment(CHEN, pose)), "image/jpeg")
            for _, pose in shown
        ],
    }
    return usual | changed


def small(count: int, size: int = 100) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile("frame.jpg", b"x" * size, "image/jpeg") for _ in range(count)]


def test_every_way_is_listed_and_a_closed_one_says_why(
    clerk: Visitor, number: str, on_file: None
) -> None:
    page = text_of(clerk.read(f"/identity/delegation/{number}"))

    assert page.index("刷脸核实") < page.index("到窗口核实") < page.index("通行密钥加验证码")
    assert "现在不能用。 本网站还没有接通短信网关" in page
    assert "签署给陈静的委托书" in page


def test_without_a_photograph_on_file_the_face_is_closed_and_other_ways_stay_open(
    clerk: Visitor, number: str
) -> None:
    ways = clerk.read(f"/identity/delegation/{number}")
    plan = clerk.read(f"/identity/delegation/{number}/face")
    sent = clerk.post(f"/identity/delegation/{number}/face")

    assert "还没有留存证件照片" in ways
    assert f"/identity/delegation/{number}/window" in ways
    assert "同意刷脸，开始</button>" not in plan
    assert sent.status_code == 409
    assert not IdentityAttempt.objects.exists()


def test_the_plan_says_what_is_kept_and_the_consent_to_keep_a_picture_is_not_ticked(
    clerk: Visitor, number: str, on_file: None
) -> None:
    page = clerk.read(f"/identity/delegation/{number}/face")

    box = re.search(r'<input type="checkbox" name="keep"[^>]*>', page)
    assert box is not None
    assert "checked" not in box[0]
    assert "保存 30 天" in page
    assert "个人信息保护法第二十九条" in page


def test_only_the_camera_page_may_open_the_camera_and_its_content_policy_is_no_wider(
    clerk: Visitor, number: str, attempt: str
) -> None:
    camera, other = clerk.get(attempt), clerk.get(f"/identity/delegation/{number}/face")
    worker = clerk.get("/static/js/face_worker.js")

    assert "hb-face" in camera.content.decode()
    assert "camera=(self)" in camera["Permissions-Policy"]
    assert "camera=()" in other["Permissions-Policy"]
    assert "wasm" not in camera["Content-Security-Policy"]
    assert camera["Content-Security-Policy"] == other["Content-Security-Policy"]
    assert worker["Content-Security-Policy"] == WORKERS_POLICY
    worker.close()


def test_whoever_does_what_is_asked_goes_on_to_sign_and_keeps_no_picture_unasked(
    clerk: Visitor, number: str, attempt: str
) -> None:
    answer = clerk.client.post(f"{attempt}/frames", frames())

    assert answer.json() == {"url": attempt}
    page = clerk.read(attempt)
    assert "确认是您本人" in page
    assert f'href="/delegations/{number}/sign"' in page
    assert "camera=()" in clerk.get(attempt)["Permissions-Policy"]
    assert not KeptPicture.objects.exists()
    assert clerk.get(f"/delegations/{number}/sign").status_code == 200


def test_a_picture_kept_by_consent_is_shown_to_its_person_alone_and_deleted_on_withdrawal(
    town: dict[str, Account], clerk: Visitor, number: str, on_file: None
) -> None:
    way = begun(clerk, number, keep=identity_pictures.digest())
    page = clerk.read(way)
    keep = re.search(r'name="keep" value="(\w+)"', page)
    assert keep is not None
    clerk.client.post(f"{way.partition('?')[0]}/frames", frames(keep=keep[1]))

    kept = KeptPicture.objects.get()
    here = f"/identity/pictures/{kept.number}"
    assert f"{kept.delete_on.isoformat()} 自动删除" in clerk.read("/identity")
    assert clerk.get(here).content.startswith(b"\xff\xd8")
    stranger = visitor(town["lihua"])
    assert stranger.get(here).status_code == 404
    stranger.post(f"{here}/withdraw")
    assert clerk.get(here).status_code == 200

    assert clerk.post(f"{here}/withdraw")["Location"] == "/identity"
    assert clerk.get(here).status_code == 404
    assert "您撤回了留存照片的同意" in clerk.read("/identity")


def test_other_words_of_consent_than_ours_begin_nothing(
    clerk: Visitor, number: str, on_file: None
) -> None:
    answer = clerk.post(f"/identity/delegation/{number}/face", keep="0" * 64)

    assert answer.status_code == 409
    assert "请重新阅读" in answer.content.decode()
    assert not IdentityAttempt.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"step": ["0"]}, "没有完整送到"),
        ({"at": ["x", "1"]}, "没有完整送到"),
        ({"step": ["-1", "0"]}, "没有完整送到"),
        ({"step": ["0"] * 41, "at": ["0"] * 41, "frame": small(41)}, "没有完整送到"),
        ({"frame": small(2, 200_001)}, "最大 200 kB"),
    ],
)
def test_what_our_page_would_not_send_is_refused_in_words_and_the_attempt_stays_open(
    clerk: Visitor, attempt: str, changed: dict[str, object], words: str
) -> None:
    usual: dict[str, object] = {"step": ["0", "0"], "at": ["0", "250"], "frame": small(2)}

    answer = clerk.client.post(f"{attempt}/frames", usual | changed)

    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert IdentityAttempt.objects.get().state == "open"


def test_standing_still_fails_and_the_page_names_each_movement_that_was_not_seen(
    clerk: Visitor, attempt: str
) -> None:
    still = [SimpleUploadedFile("f.jpg", jpeg(moment(CHEN, NEUTRAL))) for _ in range(13)]

    clerk.client.post(f"{attempt}/frames", frames(frame=still))

    page = clerk.read(attempt)
    assert page.count("face-result-bad") == 3
    assert "再试一次" in page
    assert "换一种方式" in page
    assert "没有通过" in clerk.read("/identity")


def test_when_nobody_can_judge_the_same_frames_may_be_sent_again(
    clerk: Visitor, attempt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "FACE_PROVIDER_URL", "http://127.0.0.1:9/")

    answer = clerk.client.post(f"{attempt}/frames", frames())

    assert answer.status_code == 409
    assert answer.json()["can_resend"] is True
    assert IdentityAttempt.objects.get().state == "open"


def test_frames_that_come_too_late_end_the_attempt_and_the_page_offers_another(
    clerk: Visitor, attempt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiban.web.visit.now", lambda: NOW + timedelta(minutes=4))

    answer = clerk.client.post(f"{attempt}/frames", frames(frame=small(13)))

    assert answer.json() == {"url": attempt}
    page = clerk.read(attempt)
    assert "没有在限定时间内做完" in page
    assert "再试一次" in page


def test_the_sixth_try_in_a_quarter_of_an_hour_says_when_to_come_back(
    clerk: Visitor, number: str, on_file: None
) -> None:
    for _ in range(5):
        begun(clerk, number)

    answer = clerk.post(f"/identity/delegation/{number}/face")

    assert answer.status_code == 409
    assert "15 分钟后再来，或者换一种核实方式" in answer.content.decode()


def test_nobody_sees_or_judges_anothers_attempt_nor_proves_for_anothers_matter(
    town: dict[str, Account], number: str, attempt: str
) -> None:
    stranger = visitor(town["lihua"])

    assert stranger.get(attempt).status_code == 404
    assert stranger.client.post(f"{attempt}/frames", frames(frame=small(13))).status_code == 404
    assert stranger.get(f"/identity/delegation/{number}").status_code == 404
    assert stranger.get(f"/identity/treaty/{number}").status_code == 404
    assert "还没有核实过" in stranger.read("/identity")
    assert IdentityAttempt.objects.get().state == "open"


def test_a_proof_that_counts_leads_on_and_a_spent_or_lapsed_one_says_so(
    clerk: Visitor, owner: Account, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = proved_to_sign(number, owner.to_actor(), NOW)
    purpose = delegation_signing.purpose(number, owner.to_actor(), NOW)
    assert "已经核实：到窗口核实" in text_of(clerk.read(f"/identity/delegation/{number}"))

    def at(moment: datetime) -> str:
        monkeypatch.setattr("huiban.web.visit.now", lambda: moment)
        return text_of(clerk.read(f"/identity/attempts/{proof.attempt}"))

    assert "去签署委托书" in at(NOW)
    assert "没有在有效时间内使用" in at(NOW + timedelta(hours=25))
    identity.spend(proof, owner.to_actor(), purpose, NOW)
    assert "每次核实只能用一次" in at(NOW)


def test_an_attempt_of_another_way_goes_on_at_that_ways_page(
    clerk: Visitor, owner: Account, number: str
) -> None:
    purpose = delegation_signing.purpose(number, owner.to_actor(), NOW)
    row = identity.begin(Way.PASSKEY_CODE, owner.to_actor(), purpose, NOW, PHONE)

    answer = clerk.get(f"/identity/attempts/{row.number}")

    assert answer["Location"] == f"/identity/attempts/{row.number}/passkey"


def test_the_record_outlives_the_matter(clerk: Visitor, owner: Account) -> None:
    number = delegations.write(asked(), owner.to_actor(), NOW).number
    purpose = delegation_signing.purpose(number, owner.to_actor(), NOW)
    row = identity.begin(Way.WINDOW, owner.to_actor(), purpose, NOW, PHONE)
    identity.conclude(
        row.number, Outcome(is_passed=False, facts={"reason": "证件过期"}), owner.to_actor(), NOW
    )
    delegations.discard(number, owner.to_actor())

    page = clerk.read(f"/identity/attempts/{row.number}")

    assert "证件过期" in page
    assert "再试一次" not in page
    assert "证件过期" in clerk.read("/identity")
