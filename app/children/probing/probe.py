"""The probe: a child that confines itself and reports what it is then refused.

Job: prove a confinement by trying, for ``doctor`` and for tests. Rule: an attempt never does harm
when it succeeds, and only codes and numbers go back. A hidden role: nothing else starts it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.children.confine import confine
from app.children.probing.ear import Ear, reach
from app.children.wire.channel import Channel

_PTRACE_SEIZE, _PTRACE_DETACH = 0x4206, 17


def main(channel: Channel) -> int:
    """Answer requests until the channel closes.

    ``{"request": "confine", "readable": [...], "devices": [...]}`` is answered by the confinement
    (``writable`` and ``network`` besides make it the Fetcher's);
    ``{"request": "describe"}`` by what the process sees of its surroundings; ``{"request":
    "try_...", ...}`` by ``{"refused": true, "errno": "EPERM"}`` or ``{"refused": false}``, with
    ``"refused": null`` where this platform has no such thing to try.
    """
    ear = Ear()
    while True:
        request = channel.receive()
        assert request is not None  # there is no time limit
        channel.send(_answer(request, ear))


def _answer(request: dict[str, Any], ear: Ear) -> dict[str, Any]:
    name = request.pop("request")
    if name == "listen":
        ear.open()
        return {"ports": ear.ports, "failed": ear.failed}
    if name == "heard":
        return {"heard": ear.heard}
    if name == "confine":
        readable, devices, writable = (
            [Path(path) for path in request.get(kind, ())]
            for kind in ("readable", "devices", "writable")
        )
        network = bool(request.get("network"))
        return confine(readable, devices, writable=writable, network=network).to_json()
    if name == "describe":
        return _describe()
    attempt = _ATTEMPTS.get(name)
    if attempt is None:
        return {"refused": None}
    try:
        attempt(**request)
    except OSError as error:
        return {"refused": True, "errno": errno.errorcode.get(error.errno or 0, "")}
    return {"refused": False}


def _describe() -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "environment": sorted(os.environ),
        "modules": sorted(sys.modules),
        "isolated": bool(sys.flags.isolated),
        "folder": str(Path.cwd()),
        "path": sys.path,
    }


def _try_open(path: str, *, write: bool = False) -> None:
    os.close(os.open(path, os.O_RDWR if write else os.O_RDONLY))


def _try_list(path: str) -> None:
    os.scandir(path).close()


def _try_create(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(path)  # noqa: PTH108 - the plain call is what is tried


def _try_truncate(path: str) -> None:
    os.truncate(path, Path(path).stat().st_size)


def _try_chmod(path: str) -> None:
    os.chmod(path, Path(path).stat().st_mode & 0o777)  # noqa: PTH101 - the plain call is what is tried


def _try_socket(family: str) -> None:
    socket.socket(getattr(socket, family), socket.SOCK_STREAM).close()


def _try_reach(family: str, port: int, patience_s: float) -> None:
    reach(family, port, patience_s)


def _try_socketpair() -> None:
    for end in socket.socketpair():
        end.close()


def _try_spawn(path: str) -> None:
    pid = os.posix_spawn(path, [path], {})
    os.waitpid(pid, 0)


def _try_fork() -> None:
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)


def _try_exec() -> None:
    # A program that does not exist: were the call let through, it would fail in another way.
    try:
        os.execve("/nonexistent/program", ["program"], {})  # noqa: S606 - no shell is the point
    except FileNotFoundError:
        return


def _try_kill(pid: int) -> None:
    os.kill(pid, 0)


def _try_queue_signal(pid: int) -> None:
    if sys.platform == "linux":
        pidfd = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(pidfd, 0)
        finally:
            os.close(pidfd)


def _try_ptrace(pid: int) -> None:
    # Seizing does not stop the other process, so that a success does no harm.
    libc = ctypes.CDLL(None, use_errno=True)
    null = ctypes.c_void_p()
    if libc.ptrace(ctypes.c_long(_PTRACE_SEIZE), ctypes.c_int(pid), null, null):
        raise OSError(ctypes.get_errno(), "ptrace")
    libc.ptrace(ctypes.c_long(_PTRACE_DETACH), ctypes.c_int(pid), null, null)


def _try_limits(pid: int) -> None:
    if sys.platform == "linux":
        import resource

        resource.prlimit(pid, resource.RLIMIT_CORE)


def _try_thread() -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()


def _attempts() -> dict[str, Callable[..., None]]:
    everywhere = (
        _try_open,
        _try_list,
        _try_create,
        _try_truncate,
        _try_chmod,
        _try_socket,
        _try_reach,
        _try_socketpair,
    )
    posix = (_try_spawn, _try_fork, _try_exec, _try_kill)
    linux = (_try_queue_signal, _try_ptrace, _try_limits)
    here: tuple[Callable[..., None], ...] = (*everywhere, _try_thread)
    here += posix if os.name == "posix" else ()
    here += linux if sys.platform == "linux" else ()
    return {attempt.__name__.removeprefix("_"): attempt for attempt in here}


_ATTEMPTS = _attempts()
