"""The transcript, and one document for the whole conversation: what each costs, in a process of its own.

Job: the same conversation, the same stream and the same scrolling for both; figures as JSON. Rule:
processor time, because others work on the machine; memory is the growth of the process.

``QT_QPA_PLATFORM=offscreen python -m tests.performance.transcript_sides ours`` (or ``naive``).
"""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QTextBrowser

from app.core.conversation.message import PartKind, Role
from app.engine.protocol.events import PartDelta
from app.storage.records import MessageState
from app.ui.theme import Theme
from app.ui.theme.type import TextRole, load_fonts
from app.ui.transcript.content import Content
from app.ui.transcript.message.layout import MessageLayout
from app.ui.transcript.model import TranscriptItem, TranscriptModel
from app.ui.transcript.segments.highlight import Highlighter
from app.ui.transcript.style import TranscriptStyle
from app.ui.transcript.view import TranscriptView
from tests.performance.transcript_bench import cpu_ms, paint
from tests.performance.transcript_sample import answer, conversation, tokens

MANY, FEW = 5_000, 50
STREAM_AT = (100, 1_000, 10_000)
"""Tokens an answer has when one update of it is measured."""
LIVE = 10**6
NAIVE_UPDATES = 5
STEP = 120
MIB = 1024**2
CALIBRATION_MS = 260.0
"""What 200 fixed answers took to lay out on the machine the limits were written for."""


def resident() -> float:
    """Return the resident memory of this process in MiB."""
    gc.collect()
    return float(psutil.Process().memory_info().rss) / MIB


class Side(ABC):
    """One way to show a conversation."""

    @abstractmethod
    def open(self, items: Sequence[TranscriptItem]) -> None:
        """Show a conversation at its end."""

    @abstractmethod
    def begin(self) -> None:
        """Add an empty answer that streams."""

    @abstractmethod
    def update(self, added: str, whole: str) -> None:
        """Show ``whole``, which is what was there with ``added`` at its end."""

    @abstractmethod
    def scroll(self, pixels: int) -> None:
        """Scroll by so many pixels."""


class Ours(Side):
    """The program's transcript."""

    def __init__(self) -> None:
        self.view = TranscriptView(Theme(), TranscriptModel())
        self.view.resize(1000, 760)
        self.view.show()

    def open(self, items: Sequence[TranscriptItem]) -> None:
        """Show a conversation at its end."""
        self.view.model.reset(items)

    def begin(self) -> None:
        """Add an empty answer that streams."""
        self.view.model.append(TranscriptItem(LIVE, Role.ASSISTANT, (), state=MessageState.STREAMING))
        self.view.begin_stream(LIVE)

    def update(self, added: str, whole: str) -> None:  # noqa: ARG002 - the other side needs it
        """Feed what was added."""
        self.view.feed(PartDelta(0, PartKind.ANSWER, added))
        self.view.streamer.flush()

    def scroll(self, pixels: int) -> None:
        """Scroll by so many pixels."""
        self.view.scroll_by(pixels)


class Naive(Side):
    """One QTextBrowser with one document; a growing answer is written again at each update."""

    def __init__(self) -> None:
        self.view = QTextBrowser()
        self.view.setUndoRedoEnabled(False)
        self.view.setFont(Theme().font(TextRole.READING))
        self.view.resize(1000, 760)
        self.view.show()
        self._start = 0

    def open(self, items: Sequence[TranscriptItem]) -> None:
        """Show a conversation at its end."""
        texts = [part.text for item in items for part in item.parts]
        self.view.setMarkdown("\n\n".join(texts))
        self._to_end()

    def begin(self) -> None:
        """Begin a new block at the end."""
        cursor = QTextCursor(self.view.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertBlock()
        self._start = cursor.position()

    def update(self, added: str, whole: str) -> None:  # noqa: ARG002 - the other side needs it
        """Write the answer again."""
        cursor = QTextCursor(self.view.document())
        cursor.beginEditBlock()
        cursor.setPosition(self._start)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.insertMarkdown(whole)
        cursor.endEditBlock()
        self._to_end()

    def scroll(self, pixels: int) -> None:
        """Scroll by so many pixels."""
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.value() + pixels)

    def _to_end(self) -> None:
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.maximum())


def timed(act: object, *values: object) -> float:
    """Return the processor time of a call with the painting that follows."""
    started = cpu_ms()
    act(*values)  # type: ignore[operator]
    paint()
    return cpu_ms() - started


def slowness() -> float:
    """Return how much slower this machine is than the one the bars were written for, at least 1."""
    items = [item for item in conversation(400, seed=7) if item.role is Role.ASSISTANT]
    style, highlighter = TranscriptStyle(Theme()), Highlighter()
    highlighter.set_style(style)
    started = cpu_ms()
    for item in items:
        MessageLayout(style, Content(item), highlighter).set_width(720)
    return max(1.0, (cpu_ms() - started) / CALIBRATION_MS)


def measure(side: Side, *, every_update: bool) -> dict[str, float]:
    """Return the figures of one side."""
    side.open(conversation(FEW))
    paint()
    items = conversation(MANY)
    before = resident()
    opening = timed(side.open, items)
    grown = resident() - before
    steps = [timed(side.scroll, -STEP) for _ in range(60)]
    side.scroll(10**9)
    side.begin()
    rng = random.Random(9)
    pieces = tokens(answer(rng, 240))
    found = {"open_ms": opening, "scroll_ms": statistics.mean(steps), "mib_per_1000": grown / 5}
    stalls: list[float] = []
    place = 0
    for goal in STREAM_AT:
        near: list[float] = []
        while place < min(goal, len(pieces)):
            size = rng.randint(1, 6) if every_update else max(1, goal - NAIVE_UPDATES * 4 - place)
            if not every_update and place >= goal - NAIVE_UPDATES * 4:
                size = 4
            added = "".join(pieces[place : place + size])
            place += size
            cost = timed(side.update, added, "".join(pieces[:place]))
            stalls.append(cost)
            near.append(cost)
        found[f"update_{goal}_ms"] = statistics.median(near[-100 if every_update else -NAIVE_UPDATES :])
    found["stall_ms"] = max(stalls)
    found["slowness"] = slowness()
    return found


def main() -> int:
    """Measure one side and print its figures."""
    application = QApplication([])
    load_fonts()
    ours = sys.argv[1] == "ours"
    print(json.dumps(measure(Ours() if ours else Naive(), every_update=ours)))  # noqa: T201
    application.closeAllWindows()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
