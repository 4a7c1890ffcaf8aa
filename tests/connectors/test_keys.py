# SPDX-License-Identifier: Apache-2.0
"""Keys in a folder and in a PKCS#11 device keep one contract; each has its own faults too."""

import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pkcs11
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from huiban.connectors import gm
from huiban.connectors.keys import KeyHolder, KeyRefused, KeyUnavailable, connect
from huiban.kernel.credential import Profile
from tests.connectors.soft_token import PIN, Token, soft_token

SECRET = "a secret of the tests, long enough for nobody to guess"
P256, SM2 = Profile.P256, Profile.SM2


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    with soft_token(tmp_path_factory.mktemp("softhsm")) as found:
        yield found


Places = Callable[[], tuple[KeyHolder, Profile]]


@pytest.fixture(params=["folder p256", "folder sm2", "device p256", "split p256", "split sm2"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    """Gives the same place of keys again and again, as each process of a house has its own."""
    kind, _, profile = request.param.partition(" ")
    if kind == "folder":
        address = f"folder:{tmp_path}/keys"
    else:
        address = request.getfixturevalue("token").address
        address += f"&sm2=folder:{tmp_path}/keys" if kind == "split" else ""
    return lambda: (connect(address, SECRET, PIN), Profile(profile))


def _verifies(profile: Profile, public: bytes, data: bytes, signature: bytes) -> bool:
    if profile is SM2:
        return gm.sm2_verify(public, data, signature)
    key = load_der_public_key(public)
    assert isinstance(key, ec.EllipticCurvePublicKey)
    try:
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


@pytest.fixture
def label(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"{tmp_path.name}-{os.getpid()}".replace("[", "").replace("]", "")[-90:]


def test_what_a_key_signs_verifies_with_its_public_half(places: Places, label: str) -> None:
    keys, profile = places()
    public = keys.make(label, profile)
    signature = keys.sign(label, "同意".encode())

    assert _verifies(profile, public, "同意".encode(), signature)
    assert not _verifies(profile, public, "不同意".encode(), signature)


def test_the_same_label_again_is_the_same_key_in_every_process(places: Places, label: str) -> None:
    keys, profile = places()
    public = keys.make(label, profile)
    other, _ = places()

    assert keys.make(label, profile) == public
    assert other.make(label, profile) == other.public_key(label) == public
    assert _verifies(profile, public, b"text", other.sign(label, b"text"))


def test_another_label_is_another_key(places: Places, label: str) -> None:
    keys, profile = places()

    assert keys.make(f"{label}-1", profile) != keys.make(f"{label}-2", profile)


def test_a_key_that_is_not_there_cannot_be_used(places: Places, label: str) -> None:
    keys, _ = places()

    with pytest.raises(KeyUnavailable, match=f"no key {label}"):
        keys.sign(label, b"text")
    with pytest.raises(KeyUnavailable, match=f"no key {label}"):
        keys.public_key(label)
    keys.destroy(label)


def test_a_key_destroyed_is_gone_for_every_process_at_once(places: Places, label: str) -> None:
    keys, profile = places()
    other, _ = places()
    public = keys.make(label, profile)
    other.sign(label, b"text")

    keys.destroy(label)

    for one in (keys, other):
        with pytest.raises(KeyUnavailable):
            one.sign(label, b"text")
    assert keys.make(label, profile) != public


@pytest.mark.parametrize("label", ["", "a/b", "../x", ".hidden", "名", "a" * 101, "a\nb"])
def test_a_label_that_could_be_a_path_is_refused(places: Places, label: str) -> None:
    keys, profile = places()

    for act in (keys.public_key, keys.destroy, lambda label: keys.sign(label, b"")):
        with pytest.raises(KeyRefused, match="no label"):
            act(label)
    with pytest.raises(KeyRefused, match="no label"):
        keys.make(label, profile)


def test_many_threads_make_one_key_and_sign_with_it(places: Places, label: str) -> None:
    keys, profile = places()
    made: list[bytes] = []
    signed: list[bytes] = []

    def work() -> None:
        made.append(keys.make(label, profile))
        signed.extend(keys.sign(label, b"text") for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(made) == 6
    assert len(set(made)) == 1
    assert len(signed) == 60
    assert all(_verifies(profile, made[0], b"text", one) for one in signed)


def test_a_child_process_signs_with_what_its_parent_opened(places: Places, label: str) -> None:
    keys, profile = places()
    public = keys.make(label, profile)
    keys.sign(label, b"text")
    receives, sends = os.pipe()

    child = os.fork()
    if not child:
        os.close(receives)
        try:
            os.write(sends, keys.sign(label, b"from the child"))
        finally:
            os._exit(0)
    os.close(sends)
    with os.fdopen(receives, "rb") as pipe:
        signature = pipe.read()
    os.waitpid(child, 0)

    assert _verifies(profile, public, b"from the child", signature)
    assert _verifies(profile, public, b"after it", keys.sign(label, b"after it"))


def test_an_address_of_no_known_kind_is_refused() -> None:
    for address in ("", "folder:", "http://keys", "pkcs11:/usr/lib/x.so", "pkcs11:?token=a"):
        with pytest.raises(ValueError, match="HUIBAN_KEYS_URL"):
            connect(address)


# ---- a folder


def test_a_file_of_a_key_is_its_owners_alone_and_tells_no_secret(tmp_path: Path) -> None:
    keys = connect(f"folder:{tmp_path}/keys", SECRET)
    for profile in Profile:
        keys.make(f"one-{profile}", profile)

    files = sorted((tmp_path / "keys").glob("*.key"))

    assert [one.name for one in files] == ["one-p256.key", "one-sm2.key"]
    for one in files:
        assert stat.S_IMODE(one.stat().st_mode) == 0o600
        sealed = json.loads(one.read_bytes())
        assert set(sealed) == {"format", "label", "profile", "salt", "nonce", "sealed", "public"}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert {one.name for one in (tmp_path / "keys").iterdir()} == {
        "one-p256.key", "one-sm2.key", "salt"
    }  # fmt: skip


@pytest.mark.parametrize("profile", list(Profile))
def test_a_wrong_secret_opens_nothing(tmp_path: Path, profile: Profile) -> None:
    connect(f"folder:{tmp_path}", SECRET).make("one", profile)

    with pytest.raises(KeyUnavailable, match="HUIBAN_KEYS_SECRET"):
        connect(f"folder:{tmp_path}", "another").sign("one", b"text")


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("part", ["label", "profile", "salt", "nonce", "sealed", "public"])
def test_a_file_changed_in_any_part_opens_no_more(
    tmp_path: Path, profile: Profile, part: str
) -> None:
    keys = connect(f"folder:{tmp_path}", SECRET)
    keys.make("one", profile)
    keys.make("two", profile)
    one, two = tmp_path / "one.key", tmp_path / "two.key"
    written, other = json.loads(one.read_text()), json.loads(two.read_text())
    if part == "label":  # the whole file of another key under this name
        one.write_text(json.dumps(other))
    elif part == "profile":
        one.write_text(json.dumps(written | {"profile": "sm2" if profile is P256 else "p256"}))
    else:
        one.write_text(json.dumps(written | {part: other[part]}))

    with pytest.raises(KeyUnavailable, match="cannot be opened"):
        connect(f"folder:{tmp_path}", SECRET).sign("one", b"text")


def test_a_file_cut_off_opens_no_more(tmp_path: Path) -> None:
    connect(f"folder:{tmp_path}", SECRET).make("one", P256)
    file = tmp_path / "one.key"
    file.write_bytes(file.read_bytes()[:100])

    with pytest.raises(KeyUnavailable, match="cannot be opened"):
        connect(f"folder:{tmp_path}", SECRET).public_key("one")


def test_a_label_stays_with_its_suite(tmp_path: Path) -> None:
    keys = connect(f"folder:{tmp_path}", SECRET)
    keys.make("one", SM2)

    with pytest.raises(KeyRefused, match="suite sm2"):
        keys.make("one", P256)


# ---- a device


def test_a_devices_key_never_leaves_it(token: Token, label: str) -> None:
    connect(token.address, pin=PIN).make(label, P256)

    session = pkcs11.lib(token.module).get_token(token_label="huiban-test").open()
    key = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label=label)

    assert key[pkcs11.Attribute.SENSITIVE]
    assert not key[pkcs11.Attribute.EXTRACTABLE]
    with pytest.raises(pkcs11.AttributeSensitive):
        key[pkcs11.Attribute.VALUE]
    session.close()


def test_a_device_without_sm2_says_where_such_keys_may_lie(token: Token, label: str) -> None:
    with pytest.raises(KeyRefused, match="sm2=folder:"):
        connect(token.address, pin=PIN).make(label, SM2)


# The module's wrapper speaks up when a search it began ends with its session.
lost_session = pytest.mark.filterwarnings("ignore:Exception ignored in.*pkcs11")


@lost_session
def test_a_session_lost_is_opened_again(token: Token, label: str) -> None:
    keys = connect(token.address, pin=PIN)
    public = keys.make(label, P256)
    keys.sign(label, b"text")

    pkcs11.lib(token.module).reinitialize()  # what a reset of the device leaves behind

    assert _verifies(P256, public, b"text", keys.sign(label, b"text"))


@lost_session
def test_a_device_unplugged_is_named_and_works_again_when_back(token: Token, label: str) -> None:
    keys = connect(token.address, pin=PIN)
    public = keys.make(label, P256)
    away = token.folder.with_name("away")

    token.folder.rename(away)
    token.folder.mkdir()
    pkcs11.lib(token.module).reinitialize()
    with pytest.raises(KeyUnavailable, match="no token huiban-test"):
        keys.sign(label, b"text")
    with pytest.raises(KeyUnavailable, match="no token huiban-test"):
        keys.make("new", P256)
    token.folder.rmdir()
    away.rename(token.folder)

    assert _verifies(P256, public, b"text", keys.sign(label, b"text"))


def test_a_wrong_pin_names_the_setting(token: Token) -> None:
    pkcs11.lib(token.module).reinitialize()  # logged out
    with pytest.raises(KeyUnavailable, match="HUIBAN_KEYS_PIN"):
        connect(token.address, pin="9999").public_key("any")


def test_a_pin_refused_is_not_tried_until_the_token_locks(token: Token, label: str) -> None:
    pkcs11.lib(token.module).reinitialize()
    wrong = connect(token.address, pin="9999")

    for _ in range(20):  # SoftHSM does not lock, but it counts: one wrong PIN, not twenty
        with pytest.raises(KeyUnavailable, match="start again"):
            wrong.public_key("any")
    found = pkcs11.lib(token.module).get_token(token_label="huiban-test")

    assert connect(token.address, pin=PIN).make(label, P256)
    assert not found.flags & pkcs11.TokenFlag.USER_PIN_LOCKED


def test_a_module_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable, match=r"none\.so"):
        connect(f"pkcs11:{tmp_path}/none.so?token=a", pin=PIN).public_key("any")
