"""An answer as it is written.

Job: carry streamed text from the pump into the live message and show what changed. Rule: a live
message out of sight is fed and not laid out, and causes no painting.
"""

from __future__ import annotations

import time
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect

from app.core.conversation.message import PartKind
from app.engine.protocol.events import PartDelta
from app.ui.transcript.content import Content
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.pump import StreamPump
from app.ui.transcript.segments.notes import Live

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView

_ANSWERING = frozenset({PartKind.ANSWER, PartKind.PREAMBLE, PartKind.TOOL_CALL, PartKind.TOOL_RESULT})
DAY_S = 86_400.0


class Streamer:
    """The stream of one view."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._pump = StreamPump(self._step, view)

    @property
    def running(self) -> bool:
        """Say whether an answer is being written."""
        return self._pump.running

    def put(self, delta: PartDelta) -> None:
        """Take text; any thread may call it."""
        self._pump.put(delta)

    def begin(self, message_id: int) -> None:
        """Let a message stream. Raises KeyError if it is not shown."""
        view = self._view
        row = view.model.row_of(message_id)
        if row is None:
            raise KeyError(message_id)
        # A reader may leave a conversation and come back while the answer is written: the time counts
        # from when it was begun.
        created = view.model.items[row].created
        passed = max(0.0, time.time() - created) if created else 0.0
        now = time.monotonic()
        began = now - min(passed, DAY_S)
        live = Live(began, now, still=view.style_.theme.still)
        view.speech.begin(view.realiser.begin_live(row, live))
        self._pump.start()
        view.refresh_row(row)

    def set_reading(self, words: str) -> None:
        """Say how far the question is read; the next word of the answer ends that."""
        live = self._view.realiser.live
        if live is not None:
            live.reading = words

    def flush(self) -> None:
        """Show what came in without waiting for the timer."""
        self._pump.flush()

    def stop(self) -> None:
        """Stop without showing more."""
        self._pump.stop()

    def end(self, item: TranscriptItem) -> None:
        """Show the final form of the message."""
        view = self._view
        if view.realiser.live_row is not None:
            self._pump.flush()
        self._pump.stop()
        if view.model.row_of(item.id) is not None:
            view.model.replace(item)
            view.speech.end(Content(item), item.state)

    def _step(self, deltas: list[PartDelta]) -> None:
        view = self._view
        content, live, row = view.realiser.live_content, view.realiser.live, view.realiser.live_row
        if content is None or live is None or row is None:
            return
        live.still = view.style_.theme.still  # it may be asked for while an answer is written
        if deltas:
            live.reading = ""
        for delta in merged(deltas):
            content.feed(delta)
            if live.thought is None and delta.kind in _ANSWERING and delta.text.strip():
                live.thought = max(0.001, time.monotonic() - live.began)
        view.speech.step(content, live)
        live.tick(time.monotonic(), content.reasoning if live.thought is None else "")
        if not deltas:
            view.highlighter.preload_one()
        layout = view.realiser.layouts.get(row)
        if row not in view.stage.visible or layout is None:
            if deltas:
                view.realiser.drop(row)
            return
        if deltas:
            view.grew(row, layout.refresh())
            view.finds.grows()
        if layout.notes is not None and layout.notes.thinking:
            notes = layout.notes
            view.update_row(row, QRect(notes.x, notes.y, notes.width, view.style_.theme.px(44)))


def merged(deltas: list[PartDelta]) -> list[PartDelta]:
    """Join neighbouring deltas of one part, so that each part is parsed once a step."""
    joined: list[PartDelta] = []
    for index, group in groupby(deltas, key=lambda delta: delta.index):
        same = list(group)
        joined.append(PartDelta(index, same[0].kind, "".join(each.text for each in same), same[0].name))
    return joined
