"""Linux seccomp: the system calls a child may not make.

Job: build the filter program and put it in force for every thread. Rule: a foreign architecture
kills, a forbidden call fails with EPERM (so that libraries can report it), threads stay possible
and processes do not.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
from collections.abc import Callable, Sequence

from app.children.confine.linux_calls import ARCHITECTURES, Architecture
from app.children.confine.report import Mechanism

_SET_MODE_FILTER = 1
_FLAG_TSYNC = 1

_KILL_PROCESS = 0x80000000
_FAIL_WITH = 0x00050000
_ALLOW = 0x7FFF0000

LOAD, JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# Offsets in struct seccomp_data; argument words are little-endian on both architectures.
_AT_NUMBER, _AT_ARCHITECTURE, AT_FIRST_ARGUMENT = 0, 4, 16
REFUSE = (_RETURN, 0, 0, _FAIL_WITH | errno.EPERM)
LET = (_RETURN, 0, 0, _ALLOW)
NAME = "system_calls"
"""What the mechanism is called in a report."""

_CLONE_THREAD = 0x00010000

_OWN_PROCESS_ONLY = {
    "kill": False,
    "tgkill": False,
    "rt_sigqueueinfo": False,
    "rt_tgsigqueueinfo": False,
    "prlimit64": True,
}
"""Calls allowed when their first argument is this process; True: 0 means "this process" as well."""

_NOT_THERE = frozenset({"clone3"})
"""Answered with "no such call": its flags lie in memory, where a filter cannot look; the C library
then falls back to clone, whose flags it can see."""

_TO_CONNECT = frozenset(
    {"socket", "connect", "bind", "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg"}
)
"""What connecting needs; binding too, because the C library asks the kernel for its addresses so."""

Instruction = tuple[int, int, int, int]


def filter_program(architecture: Architecture, pid: int, *, network: bool = False) -> list[Instruction]:
    """Return the filter as (code, jump if true, jump if false, value), for process ``pid``.

    ``network`` lets it connect to others; listening stays forbidden.
    """
    program = beginning(architecture)
    for name, number in architecture.calls.items():
        if network and name in _TO_CONNECT:
            continue
        answer = _answer(name, pid)
        program += [(JUMP_EQUAL, 0, len(answer), number), *answer]
    return [*program, LET]


def beginning(architecture: Architecture) -> list[Instruction]:
    """Return what every filter begins with: a foreign call kills, ours is loaded by its number."""
    program: list[Instruction] = [
        (LOAD, 0, 0, _AT_ARCHITECTURE),
        (JUMP_EQUAL, 1, 0, architecture.audit),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (LOAD, 0, 0, _AT_NUMBER),
    ]
    if architecture.x32_from:
        program += [(_JUMP_AT_LEAST, 0, 1, architecture.x32_from), (_RETURN, 0, 0, _KILL_PROCESS)]
    return program


def _answer(name: str, pid: int) -> list[Instruction]:
    if name in _NOT_THERE:
        return [(_RETURN, 0, 0, _FAIL_WITH | errno.ENOSYS)]
    if name == "clone":
        return [(LOAD, 0, 0, AT_FIRST_ARGUMENT), (_JUMP_ANY_BIT, 1, 0, _CLONE_THREAD), REFUSE, LET]
    if name in _OWN_PROCESS_ONLY:
        or_zero = [(JUMP_EQUAL, 2, 0, 0)] if _OWN_PROCESS_ONLY[name] else []
        is_us = (JUMP_EQUAL, 1, 0, pid)
        return [(LOAD, 0, 0, AT_FIRST_ARGUMENT), *or_zero, is_us, REFUSE, LET]
    return [REFUSE]


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("jump_true", ctypes.c_ubyte),
        ("jump_false", ctypes.c_ubyte),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("first", ctypes.POINTER(_Instruction)))


def restrict(libc: ctypes.CDLL, *, network: bool = False) -> Mechanism:
    """Put the filter in force, for all threads; NO_NEW_PRIVS must be set already."""
    return put_in_force(libc, lambda here: filter_program(here, os.getpid(), network=network))


def put_in_force(libc: ctypes.CDLL, build: Callable[[Architecture], Sequence[Instruction]]) -> Mechanism:
    """Build a filter for this processor and put it in force, for all threads; see :func:`restrict`."""
    architecture = ARCHITECTURES.get(platform.machine())
    # A 32-bit process on a 64-bit kernel has another table than the machine's name says.
    if architecture is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return Mechanism(NAME, in_force=False, boundary=True, errno=errno.ENOSYS)
    program = _pack(build(architecture))
    result = libc.syscall(
        ctypes.c_long(architecture.seccomp),
        ctypes.c_ulong(_SET_MODE_FILTER),
        ctypes.c_ulong(_FLAG_TSYNC),
        ctypes.byref(program),
    )
    # With TSYNC a positive result names a thread that could not follow.
    failed = ctypes.get_errno() if result < 0 else (errno.EBUSY if result else 0)
    return Mechanism(NAME, in_force=not failed, boundary=True, errno=failed)


def _pack(instructions: Sequence[Instruction]) -> _Program:
    array = (_Instruction * len(instructions))(*(_Instruction(*item) for item in instructions))
    return _Program(len(instructions), ctypes.cast(array, ctypes.POINTER(_Instruction)))
