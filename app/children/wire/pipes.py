"""The two ends of a pipe, read and written with a time limit.

Job: hide that POSIX can wait on a pipe and Windows cannot. Rule: ``wake`` may be called from any
thread and makes every present and later wait raise PipeClosed; ``close`` only when nobody waits.
POSIX polls without threads; elsewhere a pump thread reads ahead.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import sys
import threading
import time
from typing import Protocol

CHUNK = 64 * 1024
_CLOSE_PATIENCE_S = 1.0


class PipeClosed(Exception):  # noqa: N818 - an ordinary end, not an error
    """The other end is gone, or ``wake`` was called here."""


class Source(Protocol):
    """A readable end."""

    def read(self, deadline: float | None) -> bytes | None:
        """Return some bytes, or None once the monotonic ``deadline`` has passed; or PipeClosed."""

    def read_into(self, view: memoryview, deadline: float | None) -> int:
        """Put some bytes at the beginning of ``view``; returns how many, 0 past the ``deadline``."""

    def hung_up(self) -> bool:
        """Whether the other end is known to be closed."""

    def wake(self) -> None:
        """End all waiting."""

    def close(self) -> None:
        """Give the descriptor back."""


class Sink(Protocol):
    """A writable end."""

    def write(self, data: bytes | memoryview, deadline: float | None) -> None:
        """Write all of ``data``; raises PipeClosed, or TimeoutError past the monotonic ``deadline``."""

    def wake(self) -> None:
        """End all waiting."""

    def close(self) -> None:
        """Give the descriptor back."""


def close_unused(*ends: tuple[threading.Lock, Source | Sink]) -> None:
    """Close each end under the lock of who uses it; one that is still used after a second stays open."""
    for lock, end in ends:
        if lock.acquire(timeout=_CLOSE_PATIENCE_S):
            try:
                end.close()
            finally:
                lock.release()


def open_ends(read_fd: int, write_fd: int) -> tuple[Source, Sink]:
    """Return the best source and sink this platform has; they own the descriptors."""
    if sys.platform == "win32":
        return PumpSource(read_fd), PlainSink(write_fd)
    return PollSource(read_fd), PollSink(write_fd)


def widen(fd: int, size: int) -> None:
    """Let a pipe hold ``size`` bytes where the system allows that; elsewhere it stays as it is."""
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, size)


class _Pollable:
    """A descriptor that one can wait for, and be called away from."""

    def __init__(self, fd: int, events: int) -> None:
        self._fd = fd
        self._events = events
        os.set_blocking(fd, False)
        # Closing the writing end of this pipe is the alarm: it can be neither missed nor used up.
        self._alarm_read, self._alarm_write = os.pipe()
        self._alarm = threading.Lock()
        self._closed = False

    def _ready(self, deadline: float | None) -> bool:
        """Wait; False when the deadline passed. Raises PipeClosed when woken."""
        poller = select.poll()
        poller.register(self._fd, self._events)
        poller.register(self._alarm_read, select.POLLIN)
        wait_ms = None if deadline is None else max(0.0, (deadline - time.monotonic()) * 1000)
        ready = dict(poller.poll(wait_ms))
        if self._alarm_read in ready:
            raise PipeClosed
        return bool(ready)

    def wake(self) -> None:
        """End all waiting."""
        with self._alarm:
            if self._alarm_write >= 0:
                os.close(self._alarm_write)
                self._alarm_write = -1

    def close(self) -> None:
        """Give the descriptor back."""
        self.wake()
        if not self._closed:
            self._closed = True
            os.close(self._fd)
            os.close(self._alarm_read)


class PollSource(_Pollable):
    """POSIX: waits with poll, needs no thread."""

    def __init__(self, fd: int) -> None:
        super().__init__(fd, select.POLLIN)

    def read(self, deadline: float | None) -> bytes | None:
        """Return some bytes; see Source."""
        while not self._closed and self._ready(deadline):
            try:
                data = os.read(self._fd, CHUNK)
            except BlockingIOError:
                continue
            if not data:
                raise PipeClosed
            return data
        if self._closed:
            raise PipeClosed
        return None

    def read_into(self, view: memoryview, deadline: float | None) -> int:
        """Put some bytes at the beginning of ``view``; see Source."""
        while not self._closed and self._ready(deadline):
            try:
                count = os.readv(self._fd, [view])
            except BlockingIOError:
                continue
            if not count:
                raise PipeClosed
            return count
        if self._closed:
            raise PipeClosed
        return 0

    def hung_up(self) -> bool:
        """Whether the other end is closed."""
        if self._closed:
            return True
        poller = select.poll()
        poller.register(self._fd, select.POLLIN)
        return any(events & select.POLLHUP for _, events in poller.poll(0))


class PollSink(_Pollable):
    """POSIX: writes what fits, waits with poll."""

    def __init__(self, fd: int) -> None:
        super().__init__(fd, select.POLLOUT)

    def write(self, data: bytes | memoryview, deadline: float | None) -> None:
        """Write all of it; see Sink."""
        rest = memoryview(data)
        while rest:
            if self._closed:
                raise PipeClosed
            if not self._ready(deadline):
                raise TimeoutError
            try:
                rest = rest[os.write(self._fd, rest) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise PipeClosed from None


class PumpSource:
    """Anywhere: a daemon thread reads ahead into a short queue.

    The thread owns the descriptor and closes it when the other end goes away: closing it under a
    blocked read is not safe on Windows.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._chunks: queue.Queue[bytes] = queue.Queue(maxsize=32)
        self._woken = threading.Event()
        self._ended = threading.Event()
        self._at_end = False
        self._thread: threading.Thread | None = None
        self._rest = b""

    def read(self, deadline: float | None) -> bytes | None:
        """Return some bytes; see Source."""
        if self._thread is None:
            # Only now: a child confines itself while it has a single thread.
            self._thread = threading.Thread(target=self._pump, name="channel-pump", daemon=True)
            self._thread.start()
        if self._woken.is_set() or self._at_end:
            raise PipeClosed
        wait_s = None if deadline is None else max(0.0, deadline - time.monotonic())
        try:
            data = self._chunks.get(timeout=wait_s)
        except queue.Empty:
            return None
        if not data:
            self._at_end = True
            raise PipeClosed
        return data

    def read_into(self, view: memoryview, deadline: float | None) -> int:
        """Put some bytes at the beginning of ``view``; see Source."""
        data = self._rest or self.read(deadline) or b""
        count = min(len(data), len(view))
        view[:count] = data[:count]
        self._rest = data[count:]
        return count

    def hung_up(self) -> bool:
        """Whether the other end is closed."""
        return self._ended.is_set()

    def wake(self) -> None:
        """End all waiting."""
        self._woken.set()
        try:
            self._chunks.put_nowait(b"")
        except queue.Full:
            return  # nobody waits at a full queue

    def close(self) -> None:
        """Give the descriptor back."""
        self.wake()
        if self._thread is None:
            os.close(self._fd)
            self._thread = threading.current_thread()  # the descriptor is nobody's any more
        while not self._chunks.empty():
            self._chunks.get_nowait()  # lets a pump that waits at a full queue see the alarm

    def _pump(self) -> None:
        try:
            while data := os.read(self._fd, CHUNK):
                self._chunks.put(data)
                if self._woken.is_set():
                    break
        except OSError:
            pass  # a broken pipe is an end like any other
        os.close(self._fd)
        self._ended.set()
        if not self._woken.is_set():
            self._chunks.put(b"")


class PlainSink:
    """Anywhere: blocking writes; ends when the other end goes away. Keeps no time limit."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._woken = threading.Event()
        self._closed = False

    def write(self, data: bytes | memoryview, deadline: float | None) -> None:  # noqa: ARG002 - cannot be kept
        """Write all of it; see Sink."""
        rest = memoryview(data)
        while rest:
            if self._woken.is_set():
                raise PipeClosed
            try:
                rest = rest[os.write(self._fd, rest) :]
            except OSError:
                raise PipeClosed from None

    def wake(self) -> None:
        """End all waiting."""
        self._woken.set()

    def close(self) -> None:
        """Give the descriptor back."""
        self._woken.set()
        if not self._closed:
            self._closed = True
            os.close(self._fd)
