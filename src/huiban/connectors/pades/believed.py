# SPDX-License-Identifier: Apache-2.0
"""Whether a certificate leads to a trusted root at a moment, P-256, RSA and SM2 alike (证书链)."""

from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathError,
    ValidationError,
)

from huiban.connectors.pades import strict
from huiban.connectors.pades.issued import VERIFIER, is_well_formed
from huiban.connectors.pades.model import Trust

_Result = TypeVar("_Result")
_SKEW = timedelta(seconds=60)


class Usage(Enum):
    """What a certificate is used for."""

    SIGNING = "signing"
    STAMPING = "stamping"


class Outcome(Enum):
    """How the search for a trusted root ended."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"  # it leads to no root known here
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    UNFIT = "unfit"  # it was not issued for this use
    FORGED = "forged"  # a signature in the chain is wrong, or the chain breaks the rules


@dataclass(frozen=True, slots=True)
class Chain:
    """A certificate's way to a root: the certificate first, the root last; empty if none."""

    outcome: Outcome
    certificates: tuple[x509.Certificate, ...] = ()
    is_test: bool = False


class Believed:
    """The roots trusted here, and the certificates known besides."""

    def __init__(self, trust: Trust, others: Iterable[x509.Certificate]) -> None:
        self._roots = [x509.Certificate.load(one) for one in trust.roots]
        self._test_roots = [x509.Certificate.load(one) for one in trust.test_roots]
        self._others = [*others, *map(x509.Certificate.load, trust.certificates)]
        self._known = [*self._roots, *self._test_roots, *self._others]

    def chain(
        self,
        certificate: x509.Certificate,
        held: Sequence[x509.Certificate],
        usage: Usage,
        at: datetime,
    ) -> Chain:
        """This method will look for a way to a trusted root that holds at a moment."""
        found = self._chain(certificate, held, usage, (self._roots, at))
        if found.outcome is Outcome.UNTRUSTED and self._test_roots:
            found = self._chain(certificate, held, usage, (self._test_roots, at))
            found = replace(found, is_test=found.outcome is not Outcome.UNTRUSTED)
        is_forged = strict.is_tampered(held, [*self._known, *found.certificates])
        return replace(found, outcome=Outcome.FORGED) if is_forged else found

    def _chain(
        self,
        certificate: x509.Certificate,
        held: Sequence[x509.Certificate],
        usage: Usage,
        by: tuple[list[x509.Certificate], datetime],
    ) -> Chain:
        roots, at = by
        context = ValidationContext(
            trust_roots=roots,
            other_certs=[*held, *self._others],
            moment=at,
            allow_fetching=False,
            revocation_mode="soft-fail",  # revocation is looked at by `revoked`, in words
            time_tolerance=_SKEW,
            signature_validator=VERIFIER,
        )
        validator = CertificateValidator(certificate, None, context)
        try:
            path = finished(validator.async_validate_path())
        except (PathError, ValidationError) as error:
            return Chain(_outcome(error))
        chain = tuple(reversed([one for one in path if isinstance(one, x509.Certificate)]))
        if not all(map(is_well_formed, chain)):
            return Chain(Outcome.FORGED)
        return Chain(Outcome.TRUSTED if _is_fit(certificate, usage) else Outcome.UNFIT, chain)


def _outcome(error: Exception) -> Outcome:
    if isinstance(error, DisallowedAlgorithmError):
        return Outcome.FORGED
    # A wrong signature may only mean a root of the same name: `is_tampered` tells the two apart.
    is_wrong = "could not be verified" in str(error)
    if is_wrong or isinstance(error, PathBuildingError | InvalidCertificateError):
        return Outcome.UNTRUSTED
    if isinstance(error, ExpiredError):
        return Outcome.EXPIRED
    return Outcome.NOT_YET if isinstance(error, NotYetValidError) else Outcome.FORGED


def _is_fit(certificate: x509.Certificate, usage: Usage) -> bool:
    told = certificate.key_usage_value
    extended = certificate.extended_key_usage_value
    may_sign = told is None or bool({"digital_signature", "non_repudiation"} & told.native)
    if usage is Usage.STAMPING:
        return may_sign and extended is not None and extended.native == ["time_stamping"]
    only_stamps = extended is not None and set(extended.native) <= {"time_stamping", "ocsp_signing"}
    return may_sign and not certificate.ca and not only_stamps


def finished(work: Coroutine[Any, Any, _Result]) -> _Result:
    """
    Run a coroutine that never waits: without a network there is nothing to wait for.

    :raises RuntimeError: if it waits all the same.
    """
    try:
        work.send(None)
    except StopIteration as done:
        result: _Result = done.value
        return result
    work.close()
    raise RuntimeError("a validation wanted to wait, though nothing is fetched")
