"""The private line between a process and its child.

Job: send and receive messages over two inherited pipes. Rule: no sockets of any family, no stdout,
frames by ``app.children.wire.frames`` only; every wait has a way out (a time limit, the other side's
death, or ``close`` from another thread).
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from app.children.wire.bulk import BulkLine, bulk_to_child
from app.children.wire.frames import Decoder, MessageTooLargeError, ProtocolError, encode
from app.children.wire.pipes import PipeClosed, Sink, Source, close_unused, open_ends

__all__ = ["Channel", "ChannelClosed", "MessageTooLargeError", "ProtocolError", "channel_to_child"]

Ends = Callable[[int, int], tuple[Source, Sink]]


class ChannelClosed(Exception):  # noqa: N818 - the contract's name: an ordinary end, not always an error
    """The other side is gone, or this side closed the channel."""


class Channel:
    """One end of a line: messages out on one descriptor, messages in on another.

    Owns both descriptors and closes them. ``send`` is thread-safe; ``receive`` is meant for one
    thread at a time and makes a second one wait.
    """

    def __init__(
        self, read_fd: int, write_fd: int, ends: Ends = open_ends, bulk: BulkLine | None = None
    ) -> None:
        self.bulk = bulk
        """The line for raw bytes beside this channel, where the child was given one."""
        self._source, self._sink = ends(read_fd, write_fd)
        self._decoder = Decoder()
        self._sending = threading.Lock()
        self._receiving = threading.Lock()
        self._closing = threading.Event()

    def send(self, frame: Mapping[str, Any], timeout: float | None = None) -> None:
        """Send one message.

        Without ``timeout`` (seconds) waits as long as the other side lives without reading. Raises
        ChannelClosed; MessageTooLargeError; TimeoutError. When the time limit falls in the middle
        of a message, the channel is closed, because half a frame cannot be taken back.
        """
        frames = encode(frame)
        deadline = _deadline(timeout)
        if not self._sending.acquire(timeout=-1 if timeout is None else timeout):
            raise TimeoutError
        try:
            self._write(frames, deadline)
        except TimeoutError:
            self._closing.set()
            self._sink.wake()
            raise
        finally:
            self._sending.release()

    def _write(self, frames: list[bytes], deadline: float | None) -> None:
        if self._closing.is_set():
            raise ChannelClosed
        try:
            for data in frames:
                self._sink.write(data, deadline)
        except PipeClosed:
            raise ChannelClosed from None

    def receive(self, timeout: float | None = None) -> dict[str, Any] | None:
        """Return the next message, or None when ``timeout`` (seconds) passed without a whole one.

        What the other side sent before it went away is still delivered. Raises ChannelClosed when
        nothing more can come (a half message is dropped), ProtocolError on junk, now and ever after.
        """
        deadline = _deadline(timeout)
        if not self._receiving.acquire(timeout=-1 if timeout is None else timeout):
            return None
        try:
            return self._read(deadline)
        except PipeClosed:
            raise ChannelClosed from None
        finally:
            self._receiving.release()

    def _read(self, deadline: float | None) -> dict[str, Any] | None:
        data: bytes | None = b""
        late = False
        while data is not None:
            self._decoder.feed(data)
            if self._closing.is_set():
                raise ChannelClosed
            message = self._decoder.take()
            # A sender without an end always has more to read.
            if message is not None or late:
                return message
            data = self._source.read(deadline)
            late = deadline is not None and time.monotonic() >= deadline
        return None

    @property
    def other_side_gone(self) -> bool:
        """Whether the other side has already closed its sending end (unread messages may remain)."""
        return self._source.hung_up()

    def close(self) -> None:
        """Close both descriptors; wakes any thread waiting in this channel. May be repeated.

        Where a blocked write cannot be called away (Windows), the descriptors stay open until
        ``close`` is called again after the other side is gone.
        """
        self._closing.set()
        self._source.wake()
        self._sink.wake()
        if self.bulk:
            self.bulk.close()
        close_unused((self._sending, self._sink), (self._receiving, self._source))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def channel_to_child(*, bulk: bool = False) -> tuple[Channel, tuple[int, ...]]:
    """Return this side's channel and the child's descriptors (read, write), not yet inheritable.

    ``bulk`` adds a line for raw bytes, two descriptors more. The caller closes the child's once the
    child is started.
    """
    theirs: list[int] = []
    line = None
    try:
        if bulk:
            line, more = bulk_to_child()
            theirs.extend(more)
        child_read, our_write = os.pipe()
        theirs[:0] = [child_read]
        try:
            our_read, child_write = os.pipe()
        except OSError:
            os.close(our_write)
            raise
        theirs.insert(1, child_write)
        return Channel(our_read, our_write, bulk=line), tuple(theirs)
    except OSError:
        for fd in theirs:
            os.close(fd)
        if line:
            line.close()
        raise


def channel_from_argument(text: str) -> Channel:
    """Return the channel named by ``--channel R,W`` or ``R,W,R,W`` (the second pair for raw bytes).

    The numbers are descriptors, or handles on Windows. Raises ValueError or OSError if there is none.
    """
    numbers = [int(number) for number in text.split(",")]
    if len(numbers) not in (2, 4):
        raise ValueError("two descriptors, or four")
    if sys.platform == "win32":
        import msvcrt

        flags = (os.O_RDONLY, 0) * 2
        numbers = [msvcrt.open_osfhandle(*pair) for pair in zip(numbers, flags, strict=False)]
    for number in numbers:
        os.set_inheritable(number, False)
    bulk = BulkLine(numbers[2], numbers[3]) if len(numbers) > 2 else None
    return Channel(numbers[0], numbers[1], bulk=bulk)


def _deadline(timeout: float | None) -> float | None:
    return None if timeout is None else time.monotonic() + timeout
