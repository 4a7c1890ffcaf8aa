# SPDX-License-Identifier: Apache-2.0
"""Has a certified service judge faces (第三方核验机构): over HTTP, signed both ways."""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

import requests

from huiban.connectors.face.model import Asked, JudgeBusy
from huiban.kernel.identity import Fault, Judged, Step, StepJudged

PATH = "/judgements"
SIGNATURE, NONCE = "X-Huiban-Signature", "X-Huiban-Nonce"
_SECONDS = (5.0, 40.0)
_MOST_BYTES = 256 * 1024


class ProviderJudge:
    """A certified service behind its own address; the key is shared with nobody else."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url.rstrip("/"), key.encode()

    @property
    def name(self) -> str:
        return f"provider {self._url}"

    def judge(self, asked: Asked) -> Judged:
        """
        Send frames, challenge and portrait; read the verdict.

        :raises JudgeBusy: if no answer comes, or one that is not signed for this very question.
        """
        body = json.dumps(question(asked), separators=(",", ":")).encode()
        nonce = secrets.token_hex(16)
        answer = self._post(body, nonce)
        try:
            told = json.loads(answer)
            judged = read_answer(told, asked)
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise JudgeBusy(f"{self._url} gave an answer that cannot be read: {fault!r}") from None
        return judged

    def _post(self, body: bytes, nonce: str) -> bytes:
        headers = {
            "Content-Type": "application/json",
            NONCE: nonce,
            SIGNATURE: signature(self._key, nonce, body),
        }
        try:
            with requests.post(
                self._url + PATH,
                data=body,
                headers=headers,
                timeout=_SECONDS,
                allow_redirects=False,
                stream=True,
            ) as reply:
                status, signed = reply.status_code, reply.headers.get(SIGNATURE, "")
                answer = next(reply.iter_content(_MOST_BYTES + 1), b"")
        except requests.RequestException as fault:
            raise JudgeBusy(f"{self._url} does not answer: {type(fault).__name__}") from None
        if status != 200:
            raise JudgeBusy(f"{self._url} answered {status}")
        expected = signature(self._key, f"answer {nonce}", answer)
        if len(answer) > _MOST_BYTES or not hmac.compare_digest(signed.encode(), expected.encode()):
            raise JudgeBusy(f"{self._url} gave an answer that it did not sign")
        return answer


def signature(key: bytes, nonce: str, body: bytes) -> str:
    """Sign a body for one exchange; an answer is signed with the nonce of its question."""
    text = f"{nonce}\n{hashlib.sha256(body).hexdigest()}".encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def question(asked: Asked) -> dict[str, object]:
    """Write what is asked as JSON."""
    return {
        "challenge": {
            "nonce": asked.challenge.nonce,
            "steps": [str(one) for one in asked.challenge.steps],
            "expires_at": asked.challenge.expires_at.isoformat(),
        },
        "frames": [
            {"step": one.step, "at_ms": one.at_ms, "jpeg": _text(one.content)}
            for one in asked.frames
        ],
        "portrait": _text(asked.portrait),
    }


def read_answer(told: dict[str, Any], asked: Asked) -> Judged:
    """
    Read a verdict; a yes with anything amiss in it is none.

    :raises ValueError, KeyError, TypeError: if it is not an answer to this question.
    """
    if told["nonce"] != asked.challenge.nonce:
        raise ValueError("it answers another challenge")
    if not isinstance(told["is_passed"], bool):
        raise TypeError("is_passed is neither true nor false")
    steps = tuple(_step(one) for one in told.get("steps", ()))
    faults = [_fault(one) for one in told.get("faults", ())]
    score, threshold = _number(told.get("score")), _number(told.get("threshold"))
    is_near = score is None or threshold is None or score <= threshold
    is_passed = told["is_passed"] and not faults and is_near and all(one.is_passed for one in steps)
    if not is_passed and not faults:
        faults = [Fault.PROVIDER]
    return Judged(
        is_passed=is_passed,
        steps=steps,
        faults=tuple(dict.fromkeys(faults)),
        score=score,
        threshold=threshold,
        engine=str(told["engine"])[:100],
        reference=str(told["reference"])[:100],
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _number(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a score is a number")
    return float(value)


def _step(told: dict[str, Any]) -> StepJudged:
    fault = _fault(told["fault"]) if told.get("fault") else None
    measure, threshold = _number(told["measure"]) or 0.0, _number(told["threshold"]) or 0.0
    return StepJudged(Step(told["step"]), told["is_passed"] is True, measure, threshold, fault)


def _fault(told: object) -> Fault:
    return next((one for one in Fault if one == told), Fault.PROVIDER)
