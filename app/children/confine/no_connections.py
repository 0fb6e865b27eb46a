"""Linux: a filter for the window's own process, which needs its screen and its desktop but no network.

Job: leave only the families of sockets that stay on this computer. Rule: an allow-list, so that a
family nobody thought of is refused too; io_uring goes with it, because it opens sockets past a filter.
Every process started afterwards inherits the filter, and nobody can take it back.
"""

from __future__ import annotations

import ctypes

from app.children.confine import prctl, seccomp
from app.children.confine.linux_calls import Architecture
from app.children.confine.report import Mechanism

_UNIX, _NETLINK = 1, 16
STAYS_HERE = (_UNIX, _NETLINK)
"""X11, Wayland, D-Bus and the key store speak over AF_UNIX; AF_NETLINK asks the kernel about devices."""


def filter_program(architecture: Architecture) -> list[seccomp.Instruction]:
    """Return the filter: ``socket`` with another family fails with EPERM, and so does io_uring."""
    families = [
        (seccomp.JUMP_EQUAL, len(STAYS_HERE) - place, 0, family)
        for place, family in enumerate(STAYS_HERE)
    ]
    answer = [(seccomp.LOAD, 0, 0, seccomp.AT_FIRST_ARGUMENT), *families, seccomp.REFUSE, seccomp.LET]
    calls = architecture.calls
    return [
        *seccomp.beginning(architecture),
        (seccomp.JUMP_EQUAL, 0, 1, calls["io_uring_setup"]),
        seccomp.REFUSE,
        (seccomp.JUMP_EQUAL, 0, len(answer), calls["socket"]),
        *answer,
        seccomp.LET,
    ]


def give_up() -> Mechanism:
    """Put the filter in force for all threads of this process and all it will start."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    try:
        prctl.set_option(prctl.NO_NEW_PRIVILEGES, 1)
    except OSError as error:
        return Mechanism(seccomp.NAME, in_force=False, boundary=True, errno=error.errno or 0)
    return seccomp.put_in_force(libc, filter_program)
