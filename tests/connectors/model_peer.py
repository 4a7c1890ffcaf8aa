# SPDX-License-Identifier: Apache-2.0
"""A language model's server in a thread of its own: OpenAI's shape over real HTTP, and its ills."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_S = 20.0
"""How long a test waits for what must come; never a limit that is measured."""

Does = Callable[[BaseHTTPRequestHandler], None]


def completion(content: object, **choice: object) -> dict[str, object]:
    """An answer as OpenAI, vLLM, Ollama and llama.cpp write it."""
    message = {"role": "assistant", "content": content}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "city-model",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20},
    }


def saying(body: object, status: int = 200, **headers: str) -> Does:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def do(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(data)

    return do


def cut(request: BaseHTTPRequestHandler) -> None:
    """Promise more than is sent, and hang up."""
    request.send_response(200)
    request.send_header("Content-Length", "5000")
    request.end_headers()
    request.wfile.write(b'{"choices": [')
    request.close_connection = True


@dataclass
class ModelPeer:
    """The server: what it does next, and every question it saw."""

    does: Does = field(default_factory=lambda: saying(completion("说明")))
    seen: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    address: str = ""
    open_gate: threading.Event = field(default_factory=threading.Event)

    def gated(self, then: Does) -> Does:
        """Wait with the answer until the gate is opened."""

        def do(request: BaseHTTPRequestHandler) -> None:
            self.open_gate.wait(PATIENCE_S)
            then(request)

        return do

    def says(self, content: object, **choice: object) -> None:
        self.does = saying(completion(content, **choice))


@contextmanager
def a_model(tls: ssl.SSLContext | None = None) -> Iterator[ModelPeer]:
    peer = ModelPeer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            peer.bodies.append(body)
            peer.seen.append(json.loads(body))
            peer.headers.append(dict(self.headers))
            peer.paths.append(self.path)
            with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked did not wait
                peer.does(self)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A handshake that the other end broke off is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    peer.address = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    try:
        yield peer
    finally:
        peer.open_gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
