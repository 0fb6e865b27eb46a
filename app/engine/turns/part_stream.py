"""From the parser's messages to the parts a person may see.

Job: number the parts, turn parser events into deltas, and give the whole message at the end. Rule:
the deltas of a part concatenate to its text; where a part may be shown is decided by the parser alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from app.core.conversation.message import Part, PartKind
from app.engine.protocol.events import PartDelta
from app.harmony.parser import Display, ParsedMessage, ParserEvent
from app.harmony.turns import PART_KINDS, part_of

FRAMES_PER_SECOND = 60
STRAY = "stray"
"""The name of a hidden part that holds text the model wrote outside every message."""


class PartStream:
    """Numbers the parts of one generation and builds their deltas.

    A part opens with its first text, so that an empty message shows nothing; a tool call opens at
    once, because it may be empty and still be a call. ``before`` are the parts of a message that is
    continued; with ``reopened`` its last one that is no record only is the parser's first message.
    """

    def __init__(self, before: Sequence[Part] = (), *, reopened: bool = False) -> None:
        self._before = tuple(before)
        self._numbers: dict[int, int] = {}
        if reopened:
            shown = [place for place, part in enumerate(before) if part.kind is not PartKind.HIDDEN]
            self._numbers[0] = shown[-1]
        self._next = len(before)

    def deltas(self, events: Iterable[ParserEvent]) -> list[PartDelta]:
        """Return the deltas for these events, in order."""
        return [
            PartDelta(
                self._number(event.index),
                PART_KINDS[event.display],
                event.text,
                event.recipient if event.display is Display.TOOL_CALL else "",
            )
            for event in events
            if event.text or event.display is Display.TOOL_CALL
        ]

    def _number(self, index: int) -> int:
        if index not in self._numbers:
            self._numbers[index] = self._next
            self._next += 1
        return self._numbers[index]

    def parts(self, messages: Sequence[ParsedMessage], stray: Iterable[str]) -> tuple[Part, ...]:
        """Return the whole message: every part that was opened, then text that belonged nowhere."""
        parts = dict(enumerate(self._before))
        for index, message in enumerate(messages):
            if index in self._numbers:
                part = part_of(message)
                is_hidden = part.kind is PartKind.HIDDEN
                parts[self._numbers[index]] = replace(part, name="") if is_hidden else part
        lost = [Part(PartKind.HIDDEN, text, name=STRAY) for text in stray if text.strip()]
        return (*(parts[number] for number in sorted(parts)), *lost)


class DeltaBatch:
    """Joins deltas so that at most sixty frames a second cross the channel."""

    def __init__(self, emit: Callable[[PartDelta], None], clock: Callable[[], float]) -> None:
        self._emit = emit
        self._clock = clock
        self._waiting: list[PartDelta] = []
        self._due = clock()

    def add(self, deltas: Iterable[PartDelta]) -> None:
        """Take deltas and pass on what is due."""
        for delta in deltas:
            last = self._waiting[-1] if self._waiting else None
            if last and last.index == delta.index:
                # Spelled out, because this happens for every token: replace() takes ten times as long.
                self._waiting[-1] = PartDelta(last.index, last.kind, last.text + delta.text, last.name)
            else:
                self._waiting.append(delta)
        if self._waiting and self._clock() >= self._due:
            self.flush()

    def flush(self) -> None:
        """Pass on everything."""
        for delta in self._waiting:
            self._emit(delta)
        self._waiting.clear()
        self._due = self._clock() + 1 / FRAMES_PER_SECOND
