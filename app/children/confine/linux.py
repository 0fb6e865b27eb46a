"""Linux: Landlock and seccomp, which need no privileges and no namespaces.

Job: the order of the steps and the files a child keeps. Rule: once, before any other thread and
before any native library; a step that the kernel refuses is reported and the next is still taken.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from app.children.confine import landlock, prctl, seccomp
from app.children.confine.hardening import forbid_core_files, forbid_reading
from app.children.confine.paths import program_paths
from app.children.confine.report import Confinement, Mechanism

_FIRST_TO_GO = 900
"""Engine before Interface: when memory runs out, the kernel takes the child with the weights."""

_SYSTEM = (
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/lib",
    "/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system",
    "/dev/urandom",
)
_NAMES_AND_TRUST = (
    "/etc",
    "/run/systemd/resolve",
    "/run/NetworkManager",
    "/run/resolvconf",
    "/run/nscd",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/usr/share/pki",
)
"""For who may connect: how names are resolved and whom the system trusts. Whole folders: the files in
them are replaced when the computer changes its network, and a rule holds for the one file it names."""


def confine(
    readable: Sequence[Path],
    devices: Sequence[Path] = (),
    writable: Sequence[Path] = (),
    network: bool = False,
) -> Confinement:
    """Take every step; see ``app.children.confine.confine``."""
    if len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208 - names only, nothing else is imported
        raise RuntimeError("a child confines itself before it starts threads")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return Confinement(
        (
            # The files under /proc/self become root's with the next step, so this one is first.
            _tried("memory_first_to_go", _offer_memory),
            _tried("no_core", forbid_core_files),
            _tried("not_dumpable", forbid_reading),
            _tried("no_new_privileges", lambda: prctl.set_option(prctl.NO_NEW_PRIVILEGES, 1)),
            landlock.restrict(libc, _rules(readable, devices, writable, network), network=network),
            seccomp.restrict(libc, network=network),
        )
    )


def _rules(
    readable: Sequence[Path], devices: Sequence[Path], writable: Sequence[Path], network: bool
) -> list[landlock.Rule]:
    system = (*_SYSTEM, *_NAMES_AND_TRUST) if network else _SYSTEM
    paths = (*map(Path, system), *program_paths(), *readable)
    return [
        *((path, landlock.READ) for path in paths),
        (Path("/dev/null"), landlock.READ_WRITE),  # llama.cpp's Python package opens it for writing
        *((path, landlock.USE) for path in devices),
        *((path, landlock.KEEP_FILES) for path in writable),
    ]


def _offer_memory() -> None:
    Path("/proc/self/oom_score_adj").write_text(str(_FIRST_TO_GO), "ascii")


def _tried(name: str, step: Callable[[], None]) -> Mechanism:
    try:
        step()
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else errno.EINVAL
        return Mechanism(name, in_force=False, errno=number or errno.EINVAL)
    return Mechanism(name, in_force=True)
