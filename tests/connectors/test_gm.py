# SPDX-License-Identifier: Apache-2.0
"""SM2, SM3 and SM4 against the worked examples of GM/T 0002 to 0004, and what must be refused."""

import sys
import threading
from collections.abc import Callable

import pytest
from asn1crypto import algos, keys
from asn1crypto.algos import DSASignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from huiban.connectors import gm, gm_oids
from huiban.kernel.evidence import digest_of

# GM/T 0003.5, appendix A: the curve, the key, and the signature of "message digest".
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
PUBLIC = (
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
K = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
MESSAGE = b"message digest"
Z = "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3"
E = 0xF0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA

Point = tuple[int, int] | None
sm3 = digest_of("sm3")


def _plus(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % P == 0:
            return None
        slope = (3 * one[0] * one[0] + A) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def _times(scalar: int, point: Point) -> Point:
    found: Point = None
    for bit in bin(scalar)[2:]:
        found = _plus(found, found)
        if bit == "1":
            found = _plus(found, point)
    return found


def _bytes(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def _spki(x: int, y: int) -> bytes:
    gm_oids.register_oids()
    return keys.PublicKeyInfo({
        "algorithm": {"algorithm": "ec", "parameters": keys.ECDomainParameters(
            name="named", value="sm2p256v1")},
        "public_key": keys.ECPointBitString(b"\x04" + _bytes(x, y)),
    }).dump()  # fmt: skip


def _pkcs8(scalar: int) -> bytes:
    parameters = keys.ECDomainParameters(name="named", value="sm2p256v1")
    return keys.PrivateKeyInfo({
        "version": 0,
        "private_key_algorithm": {"algorithm": "ec", "parameters": parameters},
        "private_key": keys.ECPrivateKey({
            "version": 1, "private_key": scalar,
            "public_key": keys.ECPointBitString(b"\x04" + _bytes(*PUBLIC)),
        }),
    }).dump()  # fmt: skip


def _signature(r: int, s: int) -> bytes:
    return DSASignature({"r": r, "s": s}).dump()


def test_the_standards_signature_follows_from_its_key_and_number() -> None:
    z = sm3(b"\x00\x80" + gm.IDENTITY + _bytes(A, B, *G, *PUBLIC))
    e = int.from_bytes(sm3(z + MESSAGE), "big")
    point = _times(K, G)
    assert point is not None
    r = (e + point[0]) % N
    s = pow(1 + D, -1, N) * (K - r * D) % N

    assert _times(D, G) == PUBLIC
    assert z.hex() == Z
    assert (e, r, s) == (E, R, S)


def test_openssl_derives_the_standards_public_key() -> None:
    assert gm.sm2_public(_pkcs8(D)) == _spki(*PUBLIC)


def test_openssl_verifies_the_standards_signature() -> None:
    assert gm.sm2_verify(_spki(*PUBLIC), MESSAGE, _signature(R, S))


def test_what_the_standards_key_signs_fits_the_formula() -> None:
    signature = DSASignature.load(gm.sm2_sign(_pkcs8(D), MESSAGE)).native
    r, s = signature["r"], signature["s"]
    point = _plus(_times(s, G), _times((r + s) % N, PUBLIC))

    assert point is not None
    assert (E + point[0]) % N == r


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_standards_digests(text: bytes, digest: str) -> None:
    assert sm3(text).hex() == digest


SM4_TEXT = bytes.fromhex("0123456789abcdeffedcba9876543210")


def test_sm4_gives_the_standards_block() -> None:
    once = Cipher(algorithms.SM4(SM4_TEXT), modes.ECB()).encryptor()

    assert once.update(SM4_TEXT).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gives_the_standards_block_after_a_million_rounds() -> None:
    # Chaining zeros encrypts the block before again and again: the standard's loop in one call.
    loop = Cipher(algorithms.SM4(SM4_TEXT), modes.CBC(SM4_TEXT)).encryptor()

    assert loop.update(bytes(16_000_000))[-16:].hex() == "595298c7c6fd271f0402f804c33d3f66"


@pytest.fixture(scope="module")
def private() -> bytes:
    return gm.sm2_make()


def test_a_signature_verifies_with_its_key_text_and_identity_only(private: bytes) -> None:
    public, signature = gm.sm2_public(private), gm.sm2_sign(private, b"text")

    assert gm.sm2_verify(public, b"text", signature)
    assert not gm.sm2_verify(public, b"test", signature)
    assert not gm.sm2_verify(public, b"text", signature, identity=b"ALICE123@YAHOO.COM")
    assert not gm.sm2_verify(gm.sm2_public(gm.sm2_make()), b"text", signature)


def test_a_signature_under_an_agreed_identity_verifies_under_it(private: bytes) -> None:
    signature = gm.sm2_sign(private, b"text", identity=b"ALICE123@YAHOO.COM")

    assert gm.sm2_verify(gm.sm2_public(private), b"text", signature, b"ALICE123@YAHOO.COM")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda signature: signature[:-1],
        lambda signature: signature + b"\0",
        lambda signature: b"",
        lambda signature: _signature(0, 0),
        lambda signature: _signature(N, DSASignature.load(signature).native["s"]),
        lambda signature: signature[::-1],
    ],
)
def test_a_spoilt_signature_is_refused(private: bytes, spoil: Callable[[bytes], bytes]) -> None:
    signature = spoil(gm.sm2_sign(private, b"text"))

    assert not gm.sm2_verify(gm.sm2_public(private), b"text", signature)


def test_every_changed_byte_of_a_signature_is_refused(private: bytes) -> None:
    public, signature = gm.sm2_public(private), gm.sm2_sign(private, b"text")

    for place in range(len(signature)):
        changed = bytearray(signature)
        changed[place] ^= 1
        assert not gm.sm2_verify(public, b"text", bytes(changed)), place


def test_keys_of_another_curve_are_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    private = other.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = other.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    with pytest.raises(gm.NotSm2, match="SM2"):
        gm.sm2_sign(private, b"text")
    with pytest.raises(gm.NotSm2, match="SM2"):
        gm.sm2_verify(public, b"text", b"")


def test_a_point_off_the_curve_is_no_key() -> None:
    with pytest.raises(gm.NotSm2):
        gm.sm2_verify(_spki(PUBLIC[0], PUBLIC[1] ^ 1), MESSAGE, _signature(R, S))


def test_bytes_after_a_key_are_refused(private: bytes) -> None:
    with pytest.raises(gm.NotSm2):
        gm.sm2_public(private + b"\0")


def test_what_sm4_sealed_is_bound_to_what_it_is_about() -> None:
    key, nonce = bytes(16), bytes(gm.NONCE_BYTES)
    sealed = gm.sm4_seal(key, nonce, b"secret", b"label")

    assert gm.sm4_open(key, nonce, sealed, b"label") == b"secret"
    for wrong in ((b"\1" * 16, sealed, b"label"), (key, sealed, b"other"), (key, b"", b"label")):
        with pytest.raises(gm.NotDecrypted):
            gm.sm4_open(wrong[0], nonce, wrong[1], wrong[2])


def test_many_threads_sign_with_one_key(private: bytes) -> None:
    public, signatures = gm.sm2_public(private), []

    def sign() -> None:
        signatures.extend(gm.sm2_sign(private, b"text") for _ in range(50))

    threads = [threading.Thread(target=sign) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(set(signatures)) == 400
    assert all(gm.sm2_verify(public, b"text", one) for one in signatures)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_signing_and_refusing_leave_no_memory_behind(private: bytes) -> None:
    public, signature = gm.sm2_public(private), gm.sm2_sign(private, b"text")

    def work(times: int) -> None:
        for number in range(times):
            gm.sm2_sign(private, b"text")
            gm.sm2_verify(public, b"other", signature)
            with pytest.raises(gm.NotSm2):
                gm.sm2_public(number.to_bytes(4, "big"))

    work(300)
    before = _resident_kib()
    work(1500)

    assert _resident_kib() - before < 800


def _resident_kib() -> int:
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1])


def test_the_names_are_known_to_asn1crypto_and_registering_again_changes_nothing() -> None:
    gm_oids.register_oids()

    assert algos.DigestAlgorithm({"algorithm": "sm3"})["algorithm"].dotted == gm_oids.SM3
    named = algos.SignedDigestAlgorithm({"algorithm": "sm3_sm2"})
    assert algos.SignedDigestAlgorithm.load(named.dump())["algorithm"].native == "sm3_sm2"
    assert keys.PublicKeyInfo.load(_spki(*PUBLIC)).curve == ("named", "sm2p256v1")
