"""The transcript's bars: how much work an update, an opening and a scroll may be.

Counts and ratios are asserted in the ordinary run; the figures in milliseconds are scaled by how fast
this machine lays out a fixed text. To see every figure:

    pytest tests/performance/test_transcript_bars.py -s
"""

from __future__ import annotations

import gc
import os
import random
import statistics

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.engine.protocol.events import PartDelta
from app.storage.records import MessageState
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.placing.realiser import LIMIT
from app.ui.transcript.segments.documents import SafeDocument
from app.ui.transcript.view import TranscriptView
from tests.performance.transcript_bench import (
    calibration_ms,
    cpu_ms,
    jumps_ms,
    paint,
    say,
    scrolls_ms,
    shown_view,
)
from tests.performance.transcript_sample import answer, conversation, tokens

CALIBRATION_MS = 260.0
"""What 200 fixed answers took to lay out on the machine the limits were written for."""


@pytest.fixture
def view(qtbot: QtBot) -> TranscriptView:
    return shown_view(qtbot)


@pytest.fixture
def slowness(view: TranscriptView) -> float:
    """Return how much slower than the reference this machine is right now, at least 1."""
    took = calibration_ms()
    say(f"\ncalibration {took:.0f} ms; view {view.width()} wide")
    return max(1.0, took / CALIBRATION_MS)


def opening(view: TranscriptView, items: list[TranscriptItem]) -> float:
    started = cpu_ms()
    view.model.reset(items)
    paint()
    return cpu_ms() - started


def test_opening_costs_the_same_however_long(view: TranscriptView, slowness: float) -> None:
    short, long, longest = conversation(50), conversation(5_000), conversation(20_000)
    opening(view, long)
    opening(view, short)
    few = min(opening(view, short) for _ in range(3))
    before = view.realiser.realised
    many = min(opening(view, long) for _ in range(3))
    made = (view.realiser.realised - before) / 3
    most = min(opening(view, longest) for _ in range(3))
    gc.collect()
    documents = sum(isinstance(each, SafeDocument) for each in gc.get_objects())
    say(f"open 50/5,000/20,000: {few:.1f}/{many:.1f}/{most:.1f} ms, {made} made, {documents} documents")
    assert made <= 15
    assert documents <= 60
    assert many - few <= 40 * slowness
    assert most / many <= 5


def test_scrolling_and_jumping(view: TranscriptView, slowness: float) -> None:
    opening(view, conversation(5_000))
    view.scroll_to(view.stage.maximum // 2)
    steps, jumps = scrolls_ms(view, 120), jumps_ms(view, 60)
    say(f"scroll {statistics.mean(steps):.2f} ms, jump {statistics.mean(jumps):.2f} ms")
    assert statistics.mean(steps) <= 5 * slowness
    assert statistics.mean(jumps) <= 25 * slowness
    assert len(view.realiser.layouts) <= LIMIT


def test_streaming_ten_thousand_tokens(view: TranscriptView, slowness: float) -> None:
    opening(view, conversation(5_000))
    rng = random.Random(9)
    pieces = tokens(answer(rng, 240))[:10_000]
    text = "".join(pieces)
    view.model.append(TranscriptItem(99_999, Role.ASSISTANT, (), state=MessageState.STREAMING))
    view.begin_stream(99_999)
    updates = []
    place = 0
    while place < len(pieces):
        size = rng.randint(1, 6)
        view.feed(PartDelta(0, PartKind.ANSWER, "".join(pieces[place : place + size])))
        place += size
        started = cpu_ms()
        view.streamer.flush()
        paint()
        updates.append(cpu_ms() - started)
    content = view.realiser.live_content
    assert content is not None
    body = content.bodies()[0]
    mean, quarter = statistics.mean(updates), len(updates) // 4
    growth = statistics.mean(updates[-quarter:]) / statistics.mean(updates[:quarter])
    p99 = sorted(updates)[int(len(updates) * 0.99)]
    parsed = body.stream.parsed_characters / len(updates)
    final = TranscriptItem(99_999, Role.ASSISTANT, (Part(PartKind.ANSWER, text),))
    started = cpu_ms()
    view.end_stream(final)
    ended = cpu_ms() - started
    started = cpu_ms()
    view.realiser.drop(len(view.model.items) - 1)
    view.relayout()
    paint()
    naive = cpu_ms() - started
    say(
        f"stream {len(text)} characters, {len(updates)} updates: mean {mean:.2f} ms, p99 {p99:.2f},"
        f" last/first quarter {growth:.2f}, parsed {parsed:.0f} a step, longest tail"
        f" {body.stream.longest_tail}; end {ended:.1f} ms; whole {naive:.0f} ms, {naive / mean:.0f} x"
    )
    assert mean <= 4 * slowness
    assert p99 <= 12 * slowness
    assert growth <= 1.6
    assert parsed <= 1_500
    assert naive / mean >= 10
