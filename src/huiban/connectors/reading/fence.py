# SPDX-License-Identifier: Apache-2.0
"""Takes from a process what reading a file never needs: others' files, the network, programs."""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

# A parser taken over by a hostile file still is the service's user, who may read the settings,
# the database, and the environment of the processes beside it. Linux lets any process give that
# up for good: Landlock for files, a filter of system calls for the rest. Where the kernel has
# neither, reading goes on without; what holds is told.

_PROGRAM_FILES = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/proc/cpuinfo", "/proc/meminfo",
    "/sys/devices/system/cpu", "/dev/null", "/dev/urandom",
)  # fmt: skip

_NO_NEW_PRIVILEGES, _SET_SECCOMP = 38, 22
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
"""What a ruleset can take, by the version of Landlock: reading, writing, running, making …"""
_TCP = 0b11
_SIGNALS_AND_SOCKETS = 0b11

_X86_64 = {
    "socket": 41, "connect": 42, "bind": 49, "socketpair": 53, "fork": 57, "vfork": 58,
    "execve": 59, "kill": 62, "ptrace": 101, "mount": 165, "add_key": 248, "request_key": 249,
    "keyctl": 250, "unshare": 272, "perf_event_open": 298, "setns": 308, "process_vm_readv": 310,
    "process_vm_writev": 311, "bpf": 321, "execveat": 322, "userfaultfd": 323,
    "pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_open": 434, "pidfd_getfd": 438,
}  # fmt: skip
_AARCH64 = {
    "mount": 40, "unshare": 97, "ptrace": 117, "kill": 129, "socket": 198, "socketpair": 199,
    "bind": 200, "connect": 203, "add_key": 217, "request_key": 218, "keyctl": 219,
    "execve": 221, "perf_event_open": 241, "setns": 268, "process_vm_readv": 270,
    "process_vm_writev": 271, "bpf": 280, "execveat": 281, "userfaultfd": 282,
    "pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_open": 434, "pidfd_getfd": 438,
}  # fmt: skip
_REFUSED = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _AARCH64)}
_OTHER_NUMBERS = 0x40000000  # a second set of numbers for the same calls on x86_64
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06


class Fence(StrEnum):
    """One kind of thing that was taken away."""

    FILES = "files"
    CALLS = "calls"


def fence(readable: Iterable[str | Path] = ()) -> list[Fence]:
    """
    Give up files but those of the programs and `readable`, the network, and other processes.

    There is no way back, and threads started before keep their files: call it first. Gives what
    holds from now on.
    """
    if not sys.platform.startswith("linux"):
        return []
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return []
    tried = {Fence.FILES: _close_files(libc, readable), Fence.CALLS: _refuse_calls(libc)}
    return [one for one, holds in tried.items() if holds]


def _close_files(libc: ctypes.CDLL, readable: Iterable[str | Path]) -> bool:
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    rights = _FILE_RIGHTS[min(version, 3)]
    wanted = struct.pack("=QQQ", rights, _TCP, _SIGNALS_AND_SOCKETS)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = libc.syscall(_CREATE_RULESET, wanted, size, 0)
    if rules < 0:
        return False
    try:
        for path in {*_own_files(), *map(str, readable)}:
            _let_read(libc, rules, path)
        return bool(libc.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _own_files() -> Sequence[str]:
    package = str(Path(__file__).resolve().parents[2])
    return (*_PROGRAM_FILES, sys.prefix, sys.base_prefix, package)


def _let_read(libc: ctypes.CDLL, rules: int, path: str) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # this system has no such file
        return
    try:
        rights = _READ_FILE | (_READ_FOLDER if os.path.isdir(path) else 0)
        libc.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)


def _refuse_calls(libc: ctypes.CDLL) -> bool:
    known = _REFUSED.get(platform.machine())
    if known is None:
        return False
    filters = _filter(known[0], sorted(known[1].values()))
    lines = ctypes.create_string_buffer(b"".join(filters))
    program = struct.pack("@HP", len(filters), ctypes.addressof(lines))
    return bool(libc.prctl(_SET_SECCOMP, 2, program, 0, 0) == 0)


def _filter(machine: int, refused: Sequence[int]) -> list[bytes]:
    """Write the filter: other machines end, calls that are listed fail, the rest goes on."""
    steps = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, len(refused) + 1, 0, _OTHER_NUMBERS),
    ]
    for place, number in enumerate(refused):
        steps.append((_EQUAL, len(refused) - place, 0, number))
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return [struct.pack("=HBBI", *step) for step in steps]
