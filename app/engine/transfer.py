"""The Interface's half of moving a state: receive one, send one.

Job: carry the announced bytes between the bulk line and whoever keeps them. Rule: whatever the keeper
does (a full disk, a damaged file) is raised as it is, after the line was brought back to a place both
sides know; a child that breaks off, sends what it did not announce or does not stop when it is told to
is gone: every wait here has an end, whatever the child does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from app.children.wire.bulk import PIECE, BulkClosed, BulkGivenUp, BulkLine
from app.engine.line import GoneError, Line, Work
from app.engine.protocol.events import Event, ReadyToRestore, StateOffered
from app.engine.protocol.snapshots import SnapshotFacts

Write = Callable[[memoryview], None]
"""Takes the next bytes of a state; the view is used again afterwards."""

Begin = Callable[[SnapshotFacts], Write]
"""Gets the facts of a state before its bytes."""


def receive_state(line: Line, work: Work, event: Event, begin: Begin) -> Event:
    """Go on after ``event``, the answer to "save"; returns the result."""
    bulk = line.channel.bulk
    if not isinstance(event, StateOffered) or bulk is None:
        return event
    try:
        write = begin(event.facts)
        for piece in _pieces(line, work, bulk, event.facts.total_bytes):
            write(piece)
        with _progress(line):
            bulk.finish(line.patience.dead_s)
    except BulkGivenUp:
        pass  # the next event says why
    except GoneError:
        raise
    except BaseException:
        line.wish("cancel", work.turn)
        with _progress(line):
            bulk.skip(line.patience.cancel_s)
        raise
    return line.next_event(work)


def send_state(line: Line, work: Work, event: Event, chunks: Iterable[bytes | memoryview]) -> Event:
    """Go on after ``event``, the answer to "restore"; returns the result.

    A request cancelled meanwhile is given up between two chunks.
    """
    bulk = line.channel.bulk
    if not isinstance(event, ReadyToRestore) or bulk is None:
        return event
    end = bulk.end
    try:
        for chunk in chunks:
            if work.cancelled_at is not None:
                end = bulk.give_up
                break
            with _progress(line):
                bulk.send(chunk, line.patience.dead_s)
    except GoneError:
        raise
    except BaseException:
        with _progress(line):
            bulk.give_up(line.patience.dead_s)
        raise
    with _progress(line):
        end(line.patience.dead_s)
    return line.next_event(work)


def _pieces(line: Line, work: Work, bulk: BulkLine, size: int) -> Iterator[memoryview]:
    """Return what comes, piece by piece, until a request that was cancelled should long have ended."""
    place = memoryview(bytearray(min(size, PIECE)))
    while size:
        if work.cancelled_at is not None:
            with _progress(line):
                _check_time(work.cancelled_at + line.patience.cancel_s)
        piece = place[:size]
        with _progress(line):
            bulk.fill(piece, line.patience.dead_s)
        size -= len(piece)
        yield piece


def _check_time(latest: float) -> None:
    if time.monotonic() > latest:
        raise TimeoutError


@contextmanager
def _progress(line: Line) -> Iterator[None]:
    """Say of a bulk line that ends or stands still that the child is gone."""
    try:
        yield
    except BulkClosed:
        raise GoneError from None
    except TimeoutError:
        line.child.kill()
        raise GoneError(hung=True) from None
