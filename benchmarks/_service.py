# SPDX-License-Identifier: Apache-2.0
"""The product as it is served, for benchmarks: granian in two processes, people with tokens."""

import atexit
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory

from benchmarks import _bench

ITEM = "construction_waste.new"
_SOON = 30.0


@dataclass(frozen=True, slots=True)
class Service:
    """A running server and how to call it."""

    bench: _bench.Bench
    port: int
    pid: int
    tokens: dict[str, str]

    def caller(self, who: str) -> "Caller":
        return Caller(self.port, self.tokens[who])


class Caller:
    """One program on one connection that it keeps."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SOON)
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": "zh-CN"}

    def ask(self, method: str, path: str, body: bytes = b"", **more: str) -> tuple[int, bytes]:
        """Call the API and return status and body; a connection the server closed is reopened."""
        headers = dict(self.headers)
        if body:
            headers["Content-Type"] = "application/json"
        headers.update({name.replace("_", "-"): value for name, value in more.items()})
        for attempt in (1, 2):
            try:
                self.connection.request(method, f"/api/v1{path}", body or None, headers)
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (http.client.HTTPException, ConnectionError):
                self.connection.close()
                if attempt == 2:
                    raise
        raise AssertionError

    def page(self, path: str, cookie: str) -> tuple[int, bytes]:
        """Ask for a page as a signed-in person."""
        self.connection.request("GET", path, headers={"Cookie": cookie})
        answer = self.connection.getresponse()
        return answer.status, answer.read()


@contextmanager
def served(vendor: str) -> Iterator[Service]:
    """Start a database with published packs and accounts, and the server over it."""
    with TemporaryDirectory(prefix="hbserve_", dir=_folder()) as folder:
        os.environ["HUIBAN_OBJECTS_URL"] = f"folder:{folder}"
        with _bench.database(vendor) as bench:
            tokens = _people()
            with _server() as (port, pid):
                yield Service(bench, port, pid, tokens)


@lru_cache(maxsize=1)
def _folder() -> str:
    """One folder and one secret for this process and all servers it starts; removed at the end."""
    folder = TemporaryDirectory(prefix="hbbench_data_")
    atexit.register(folder.cleanup)
    os.environ["HUIBAN_DATA_DIR"] = folder.name
    os.environ["HUIBAN_SECRET_KEY"] = secrets.token_urlsafe(50)
    os.environ["HUIBAN_API_PER_SECOND"] = "100000"
    return folder.name


def _people() -> dict[str, str]:
    from huiban.services import city
    from huiban.store.accounts import issue_token
    from huiban.web.clock import now
    from tests.services import city_sample

    city.publish(now(), "benchmark")
    return {
        number: issue_token(account, "benchmark", now())
        for number, account in city_sample.people().items()
    }


@contextmanager
def _server() -> Iterator[tuple[int, int]]:
    from huiban.cli.serve import server_command

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(server_command("127.0.0.1", port), stdout=sys.stderr)
    try:
        _wait(port)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(port: int) -> None:
    until = time.monotonic() + _SOON
    while time.monotonic() < until:
        try:
            caller = Caller(port, "")
            if caller.ask("GET", "/items")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


def loose_files(count: int) -> Callable[[int], dict[str, list[str]]]:
    """Store files for so many applications; returns what application N hands in."""
    from huiban.services import city, vault
    from huiban.store.models import Blob
    from huiban.web.clock import now
    from tests.services import city_sample

    codes = [one.code for one in city.item(ITEM).item.materials if one.code != "application_form"]
    key, moment = vault.keep(city_sample.PDF), now()

    def of(serial: int) -> dict[str, list[str]]:
        return {code: [f"{serial:024x}{place:08x}"] for place, code in enumerate(codes)}

    rows = (
        Blob(
            number=number, sha256="0" * 64, size=len(city_sample.PDF), media="application/pdf",
            name="材料.pdf", owner="wangmin", state=Blob.State.CLEAN, object_key=key,
            created_at=moment,
        )
        for serial in range(count)
        for [number] in of(serial).values()
    )  # fmt: skip
    Blob.objects.bulk_create(rows, batch_size=500)
    return of


def application(serial: int, materials: dict[str, list[str]]) -> bytes:
    """Return a whole application as a program sends it; the names vary with the serial."""
    from huiban.web.clock import now
    from tests.web.api_client import answers

    answered = answers(now(), project_name=f"{_ROADS[serial % 8]}{serial % 4999}号工程")
    body = {"item": ITEM, "answers": answered, "materials": materials}
    return json.dumps(body, ensure_ascii=False).encode()


_ROADS = ("香港中路", "海尔路", "山东路", "延安三路", "福州南路", "江西路", "东海东路", "辽阳西路")


@dataclass(slots=True)
class Outcome:
    """What came of many calls: seconds of each, and the answers that were not wanted."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def millis(self, share: float) -> float:
        return round(_bench.percentile(self.seconds, share) * 1000, 1)


Call = Callable[[Caller], tuple[int, bytes]]


def together(service: Service, who: str, calls: Sequence[Call], at_once: int = 8) -> Outcome:
    """Make all calls, so many at once, and time each."""
    waiting: SimpleQueue[Call] = SimpleQueue()
    for call in calls:
        waiting.put(call)
    outcome = Outcome()

    def work() -> None:
        caller = service.caller(who)
        while True:
            try:
                call = waiting.get_nowait()
            except Empty:
                return
            began = time.perf_counter()
            status, body = call(caller)
            outcome.seconds.append(time.perf_counter() - began)
            if status >= 300:
                outcome.wrong.append(f"{status} {body[:300].decode()}")

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def create_call(serial: int, body: bytes) -> Call:
    """Return the call that sends one whole application under its own key."""
    key = f"benchmark-{serial:08d}"
    return lambda caller: caller.ask("POST", "/applications", body, Idempotency_Key=key)


def open_cases(service: Service, count: int) -> None:
    """Open so many cases through the API."""
    materials = loose_files(count)
    calls = [create_call(one, application(one, materials(one))) for one in range(count)]
    wrong = together(service, "wangmin", calls).wrong
    if wrong:
        raise RuntimeError(f"a case was not opened: {wrong[0]}")


def session(number: str) -> str:
    """Sign somebody in and return the cookie."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from huiban.store.models import Account

    account = Account.objects.get(number=number)
    store = SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = "huiban.store.accounts.AccountBackend"
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.save()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def copies(count: int) -> tuple[float, float]:
    """
    Write copies of the last case by bare SQL in a loop, one transaction each: the limit.

    Returns wall and CPU seconds of this process; the database server's are counted apart.
    """
    from django.db import connection

    statements = _statements()
    connection.ensure_connection()
    driver = connection.connection
    cursor = driver.cursor()
    begin = "BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN"
    mark = "?" if connection.vendor == "sqlite" else "%s"
    wall, cpu = time.perf_counter(), time.process_time()
    for serial in range(count):
        cursor.execute(begin)
        for table, columns, rows in statements:
            marks = ", ".join([mark] * len(columns))
            sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
            for row in rows:
                cursor.execute(sql, _renumbered(columns, row, serial))
        cursor.execute("COMMIT")
    return time.perf_counter() - wall, time.process_time() - cpu


_TABLES = ("store_task", "store_deadline", "store_journal", "store_notice")


def _statements() -> list[tuple[str, list[str], list[tuple[object, ...]]]]:
    from django.db import connection

    cursor = connection.connection.cursor() if connection.connection else None
    if cursor is None:
        connection.ensure_connection()
        cursor = connection.connection.cursor()
    cursor.execute("SELECT max(id) FROM store_case")
    case = cursor.fetchone()[0]
    found = []
    for table in ("store_case", *_TABLES):
        where = "id" if table == "store_case" else "case_id"
        cursor.execute(f"SELECT * FROM {table} WHERE {where} = {case}")
        names = [column[0] for column in cursor.description]
        rows = [tuple(row) for row in cursor.fetchall()]
        if table != "store_case":
            names, rows = names[1:], [row[1:] for row in rows]
        found.append((table, names, rows))
    return found


def _renumbered(columns: list[str], row: tuple[object, ...], serial: int) -> list[object]:
    new = {"number": f"copy-{serial}", "submission_key": f"copy-{serial}"}
    values = []
    for name, value in zip(columns, row, strict=True):
        if name in ("id", "case_id") and isinstance(value, int):
            values.append(value + serial + 1)
        else:
            values.append(new.get(name, value))
    return values


def finish(name: str, figures: dict[str, object], limit: dict[str, object], **rest: object) -> None:
    """Print the one JSON line that ends a benchmark."""
    line = {"name": name, "figures": figures, "limit": limit, **rest}
    print(json.dumps(line, ensure_ascii=False), flush=True)
