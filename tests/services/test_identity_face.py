# SPDX-License-Identifier: Apache-2.0
"""Proof by face: judged against its own challenge and portrait, kept whole, spent once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import django
import pytest
from django.db import connections, transaction
from pytest_django import DjangoAssertNumQueries, Settings

import huiban
from huiban.kernel.actor import Actor
from huiban.kernel.identity import Fault, Judged, Purpose, Way
from huiban.kernel.words import Words
from huiban.services import (
    identity,
    identity_face,
    identity_pictures,
    identity_portraits,
    identity_ways,
    ledger,
    ledger_rows,
    vault,
)
from huiban.services.identity_face import Sent
from huiban.services.ledger import Chain
from huiban.services.refusal import FieldFault, NotFound, NotOpen
from huiban.store.models import Account, IdentityAttempt, KeptPicture, LedgerEntry
from tests.connectors.face.certified import KEY, Certified, serving
from tests.faces.draw import WU
from tests.services.city_sample import at
from tests.services.face_sample import (
    PURPOSE,
    begun,
    doing,
    few,
    minutes,
    steps_of,
    with_portrait,
    words,
)

NOW = at("2026-11-23 10:30")
CONSENT = identity_pictures.digest()
YES = Judged(is_passed=True, score=0.21, threshold=0.5, engine="told")
NO = Judged(is_passed=False, faults=(Fault.STEP_MISSING,), engine="told")


@pytest.fixture
def people(each_database: str) -> dict[str, Account]:
    return few()


@pytest.fixture
def director(people: dict[str, Account]) -> Actor:
    with_portrait(people["wangmin"], people["zhangqian"], NOW)
    return people["wangmin"].to_actor()


@pytest.fixture
def certified(settings: Settings) -> Iterator[Certified]:
    """A service that says what it is told to; how faces are judged is tested with the engine."""
    with serving(lambda _: YES) as service:
        settings.FACE_PROVIDER_URL, settings.FACE_PROVIDER_KEY = service.url, KEY
        yield service


def refused(reason: str) -> "pytest.RaisesExc[NotOpen]":
    return pytest.raises(NotOpen, check=lambda fault: fault.reason == reason)


def test_the_engine_lets_the_person_of_the_portrait_pass(director: Actor) -> None:
    row = begun(director, NOW)

    found = identity_face.submit(row.number, Sent(doing(steps_of(row))), director, NOW + minutes(1))

    assert found.is_passed, found.judged
    kept = identity.history(director)[0]
    assert (kept.state, kept.way, kept.device) == ("passed", "face", row.device)
    assert kept.counts_until == NOW + minutes(11)
    proof = identity.evidence(row.number, director, PURPOSE, NOW + minutes(2))
    assert (proof.way, proof.attempt, proof.threshold) == ("face", row.number, "0.500")
    assert 0 < float(proof.score) < 0.2
    assert ledger_rows.altered("identity", row.number) == []


@pytest.mark.django_db
def test_the_engine_keeps_somebody_else_out() -> None:
    people = few()
    with_portrait(people["wangmin"], people["zhangqian"], NOW)
    director = people["wangmin"].to_actor()
    row = begun(director, NOW)

    found = identity_face.submit(row.number, Sent(doing(steps_of(row), WU)), director, NOW)

    assert not found.is_passed
    assert Fault.OTHER_PERSON in found.judged.faults
    with refused("not_passed"):
        identity.evidence(row.number, director, PURPOSE, NOW)


@pytest.mark.usefixtures("certified")
class TestSpending:
    def passed(self, actor: Actor, *names: str) -> str:
        row = begun(actor, NOW)
        identity_face.submit(row.number, Sent(words(row.number, *names)), actor, NOW)
        return row.number

    def test_a_proof_counts_once(self, director: Actor) -> None:
        number = self.passed(director)
        proof = identity.evidence(number, director, PURPOSE, NOW)

        identity.spend(proof, director, PURPOSE, NOW)

        with refused("used"):
            identity.spend(proof, director, PURPOSE, NOW)
        with refused("used"):
            identity.evidence(number, director, PURPOSE, NOW)
        assert identity.proved(director, PURPOSE, NOW) is None
        acts = [one.act for one in ledger.history(Chain.IDENTITY, number)]
        assert acts == ["begun", "passed", "used"]
        assert ledger_rows.altered("identity", number) == []

    def test_what_it_was_for_failing_it_is_not_spent(self, director: Actor) -> None:
        proof = identity.evidence(self.passed(director), director, PURPOSE, NOW)

        def sign() -> None:
            with transaction.atomic():
                identity.spend(proof, director, PURPOSE, NOW)
                raise LookupError

        with pytest.raises(LookupError):
            sign()

        assert identity.proved(director, PURPOSE, NOW) == proof

    @pytest.mark.parametrize(
        "other", [replace(PURPOSE, number="D2026-2"), replace(PURPOSE, kind="signing")]
    )
    def test_it_proves_nothing_for_another_purpose(self, director: Actor, other: Purpose) -> None:
        number = self.passed(director)

        with refused("other_purpose"):
            identity.evidence(number, director, other, NOW)
        with refused("other_purpose"):
            identity.spend(identity.evidence(number, director, PURPOSE, NOW), director, other, NOW)
        assert identity.proved(director, other, NOW) is None

    def test_it_proves_nothing_for_another_account(
        self, director: Actor, people: dict[str, Account]
    ) -> None:
        number, other = self.passed(director), people["lihua"].to_actor()

        with pytest.raises(NotFound):
            identity.evidence(number, other, PURPOSE, NOW)
        with pytest.raises(NotFound):
            identity_face.submit(number, Sent(words("x")), other, NOW)

    def test_it_counts_for_ten_minutes(self, director: Actor) -> None:
        number = self.passed(director)

        identity.evidence(number, director, PURPOSE, NOW + minutes(9.9))
        with refused("expired"):
            identity.evidence(number, director, PURPOSE, NOW + minutes(10))
        assert identity.proved(director, PURPOSE, NOW + minutes(10)) is None


def test_failed_attempts_are_kept_with_every_measure(director: Actor, certified: Certified) -> None:
    certified.judge = lambda _: NO
    row = begun(director, NOW)

    found = identity_face.submit(row.number, Sent(words("a", "b")), director, NOW)

    assert found.judged.faults == (Fault.STEP_MISSING,)
    begin, end = ledger.history(Chain.IDENTITY, row.number)
    assert ledger.body_of(begin)["challenge"] == list(steps_of(row))
    facts = ledger.body_of(end)["facts"]
    assert isinstance(facts, dict)
    assert (facts["faults"], facts["frames"]) == (["step_missing"], 2)
    assert (facts["engine"], facts["reference"]) == ("certified 1.0", "R-20261123-1")
    assert len(str(ledger.body_of(end)["frames_sha256"])) == 64
    asked = certified.asked[-1]
    assert asked.challenge == identity.challenge_of(row)
    assert [one.content for one in asked.frames] == [b"a", b"b"]


@pytest.mark.usefixtures("certified")
class TestLimits:
    def test_frames_that_were_judged_before_are_refused(
        self, director: Actor, certified: Certified
    ) -> None:
        first, second = begun(director, NOW), begun(director, NOW)
        identity_face.submit(first.number, Sent(words("a", "b")), director, NOW)

        found = identity_face.submit(second.number, Sent(words("c", "b")), director, NOW)

        assert found.judged.faults == (Fault.REPLAYED,)
        assert len(certified.asked) == 1

    def test_the_same_frame_twice_is_no_camera(self, director: Actor) -> None:
        row = begun(director, NOW)

        found = identity_face.submit(row.number, Sent(words("a", "a")), director, NOW)

        assert found.judged.faults == (Fault.REPEATED,)

    def test_an_attempt_is_judged_once(self, director: Actor) -> None:
        row = begun(director, NOW)
        identity_face.submit(row.number, Sent(words("a")), director, NOW)

        with refused("over"):
            identity_face.submit(row.number, Sent(words("b")), director, NOW)

    def test_a_challenge_expires(self, director: Actor, certified: Certified) -> None:
        row = begun(director, NOW)

        found = identity_face.submit(row.number, Sent(words("a")), director, row.expires_at)

        assert found.judged.faults == (Fault.EXPIRED,)
        assert identity.history(director)[0].state == "expired"
        assert certified.asked == []
        assert ledger_rows.altered("identity", row.number) == []

    def test_what_nobody_went_on_with_is_noted(self, director: Actor) -> None:
        row = begun(director, NOW)

        assert identity.sweep(row.expires_at - timedelta(seconds=1)) == 0
        assert identity.sweep(row.expires_at) == 1

        assert identity.history(director)[0].state == "abandoned"
        assert ledger_rows.altered("identity", row.number) == []

    def test_the_sixth_try_in_a_quarter_of_an_hour_waits(self, director: Actor) -> None:
        for place in range(5):
            begun(director, NOW + minutes(place))

        with pytest.raises(NotOpen, match="5 分钟后") as fault:
            begun(director, NOW + minutes(10))

        assert fault.value.reason == "too_many"
        for way in ("通行密钥", "窗口"):
            assert way in fault.value.message.zh
        assert begun(director, NOW + minutes(15)).number

    @pytest.mark.parametrize("change", ["many", "large"])
    def test_too_much_is_not_even_looked_at(self, director: Actor, change: str) -> None:
        row = begun(director, NOW)
        many = words(*map(str, range(41)))
        large = (replace(words("a")[0], content=b"x" * 200_001),)

        with pytest.raises(FieldFault) as fault:
            identity_face.submit(
                row.number, Sent(many if change == "many" else large), director, NOW
            )

        assert fault.value.path == "frames"
        assert identity.load(row.number, director).state == "open"

    def test_a_service_that_is_busy_takes_no_attempt_away(
        self, director: Actor, certified: Certified
    ) -> None:
        row = begun(director, NOW)
        certified.status = 503

        with refused("busy"):
            identity_face.submit(row.number, Sent(words("a")), director, NOW)

        certified.status = 200
        assert identity_face.submit(row.number, Sent(words("a")), director, NOW).is_passed


class TestOffering:
    def test_without_a_portrait_the_other_ways_are_named(self, people: dict[str, Account]) -> None:
        lihua = people["lihua"].to_actor()

        with pytest.raises(NotOpen, match="窗口") as fault:
            begun(lihua, NOW)

        assert fault.value.reason == "not_offered"
        (face, _, window) = identity_ways.ways(lihua)
        assert (face.way, face.is_open) == (Way.FACE, False)
        assert "身份证" in str(face.refusal)
        assert (window.way, window.is_open) == (Way.WINDOW, True)

    def test_with_a_portrait_it_is_open(self, director: Actor) -> None:
        assert identity_ways.ways(director)[0].is_open


WITHOUT = """
import django; django.setup()
from huiban.connectors.face import engine
from huiban.jobs.errands import registry
from huiban.kernel.actor import Actor, ActorKind
from huiban.services import identity_face
import huiban.web.urls
registry()
assert not engine.is_installed()
print(identity_face.refusal(Actor("wangmin", "王敏", ActorKind.PERSON)).en)
"""


def test_without_engine_or_service_the_face_way_says_so_and_the_house_stands(
    tmp_path: Path,
) -> None:
    for one in Path(django.__file__).parents[1].iterdir():
        if not one.name.startswith(("dlib", "_dlib", "face_recognition_models")):
            (tmp_path / one.name).symlink_to(one)
    child = subprocess.run(
        [sys.executable, "-S", "-c", WITHOUT],
        env={
            **os.environ,
            "PYTHONPATH": f"{Path(huiban.__file__).parents[1]}:{tmp_path}",
            "DJANGO_SETTINGS_MODULE": "huiban.settings",
        },
        capture_output=True,
        text=True,
    )

    assert child.returncode == 0, child.stderr
    assert child.stdout.startswith("Proof by face is not set up here; use passkey and code")


@pytest.mark.usefixtures("certified")
class TestPictures:
    def kept(self, director: Actor, name: str = "picture") -> KeptPicture:
        row = begun(director, NOW)
        identity_face.submit(row.number, Sent(words(name), CONSENT), director, NOW)
        (picture,) = [one for one in identity_pictures.mine(director) if one.attempt == row]
        return picture

    def test_without_consent_no_picture_is_kept(self, director: Actor) -> None:
        before = LedgerEntry.objects.count()
        row = begun(director, NOW)

        identity_face.submit(row.number, Sent(words("secret face")), director, NOW)

        assert identity_pictures.mine(director) == []
        assert LedgerEntry.objects.count() == before + 2
        assert not any("secret face" in one.body for one in LedgerEntry.objects.all())

    def test_with_consent_one_is_kept_sealed_with_its_day(self, director: Actor) -> None:
        one = self.kept(director, "a face")

        assert identity_pictures.content(one.number, director) == b"a face"
        assert b"a face" not in vault.content(one.object_key)
        assert one.delete_on.isoformat() == "2026-12-23"
        assert one.text_sha256 == CONSENT
        assert ledger_rows.altered("identity", one.attempt_id) == []

    def test_only_the_person_sees_it(self, director: Actor, people: dict[str, Account]) -> None:
        one = self.kept(director)

        with pytest.raises(NotFound):
            identity_pictures.content(one.number, people["zhangqian"].to_actor())
        with pytest.raises(NotFound):
            identity_pictures.withdraw(one.number, people["zhangqian"].to_actor(), NOW)

    def test_on_its_day_it_is_deleted(self, director: Actor) -> None:
        one = self.kept(director)

        assert identity_pictures.sweep(at("2026-12-22 23:59")) == 0
        assert identity_pictures.sweep(at("2026-12-23 00:01")) == 1

        self.gone(one, director)
        assert identity_pictures.sweep(at("2026-12-23 00:02")) == 0

    def test_withdrawing_deletes_it_at_once(self, director: Actor) -> None:
        one = self.kept(director)

        identity_pictures.withdraw(one.number, director, NOW + minutes(1))

        self.gone(one, director)
        assert identity_pictures.mine(director)[0].withdrawn_at == NOW + minutes(1)
        with pytest.raises(NotFound):
            identity_pictures.withdraw(one.number, director, NOW + minutes(2))

    def gone(self, one: KeptPicture, director: Actor) -> None:
        from huiban.connectors.objects import ObjectMissing

        with pytest.raises(NotFound):
            identity_pictures.content(one.number, director)
        with pytest.raises(ObjectMissing):
            vault.content(one.object_key)
        row = KeptPicture.objects.get(number=one.number)
        assert (row.object_key, row.secret) == ("", "")
        act = ledger.history(Chain.IDENTITY, one.attempt_id)[-1].act
        assert act == identity_pictures.DELETED
        assert ledger_rows.altered("identity", one.attempt_id) == []

    def test_other_words_than_ours_are_no_consent(self, director: Actor) -> None:
        row = begun(director, NOW)

        with refused("consent_changed"):
            identity_face.submit(row.number, Sent(words("a"), "0" * 64), director, NOW)

        assert identity.load(row.number, director).state == "open"


@pytest.mark.usefixtures("certified")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"state": "passed"}, "state"),
        ({"purpose_number": "D2026-9"}, "purpose_number"),
        ({"account": "lihua"}, "account"),
        ({"challenge": '["blink"]'}, "challenge"),
        ({"facts": '{"score": "0.010"}'}, "facts"),
        ({"frames_sha256": "0" * 64}, "frames_sha256"),
        ({"nonce": "0" * 32}, "nonce"),
    ],
)
def test_nothing_of_an_attempt_is_changed_silently(
    director: Actor, certified: Certified, change: dict[str, str], told: str
) -> None:
    certified.judge = lambda _: NO
    row = begun(director, NOW)
    identity_face.submit(row.number, Sent(words("a")), director, NOW)

    IdentityAttempt.objects.filter(number=row.number).update(**change)

    assert ledger_rows.altered("identity", row.number) == [told]


@pytest.mark.usefixtures("certified")
def test_the_history_is_read_at_once(
    director: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(5):
        row = begun(director, NOW + minutes(4 * place))
        identity_face.submit(
            row.number, Sent(words(f"{place}"), CONSENT), director, NOW + minutes(4 * place)
        )

    with django_assert_num_queries(1):
        found = [one.picture.delete_on for one in identity.history(director)]

    assert len(found) == 5


@pytest.mark.usefixtures("each_fresh_database")
def test_two_who_send_at_once_are_judged_once(settings: Settings) -> None:
    people = few()
    with_portrait(people["wangmin"], people["zhangqian"], NOW)
    director = people["wangmin"].to_actor()
    row = begun(director, NOW)

    def send(name: str) -> str:
        try:
            found = identity_face.submit(row.number, Sent(words(name)), director, NOW)
        except NotOpen as fault:
            return fault.reason
        finally:
            connections.close_all()
        return "passed" if found.is_passed else "failed"

    with serving(lambda _: YES) as service, ThreadPoolExecutor(4) as pool:
        settings.FACE_PROVIDER_URL, settings.FACE_PROVIDER_KEY = service.url, KEY
        found = sorted(pool.map(send, "abcd"))

    assert found == ["over", "over", "over", "passed"]
    assert len(service.asked) == 1


def test_the_portrait_gone_meanwhile_nothing_is_judged(
    director: Actor, certified: Certified
) -> None:
    row = begun(director, NOW)
    identity_portraits.remove(director.number, "不想留了", director, NOW)

    with refused("not_offered"):
        identity_face.submit(row.number, Sent(words("a")), director, NOW)

    assert certified.asked == []


def test_the_words_of_consent_say_how_long_and_how_to_take_it_back() -> None:
    assert isinstance(identity_pictures.CONSENT, Words)
    for said in ("30 天", "撤回", "不同意不影响"):
        assert said in identity_pictures.CONSENT.zh
    for said in ("30 days", "withdraw", "Not agreeing makes no difference"):
        assert said in identity_pictures.CONSENT.en
