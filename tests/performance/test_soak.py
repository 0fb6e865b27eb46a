"""Two thousand answers, streamed through controller, vault and transcript: memory stays where it was.

    pytest tests/performance/test_soak.py -m slow --timeout 3600 -s

The engine is the one thing that is not there: its batches come as its signals. The vault is on the disk,
so that what grows there is not taken for memory that leaks.
"""

from __future__ import annotations

import gc
import random
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.conversation.draft import Draft
from app.storage.keys.slots import PassphraseCost
from app.storage.unlock import Protection, create
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.flow.turns.conversation.transcript_on_screen import TranscriptOnScreen
from app.ui.theme import Theme
from app.ui.theme.type import load_fonts
from app.ui.transcript.model import TranscriptModel
from app.ui.transcript.view import TranscriptView
from tests.performance.transcript_sample import answer, tokens
from tests.support.windows.stepped_chat import SteppedEngine

ANSWERS, EACH_CONVERSATION, BATCH = 2_000, 50, 12
SETTLED = 500
"""Answers after which everything has been loaded and cached that ever will be."""
MOST_MIB = 12.0
"""By how much memory may differ between then and the end: what an allocator keeps varies so much."""


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_memory_is_flat_over_two_thousand_streamed_answers(qtbot: QtBot, tmp_path: Path) -> None:
    load_fonts()
    cheap = Protection.with_passphrase(
        "soak of many answers", PassphraseCost(memory_kib=64, iterations=1, lanes=1)
    )
    vault, _ = create(tmp_path / "profile", cheap)
    lane = Lane("storage")
    stepped = SteppedEngine()
    engine: Any = stepped
    model = TranscriptModel()
    view = TranscriptView(Theme(), model)
    qtbot.addWidget(view)
    view.resize(1000, 760)
    with qtbot.waitExposed(view):
        view.show()
    chat = ChatController(vault, lane, engine, TranscriptOnScreen(model, view))
    rng = random.Random(11)
    process = psutil.Process()
    seen: list[tuple[int, float]] = []
    for number in range(ANSWERS):
        if number % EACH_CONVERSATION == 0:
            chat.new_conversation()
        chat.ask(Draft(f"Question {number}"))
        qtbot.waitUntil(lambda: bool(stepped.requests))
        words = answer(rng, rng.randint(2, 12))
        pieces = tokens(words, seed=number)
        for start in range(0, len(pieces), BATCH):
            stepped.write("".join(pieces[start : start + BATCH]))
            view.streamer.flush()
            QApplication.sendPostedEvents()
            view.viewport().repaint()
        stepped.end(words)
        qtbot.waitUntil(lambda: not chat.busy)
        stepped.requests.clear()
        if (number + 1) % 100 == 0:
            gc.collect()
            seen.append((number + 1, process.memory_info().rss / 1024**2))
    chat.save_and_stop()
    lane.run(vault.close)
    lane.close()
    sys.stdout.write("\nanswers, MiB: " + ", ".join(f"{count}: {mib:.1f}" for count, mib in seen) + "\n")
    settled = [mib for count, mib in seen if SETTLED <= count < 2 * SETTLED]
    late = [mib for count, mib in seen if count > ANSWERS - SETTLED]
    assert len(view.realiser.layouts) <= 80
    assert sum(late) / len(late) - sum(settled) / len(settled) <= MOST_MIB
