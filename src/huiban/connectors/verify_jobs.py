# SPDX-License-Identifier: Apache-2.0
"""Verifying strangers' signed files, run as a separate program that may be killed (see cell.py)."""

import base64
import contextlib
import signal
import sys
import warnings
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from huiban.connectors import cell_jobs
from huiban.connectors.es_seal_check import ChainFound, TimeFound
from huiban.connectors.ofd.verify import verify as verify_ofd
from huiban.connectors.pades import Trust
from huiban.connectors.pades.verify import verify as verify_pdf
from huiban.kernel.verification import Check, Report, SignatureFound, Verdict
from huiban.kernel.words import Words

_MEMORY = 1024 * 1024 * 1024
_TRUST = ("roots", "test_roots", "certificates", "ocsps", "crls")


def asked(trust: Trust, at: datetime) -> dict[str, object]:
    """Write what a verification rests on as JSON."""
    listed = {name: [_text(one) for one in getattr(trust, name)] for name in _TRUST}
    return {"trust": listed, "at": at.isoformat()}


def pdf(content: bytes, ask: dict[str, Any]) -> cell_jobs.Answer:
    """Verify a PDF."""
    return written(verify_pdf(content, _trust(ask), datetime.fromisoformat(ask["at"]))), b""


def ofd(content: bytes, ask: dict[str, Any]) -> cell_jobs.Answer:
    """
    Verify an OFD as far as the file itself goes.

    Whom to believe is asked where the house has its database; here it is seen that the file can be
    read to its end, in its time and in its memory.
    """
    found = verify_ofd(content, _Nobody(), datetime.fromisoformat(ask["at"]))
    return written(found), b""


class _Nobody:
    """Believes nobody and asks nobody."""

    def chain(self, certificate: bytes, others: tuple[bytes, ...], at: datetime) -> ChainFound:
        return ChainFound(Verdict.UNKNOWN, _NOT_ASKED)

    def maker(self, certificate: bytes, others: tuple[bytes, ...], at: datetime) -> ChainFound:
        return ChainFound(Verdict.UNKNOWN, _NOT_ASKED)

    def time(self, token: bytes, stamped: bytes) -> TimeFound:
        return TimeFound(Verdict.UNKNOWN, _NOT_ASKED)


_NOT_ASKED = Words("没有核对", "Not asked")


def written(report: Report) -> dict[str, Any]:
    """Write a report as JSON."""
    return {
        "media": report.media,
        "sha256": report.sha256,
        "signatures": [_signature(one) for one in report.signatures],
        "checks": _checks(report.checks),
    }


def read(told: dict[str, Any]) -> Report:
    """
    Read a report back.

    :raises ValueError, LookupError, TypeError: if it is none.
    """
    return Report(
        str(told["media"]),
        str(told["sha256"]),
        tuple(_read_signature(one) for one in told["signatures"]),
        _read_checks(told["checks"]),
    )


def _signature(one: SignatureFound) -> dict[str, Any]:
    return {
        "place": one.place,
        "signer": one.signer,
        "organization": one.organization,
        "kind": one.kind,
        "level": one.level,
        "profile": one.profile,
        "signed_at": one.signed_at.isoformat() if one.signed_at else "",
        "is_time_proved": one.is_time_proved,
        "is_test": one.is_test,
        "checks": _checks(one.checks),
    }


def _checks(checks: Sequence[Check]) -> list[dict[str, str]]:
    return [
        {
            "code": one.code,
            "title_zh": one.title.zh,
            "title_en": one.title.en,
            "verdict": str(one.verdict),
            "detail_zh": one.detail.zh,
            "detail_en": one.detail.en,
        }
        for one in checks
    ]


def _read_signature(told: dict[str, Any]) -> SignatureFound:
    texts = ("place", "signer", "organization", "kind", "level", "profile")
    signed_at = str(told["signed_at"])
    return SignatureFound(
        **{name: str(told[name]) for name in texts},
        signed_at=datetime.fromisoformat(signed_at) if signed_at else None,
        is_time_proved=bool(told["is_time_proved"]),
        is_test=bool(told["is_test"]),
        checks=_read_checks(told["checks"]),
    )


def _read_checks(told: Sequence[dict[str, str]]) -> tuple[Check, ...]:
    return tuple(
        Check(
            str(one["code"]),
            Words(str(one["title_zh"]), str(one["title_en"])),
            Verdict(one["verdict"]),
            Words(str(one["detail_zh"]), str(one["detail_en"])),
        )
        for one in told
    )


def _trust(ask: dict[str, Any]) -> Trust:
    listed = ask["trust"]
    return Trust(*(tuple(base64.b64decode(one) for one in listed[name]) for name in _TRUST))


def _text(der: bytes) -> str:
    return base64.b64encode(der).decode()


JOBS = {"pdf": pdf, "ofd": ofd}


def answer(ask: dict[str, Any], content: bytes) -> cell_jobs.Answer:
    """Do one job; whatever a strange file makes our code raise means that it cannot be read."""
    try:
        return JOBS[ask["job"]](content, ask)
    except (MemoryError, RecursionError):
        return {"refused": "too_heavy"}, b""
    except Exception as error:
        return {"refused": "damaged", "fault": f"{type(error).__name__}: {error}"[:200]}, b""


def main() -> None:
    """Answer one message after the other until the other side is gone."""
    _confine()
    warnings.simplefilter("ignore")
    while (message := cell_jobs.receive(sys.stdin.buffer)) is not None:
        ask, content = message
        _end_after(ask["seconds"])
        cell_jobs.send(sys.stdout.buffer, *answer(ask, content))
        _end_after(0)


def _confine() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_after(seconds: float) -> None:
    """Have the system end this process by itself, should nobody be left to kill it; 0 undoes it."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + 1 if seconds else 0)


if __name__ == "__main__":
    main()
