# SPDX-License-Identifier: Apache-2.0
"""A certified service for faces as somebody else would build it, on this machine and over HTTP."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from huiban.connectors.face.model import Asked, Frame
from huiban.kernel.identity import Challenge, Judged, Step

KEY = "a-key-agreed-with-the-service-and-nobody-else"


@dataclass(slots=True)
class Certified:
    """The service: who judges, what it was asked, and how its answers are spoilt, if at all."""

    judge: Callable[[Asked], Judged]
    asked: list[Asked] = field(default_factory=list)
    spoil: Callable[[dict[str, Any]], object] = lambda told: told
    status: int = 200
    key: str = KEY
    url: str = ""


@contextmanager
def serving(judge: Callable[[Asked], Judged]) -> Iterator[Certified]:
    """Run the service for as long as the test needs it."""
    service = Certified(judge)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, answer, signed = _answered(service, self)
            self.send_response(status)
            self.send_header("X-Huiban-Signature", signed)
            self.send_header("Content-Length", str(len(answer)))
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.url = f"http://127.0.0.1:{server.server_address[1]}"
        worker = threading.Thread(target=server.serve_forever, args=(0.01,))
        worker.start()
        try:
            yield service
        finally:
            server.shutdown()
            worker.join()


def _answered(service: Certified, said: BaseHTTPRequestHandler) -> tuple[int, bytes, str]:
    body = said.rfile.read(int(said.headers["Content-Length"]))
    nonce = said.headers["X-Huiban-Nonce"]
    if not hmac.compare_digest(said.headers["X-Huiban-Signature"], _signed(KEY, nonce, body)):
        return 403, b"", ""
    if said.path != "/judgements":
        return 404, b"", ""
    told = json.loads(body)
    asked = _read(told)
    service.asked.append(asked)
    answer = service.spoil(_written(service.judge(asked), told["challenge"]["nonce"]))
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return service.status, content, _signed(service.key, f"answer {nonce}", content)


def _signed(key: str, nonce: str, body: bytes) -> str:
    text = f"{nonce}\n{hashlib.sha256(body).hexdigest()}"
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _read(told: dict[str, Any]) -> Asked:
    said = told["challenge"]
    challenge = Challenge(
        tuple(Step(one) for one in said["steps"]),
        said["nonce"],
        datetime.fromisoformat(said["expires_at"]),
    )
    frames = tuple(
        Frame(one["step"], one["at_ms"], base64.b64decode(one["jpeg"])) for one in told["frames"]
    )
    return Asked(challenge, frames, base64.b64decode(told["portrait"]))


def _written(judged: Judged, nonce: str) -> dict[str, Any]:
    return {
        "nonce": nonce,
        "is_passed": judged.is_passed,
        "steps": [
            {
                "step": one.step,
                "is_passed": one.is_passed,
                "measure": one.measure,
                "threshold": one.threshold,
                "fault": one.fault or "",
            }
            for one in judged.steps
        ],
        "faults": list(judged.faults),
        "score": judged.score,
        "threshold": judged.threshold,
        "engine": "certified 1.0",
        "reference": "R-20261123-1",
    }
