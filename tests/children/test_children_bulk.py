"""The line for raw bytes: whole or an exception, whatever the other side does."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from app.children.wire.bulk import PIECE, BulkClosed, BulkGivenUp, BulkLine, bulk_to_child
from app.children.wire.channel import channel_from_argument, channel_to_child

Pair = tuple[BulkLine, BulkLine]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = bulk_to_child()
    other = BulkLine(*theirs)
    yield ours, other
    ours.close()
    other.close()


def sending(line: BulkLine, data: bytes) -> threading.Thread:
    def work() -> None:
        line.send(data, 10)
        line.end(10)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 17])
def test_bytes_come_whole_and_the_line_can_be_used_again(pair: Pair, size: int) -> None:
    data = os.urandom(size)
    for sender, receiver in (pair, pair[::-1], pair):
        thread = sending(sender, data)
        place = bytearray(size)
        half = memoryview(place)[: size // 2]
        receiver.fill(half, 10)
        receiver.fill(memoryview(place)[size // 2 :], 10)
        receiver.finish(10)
        thread.join()
        assert place == data


def test_a_sender_that_gives_up_leaves_the_line_usable(pair: Pair) -> None:
    ours, theirs = pair
    theirs.send(b"begun", 10)
    theirs.give_up(10)
    with pytest.raises(BulkGivenUp):
        ours.fill(memoryview(bytearray(100)), 10)
    theirs.send(b"again", 10)
    theirs.end(10)
    place = bytearray(5)
    ours.fill(memoryview(place), 10)
    ours.finish(10)
    assert place == b"again"


@pytest.mark.parametrize("given_up", [True, False])
def test_what_is_not_wanted_is_skipped(pair: Pair, given_up: bool) -> None:
    ours, theirs = pair
    theirs.send(b"x" * 1000, 10)
    ours.fill(memoryview(bytearray(10)), 10)
    theirs.give_up(10) if given_up else theirs.end(10)
    ours.skip(10)
    theirs.send(b"y", 10)
    place = bytearray(1)
    ours.fill(memoryview(place), 10)
    assert place == b"y"


def test_less_or_more_than_announced_is_an_end(pair: Pair) -> None:
    ours, theirs = pair
    theirs.send(b"12", 10)
    theirs.end(10)
    with pytest.raises(BulkClosed):
        ours.fill(memoryview(bytearray(3)), 10)
    ours.send(b"1234", 10)
    ours.end(10)
    theirs.fill(memoryview(bytearray(3)), 10)
    with pytest.raises(BulkClosed):
        theirs.finish(10)


def test_a_length_that_cannot_be_is_an_end() -> None:
    ours, (read, write) = bulk_to_child()
    os.write(write, b"\x7f\xff\xff\xff")
    with pytest.raises(BulkClosed):
        ours.fill(memoryview(bytearray(3)), 10)
    os.close(read)
    os.close(write)
    ours.close()


def test_silence_and_a_full_pipe_end_by_the_time_limit(pair: Pair) -> None:
    ours, theirs = pair
    with pytest.raises(TimeoutError):
        ours.fill(memoryview(bytearray(1)), 0.05)
    with pytest.raises(TimeoutError):
        theirs.send(bytes(8 * PIECE), 0.05)


def test_the_other_sides_end_is_an_end(pair: Pair) -> None:
    ours, theirs = pair
    theirs.send(b"half", 10)
    theirs.close()
    with pytest.raises(BulkClosed):
        ours.fill(memoryview(bytearray(8)), 10)
    with pytest.raises(BulkClosed):
        ours.send(b"nobody", 10)


def test_closing_wakes_who_waits(pair: Pair) -> None:
    ours, _ = pair
    ends: list[type[Exception]] = []

    def wait() -> None:
        try:
            ours.fill(memoryview(bytearray(1)))
        except BulkClosed as error:
            ends.append(type(error))

    thread = threading.Thread(target=wait)
    thread.start()
    ours.close()
    thread.join(10)
    assert ends == [BulkClosed]


def test_a_channel_hands_its_bulk_line_on_and_closes_it() -> None:
    ours, theirs = channel_to_child(bulk=True)
    child = channel_from_argument(",".join(map(str, theirs)))
    assert ours.bulk
    assert child.bulk
    ours.bulk.send(b"raw", 10)
    ours.send({"frame": 1})
    place = bytearray(3)
    child.bulk.fill(memoryview(place), 10)
    assert place == b"raw"
    assert child.receive(10) == {"frame": 1}
    child.close()
    with pytest.raises(BulkClosed):
        ours.bulk.fill(memoryview(place), 10)
    ours.close()
    for fd in theirs:
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(fd)


@pytest.mark.parametrize("argument", ["", "1", "5,6,7", "1,2,3,4,5", "a,b"])
def test_an_argument_that_names_no_channel(argument: str) -> None:
    with pytest.raises(ValueError, match=r"descriptors|invalid literal"):
        channel_from_argument(argument)
