"""The channel's promises, for both ways of reading a pipe."""

from __future__ import annotations

import os
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.children.wire.channel import Channel, ChannelClosed, ProtocolError, channel_from_argument
from app.children.wire.frames import encode
from app.children.wire.pipes import PlainSink, PumpSource, Sink, Source, open_ends

if sys.platform == "win32":
    pytest.skip("builds pipes the POSIX way", allow_module_level=True)


def _pump_ends(read_fd: int, write_fd: int) -> tuple[Source, Sink]:
    return PumpSource(read_fd), PlainSink(write_fd)


def _settle(deadline_s: float = 20.0) -> None:
    """Join the pump threads, which end by themselves once their pipe has no writer."""
    for thread in threading.enumerate():
        if thread.name == "channel-pump":
            thread.join(deadline_s)


@pytest.fixture(params=[open_ends, _pump_ends], ids=["poll", "pump"])
def ends(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def pair(ends: Any) -> Iterator[tuple[Channel, Channel]]:
    (near_read, far_write), (far_read, near_write) = os.pipe(), os.pipe()
    near, far = Channel(near_read, near_write, ends), Channel(far_read, far_write, ends)
    yield near, far
    near.close()
    far.close()
    _settle()


@pytest.fixture
def from_raw(ends: Any) -> Iterator[Callable[[], tuple[Channel, int]]]:
    """Return a channel and the raw descriptor that writes into it."""
    made: list[Channel] = []

    def make() -> tuple[Channel, int]:
        (read, raw), (idle, write) = os.pipe(), os.pipe()
        os.close(idle)
        made.append(Channel(read, write, ends))
        return made[-1], raw

    yield make
    for channel in made:
        channel.close()
    _settle()


def test_messages_arrive_in_order_in_both_directions(pair: tuple[Channel, Channel]) -> None:
    near, far = pair
    for number in range(50):
        near.send({"n": number, "text": "ß\ud800"})
        far.send({"n": -number})
    assert [far.receive(20) for _ in range(50)] == [{"n": n, "text": "ß\ud800"} for n in range(50)]
    assert [near.receive(20) for _ in range(50)] == [{"n": -n} for n in range(50)]


def test_a_message_far_beyond_the_pipe_arrives_whole(pair: tuple[Channel, Channel]) -> None:
    near, far = pair
    message = {"text": "0123456789" * 700_000}
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(near.send, message)
        assert far.receive(20) == message
        sent.result(20)


def test_many_senders_never_mix_their_frames(pair: tuple[Channel, Channel]) -> None:
    near, far = pair

    def send_many(who: int) -> None:
        for number in range(20):
            near.send({"who": who, "n": number, "text": "x" * 30_000 * (number % 3)})

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(send_many, who) for who in range(4)]
        got = [far.receive(20) for _ in range(80)]
        for future in futures:
            future.result(20)
    for who in range(4):
        assert [m["n"] for m in got if m and m["who"] == who] == list(range(20))


def test_a_time_limit_passes_without_a_message(pair: tuple[Channel, Channel]) -> None:
    near, _ = pair
    begun = time.monotonic()
    assert near.receive(0) is None
    assert near.receive(0.05) is None
    assert time.monotonic() - begun > 0.045


def test_a_slow_writer_is_waited_for_within_the_limit(
    from_raw: Callable[[], tuple[Channel, int]],
) -> None:
    channel, raw = from_raw()
    frame = encode({"slow": True})[0]
    for byte in frame[:-1]:
        os.write(raw, bytes([byte]))
        assert channel.receive(0.001) is None
    os.write(raw, frame[-1:])
    assert channel.receive(20) == {"slow": True}
    os.close(raw)


def test_the_last_words_of_a_dead_sender_are_delivered(
    from_raw: Callable[[], tuple[Channel, int]],
) -> None:
    channel, raw = from_raw()
    os.write(raw, encode({"last": 1})[0] + encode({"half": 1})[0][:-3])
    os.close(raw)
    assert channel.receive(20) == {"last": 1}
    for _ in range(2):
        with pytest.raises(ChannelClosed):
            channel.receive(20)


@pytest.mark.parametrize(
    "junk", [struct.pack(">I", 2**31), b"GET / HTTP/1.1\r\n\r\n", struct.pack(">I", 5) + b"[1,2]"]
)
def test_junk_is_a_protocol_error_now_and_ever_after(
    junk: bytes, from_raw: Callable[[], tuple[Channel, int]]
) -> None:
    channel, raw = from_raw()
    os.write(raw, junk + encode({"fine": 1})[0])
    for _ in range(2):
        with pytest.raises(ProtocolError):
            channel.receive(20)
    os.close(raw)


def test_a_sender_that_never_finishes_keeps_nobody_waiting() -> None:
    class Endless:
        """A pipe that always has more of the same message."""

        def __init__(self) -> None:
            self._first = True

        def read(self, _deadline: float | None) -> bytes:
            first, self._first = self._first, False
            return struct.pack(">I", 2**20) + b'{"a":"' if first else b"x"

        def read_into(self, view: memoryview, deadline: float | None) -> int:
            raise NotImplementedError

        def hung_up(self) -> bool:
            return False

        def wake(self) -> None:
            """Never waits."""

        close = wake

    (read, raw), (idle, write) = os.pipe(), os.pipe()
    sink = PlainSink(write)
    channel = Channel(read, write, lambda _read, _write: (Endless(), sink))
    assert channel.receive(0.05) is None
    assert channel.receive(0) is None
    channel.close()
    for fd in (read, raw, idle):
        os.close(fd)


def test_sending_to_nobody_says_closed(from_raw: Callable[[], tuple[Channel, int]]) -> None:
    channel, raw = from_raw()
    with pytest.raises(ChannelClosed):
        channel.send({"anyone": "there"})
    os.close(raw)


def test_close_wakes_a_receiver(pair: tuple[Channel, Channel]) -> None:
    near, _ = pair
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(near.receive)
        assert not waiting.done()
        near.close()
        with pytest.raises(ChannelClosed):
            waiting.result(20)
    with pytest.raises(ChannelClosed):
        near.receive(0)
    with pytest.raises(ChannelClosed):
        near.send({})
    near.close()


def test_a_sender_blocked_by_a_deaf_reader_can_be_called_away() -> None:
    read, raw = os.pipe()
    idle, write = os.pipe()
    channel = Channel(read, write)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(channel.send, {"text": "x" * 1_000_000})
        os.read(idle, 1)  # it has begun and will find the pipe full
        channel.close()
        with pytest.raises(ChannelClosed):
            waiting.result(20)
    os.close(raw)
    os.close(idle)


def test_a_send_that_runs_out_of_time_closes_the_channel() -> None:
    read, raw = os.pipe()
    idle, write = os.pipe()
    with Channel(read, write) as channel:
        with pytest.raises(TimeoutError):
            channel.send({"text": "x" * 1_000_000}, timeout=0.05)
        with pytest.raises(ChannelClosed):
            channel.send({"after": 1})
    os.close(raw)
    os.close(idle)


@pytest.mark.parametrize("text", ["", "1", "a,b", "1,2,3", "987654,987655", "-1,-2"])
def test_a_bad_channel_argument_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OSError)):
        channel_from_argument(text)
