"""Raw bytes between a process and its child, beside the channel of messages.

Job: carry what is too large for frames (the state of a cache) over a second pair of inherited pipes,
without copies of the whole. Rule: the receiver knows how many bytes are meant (a frame said so);
they come in pieces, each with its length, so that the sender can give up between two of them and both
sides still know where they are. A wait ends by its time limit, the other side's death or ``close``.
"""

from __future__ import annotations

import os
import struct
import threading
import time

from app.children.wire.pipes import PipeClosed, close_unused, open_ends, widen

PIECE = 2**20
"""The most bytes of one piece."""

_LENGTH = struct.Struct("!I")
_END, _GIVEN_UP = 0, 0xFFFFFFFF


class BulkClosed(Exception):  # noqa: N818 - an ordinary end, not always an error
    """The other side is gone, this side closed the line, or what came cannot be understood."""


class BulkGivenUp(Exception):  # noqa: N818 - control flow between the two sides, not an error
    """The sender ended early, on purpose; the line can be used again."""


class BulkLine:
    """One end of the line: owns both descriptors. One thread sends and one receives at a time."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        widen(write_fd, PIECE)
        self._source, self._sink = open_ends(read_fd, write_fd)
        self._sending = threading.Lock()
        self._receiving = threading.Lock()
        self._left = 0

    def send(self, data: bytes | bytearray | memoryview, timeout: float | None = None) -> None:
        """Send some bytes; ``timeout`` in seconds is for each piece of them.

        Raises BulkClosed, or TimeoutError: then the line is of no further use.
        """
        view = memoryview(data).cast("B")
        for start in range(0, len(view), PIECE):
            piece = view[start : start + PIECE]
            self._write(_LENGTH.pack(len(piece)), timeout)
            self._write(piece, timeout)

    def end(self, timeout: float | None = None) -> None:
        """Say that all has been sent."""
        self._write(_LENGTH.pack(_END), timeout)

    def give_up(self, timeout: float | None = None) -> None:
        """Say that no more will be sent of what was announced."""
        self._write(_LENGTH.pack(_GIVEN_UP), timeout)

    def fill(self, view: memoryview, timeout: float | None = None) -> None:
        """Fill ``view`` with the next bytes; ``timeout`` in seconds is for all of them.

        Raises BulkGivenUp; BulkClosed, also when less was sent; TimeoutError. After the last two the
        line is of no further use.
        """
        deadline = _deadline(timeout)
        while view:
            if not self._left and not self._next_piece(deadline):
                raise BulkClosed
            count = self._read(view[: self._left], deadline)
            self._left -= count
            view = view[count:]

    def finish(self, timeout: float | None = None) -> None:
        """Expect that nothing more was sent; raises as :meth:`fill`."""
        if self._left or self._next_piece(_deadline(timeout)):
            raise BulkClosed

    def skip(self, timeout: float | None = None) -> None:
        """Throw away what still comes, until the sender has ended or given up.

        Raises as :meth:`fill`; TimeoutError also when it goes on and on.
        """
        waste, deadline = memoryview(bytearray(PIECE)), _deadline(timeout)
        try:
            while self._left or self._next_piece(deadline):
                self._left -= self._read(waste[: self._left], deadline)
        except BulkGivenUp:
            return

    def close(self) -> None:
        """Close both descriptors; wakes whoever waits here. May be repeated."""
        self._source.wake()
        self._sink.wake()
        close_unused((self._sending, self._sink), (self._receiving, self._source))

    def _next_piece(self, deadline: float | None) -> bool:
        """Read the next length; False at the end."""
        head = bytearray(_LENGTH.size)
        view = memoryview(head)
        while view:
            view = view[self._read(view, deadline) :]
        (length,) = _LENGTH.unpack(head)
        if length == _GIVEN_UP:
            raise BulkGivenUp
        if length > PIECE:
            raise BulkClosed
        self._left = length
        return bool(length)

    def _read(self, view: memoryview, deadline: float | None) -> int:
        # Bytes that are there are read also after a deadline: one who never stops sending would not end.
        if deadline is not None and time.monotonic() > deadline:
            raise TimeoutError
        with self._receiving:
            try:
                count = self._source.read_into(view, deadline)
            except PipeClosed:
                raise BulkClosed from None
        if not count:
            raise TimeoutError
        return count

    def _write(self, data: bytes | memoryview, timeout: float | None) -> None:
        with self._sending:
            try:
                self._sink.write(data, _deadline(timeout))
            except PipeClosed:
                raise BulkClosed from None


def bulk_to_child() -> tuple[BulkLine, tuple[int, int]]:
    """Return this side's end and the child's (read, write) descriptors, not yet inheritable."""
    child_read, our_write = os.pipe()
    try:
        our_read, child_write = os.pipe()
    except OSError:
        os.close(child_read)
        os.close(our_write)
        raise
    widen(child_write, PIECE)
    return BulkLine(our_read, our_write), (child_read, child_write)


def _deadline(timeout: float | None) -> float | None:
    return None if timeout is None else time.monotonic() + timeout
