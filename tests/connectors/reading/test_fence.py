# SPDX-License-Identifier: Apache-2.0
"""What the reader has given up: others' files, the network, programs; and our secrets."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiban.connectors import reading
from huiban.connectors.cell import Cells

PROGRAM = (sys.executable, "-I", "-m", "huiban.connectors.reading.program")
TRIES = """
import ctypes, os, pathlib, socket, subprocess, sys
from huiban.connectors.reading.fence import fence
held = [str(one) for one in fence()]
tries = {
    "settings": lambda: open(sys.argv[1]).read(),
    "folder": lambda: os.listdir(os.path.dirname(sys.argv[1])),
    "neighbour": lambda: open(f"/proc/{os.getppid()}/environ", "rb").read(),
    "write": lambda: open(sys.argv[1] + ".new", "w"),
    "remove": lambda: os.unlink(sys.argv[1]),
    "network": lambda: socket.create_connection(("127.0.0.1", 9), 1),
    "datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "program": lambda: subprocess.run(["/bin/true"], check=True),
    "kill": lambda: os.kill(os.getppid(), 0),
    "own": lambda: pathlib.Path(os.__file__).read_text(),
}
print(" ".join(held))
for name, attempt in tries.items():
    try:
        attempt()
    except PermissionError:
        print(name, "refused")
    except OSError as fault:
        print(name, type(fault).__name__)
    else:
        print(name, "done")
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    secret = tmp_path_factory.mktemp("etc") / "huiban.env"
    secret.write_text("HUIBAN_SECRET_KEY=not for strangers")
    command = [sys.executable, "-I", "-c", TRIES, str(secret)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    held, *tried = ran.stdout.splitlines()
    assert secret.exists()
    return {"held": held} | dict(line.split(" ", 1) for line in tried)


def must_hold(told: dict[str, str], fence: str) -> None:
    if fence not in told["held"].split():
        pytest.skip(f"this kernel has no fence for {fence}")


@pytest.mark.parametrize("attempt", ["settings", "folder", "neighbour", "write", "remove"])
def test_the_files_of_others_are_out_of_reach(told: dict[str, str], attempt: str) -> None:
    must_hold(told, "files")

    assert told[attempt] == "refused"


@pytest.mark.parametrize("attempt", ["network", "datagram", "program", "kill"])
def test_there_is_no_network_and_no_other_program(told: dict[str, str], attempt: str) -> None:
    must_hold(told, "calls")

    assert told[attempt] == "refused"


def test_the_programs_own_files_can_still_be_read(told: dict[str, str]) -> None:
    assert told["own"] == "done"


@pytest.fixture(scope="module")
def child() -> Iterator[tuple[int, dict[str, object]]]:
    """A reader of its own, with something in our environment that it must not see."""
    os.environ["HUIBAN_TEST_SECRET"] = "not for strangers"
    cells = Cells(PROGRAM, 1)
    try:
        answer, _ = cells.ask("ready", b"", {}, 60)
        cell = cells._pool.queue[0]
        assert cell._child is not None
        yield cell._child.pid, answer
    finally:
        del os.environ["HUIBAN_TEST_SECRET"]
        cells._stop_all()


def test_the_reader_sees_none_of_our_environment(child: tuple[int, dict[str, object]]) -> None:
    environment = Path(f"/proc/{child[0]}/environ").read_bytes()

    assert b"not for strangers" not in environment
    assert b"HUIBAN" not in environment


def test_the_reader_runs_within_its_fence_and_says_so(
    told: dict[str, str], child: tuple[int, dict[str, object]]
) -> None:
    status = Path(f"/proc/{child[0]}/status").read_text()

    assert child[1]["fence"] == told["held"].split()
    assert "NoNewPrivs:\t1" in status
    assert ("Seccomp:\t2" in status) is ("calls" in told["held"])


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("Max address space", 4 * 1024**3),
        ("Max file size", 0),
        ("Max core file size", 0),
    ],
)
def test_the_reader_is_bounded(
    child: tuple[int, dict[str, object]], limit: str, value: int
) -> None:
    rows = Path(f"/proc/{child[0]}/limits").read_text().splitlines()
    found = next(row for row in rows if row.startswith(limit))

    assert found[len(limit) :].split()[:2] == [str(value)] * 2


def test_the_reader_inherits_no_open_file_of_ours(child: tuple[int, dict[str, object]]) -> None:
    held = {os.readlink(one) for one in Path(f"/proc/{child[0]}/fd").iterdir()}

    assert not {one for one in held if one.startswith(("/", "socket")) and one != "/dev/null"}


def test_neither_the_web_nor_the_services_load_what_reads() -> None:
    # numpy is not among them: openpyxl loads it by itself wherever it is installed.
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'huiban.settings'\n"
        "import django; django.setup()\n"
        "import huiban.web.urls, huiban.services.readings, huiban.jobs.errands\n"
        "print(*sorted({'cv2', 'onnxruntime', 'rapidocr', 'opencc'} & set(sys.modules)))"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout.strip(), reading.can_read("image/png")) == (0, "", True)
