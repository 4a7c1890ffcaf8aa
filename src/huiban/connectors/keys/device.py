# SPDX-License-Identifier: Apache-2.0
"""Keys in a PKCS#11 device (密码机): made inside, never leaving it."""

import contextlib
import os
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pkcs11
from asn1crypto.algos import DSASignature
from asn1crypto.keys import ECDomainParameters
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_ec_public_key

from huiban.connectors.keys.holder import KeyRefused, checked_label, no_key
from huiban.connectors.signer import KeyUnavailable
from huiban.kernel.credential import Profile
from huiban.kernel.evidence import digest_of

Done = TypeVar("Done")

# A module is one for the whole process and, as it is started here, for one thread at a time.
_LOCKS: dict[str, "threading.RLock"] = defaultdict(threading.RLock)
_PIN_REFUSED = (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked)
_PRIVATE = {
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.DERIVE: False,
    Attribute.SIGN: True,
}
_PUBLIC = {Attribute.VERIFY: True}


class DeviceKeys:
    """Keys of one token of a device; a session lost is opened again, once."""

    def __init__(self, module: Path, token: str, pin: str) -> None:
        self._module = str(module)
        self._token = token
        self._pin = pin
        self._session: pkcs11.Session | None = None
        self._process = 0
        self._refused = ""
        self._at_hand: dict[str, pkcs11.PrivateKey] = {}

    def make(self, label: str, profile: Profile) -> bytes:
        checked_label(label)
        if profile is not Profile.P256:
            raise KeyRefused(
                f"PKCS#11 knows no {profile}: add &sm2=folder:/path to HUIBAN_KEYS_URL, and such "
                "keys are kept there"
            )
        return self._at_device(lambda session: _made(session, label))

    def public_key(self, label: str) -> bytes:
        found = self._at_device(lambda session: _public(session, checked_label(label)))
        if found is None:
            raise no_key(label)
        return found

    def sign(self, label: str, data: bytes) -> bytes:
        digest = digest_of("sha256")(data)
        raw = self._at_device(lambda session: self._key(session, label).sign(
            digest, mechanism=Mechanism.ECDSA))  # fmt: skip
        return DSASignature.from_p1363(raw).dump()

    def destroy(self, label: str) -> None:
        def forget(session: pkcs11.Session) -> None:
            for one in list(session.get_objects({Attribute.LABEL: checked_label(label)})):
                one.destroy()

        self._at_hand.pop(label, None)
        self._at_device(forget)

    def _key(self, session: pkcs11.Session, label: str) -> Any:
        if label not in self._at_hand:
            try:
                found = session.get_key(ObjectClass.PRIVATE_KEY, label=checked_label(label))
            except pkcs11.NoSuchKey:
                raise no_key(label) from None
            assert isinstance(found, pkcs11.PrivateKey)
            self._at_hand[label] = found
        return self._at_hand[label]

    def _at_device(self, work: Callable[[pkcs11.Session], Done]) -> Done:
        if self._refused:
            raise KeyUnavailable(self._refused)
        trouble = ""
        with _LOCKS[self._module]:
            # Once as it is, once with keys looked up again, once with the device started again.
            for is_anew in (False, False, True):
                try:
                    return work(self._open(is_anew))
                except _PIN_REFUSED as fault:  # tried again and again, it would lock the token
                    self._refused = self._trouble(fault)
                    raise KeyUnavailable(self._refused) from None
                except pkcs11.PKCS11Error as fault:
                    self._at_hand.clear()
                    trouble = self._trouble(fault)
            self._forget()
        raise KeyUnavailable(trouble)

    def _open(self, is_anew: bool = False) -> pkcs11.Session:
        if self._session is not None and not is_anew and self._process == os.getpid():
            return self._session
        is_child = self._process not in (0, os.getpid())
        library = pkcs11.lib(self._module)
        if is_anew or is_child:  # a module starts anew in every process, and after its device
            self._forget()
            with contextlib.suppress(pkcs11.PKCS11Error):
                library.finalize()
            library.initialize()
        token = library.get_token(token_label=self._token)
        try:
            self._session = token.open(rw=True, user_pin=self._pin)
        except pkcs11.UserAlreadyLoggedIn:  # one login counts for all sessions of a process
            self._session = token.open(rw=True)
        self._process = os.getpid()
        return self._session

    def _forget(self) -> None:
        session, self._session = self._session, None
        self._at_hand.clear()
        if session is not None and self._process == os.getpid():
            with contextlib.suppress(pkcs11.PKCS11Error):
                session.close()

    def _trouble(self, fault: pkcs11.PKCS11Error) -> str:
        if isinstance(fault, pkcs11.PinLocked):
            return f"the PIN of the token {self._token} is locked: have its officer unlock it"
        if isinstance(fault, _PIN_REFUSED):
            return f"the token {self._token} refuses the PIN: set HUIBAN_KEYS_PIN and start again"
        if isinstance(fault, pkcs11.NoSuchToken):
            return f"no token {self._token} in {self._module}: connect it, or see HUIBAN_KEYS_URL"
        name = type(fault).__name__
        return f"the token {self._token} in {self._module} cannot be used now: {name} {fault}"


def _made(session: pkcs11.Session, label: str) -> bytes:
    found = _public(session, label)
    if found is not None:
        return found
    curve = ECDomainParameters(name="named", value="secp256r1").dump()
    parameters = session.create_domain_parameters(
        KeyType.EC, {Attribute.EC_PARAMS: curve}, local=True
    )
    public, _ = parameters.generate_keypair(
        label=label, id=label.encode(), store=True, mechanism=Mechanism.EC_KEY_PAIR_GEN,
        public_template=_PUBLIC, private_template=_PRIVATE,
    )  # fmt: skip
    return encode_ec_public_key(public)


def _public(session: pkcs11.Session, label: str) -> bytes | None:
    found = session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.LABEL: label})
    keys = [one for one in found if isinstance(one, pkcs11.PublicKey)]
    return encode_ec_public_key(keys[0]) if keys else None


def _after_fork() -> None:
    """A lock another thread held when the process was split would never be let go."""
    _LOCKS.clear()


os.register_at_fork(after_in_child=_after_fork)
