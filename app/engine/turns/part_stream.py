"""From the parser's messages to the parts a person may see.

Job: number the parts, turn parser events into deltas, and give the whole message at the end. Rule:
the deltas of a part concatenate to its text; where a part may be shown is decided by the parser alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from app.core.conversation import Part, PartKind
from app.engine.protocol.events import PartDelta
from app.harmony.parser import Display, ParsedMessage, ParserEvent
from app.harmony.turns import PART_KINDS, part_of

FRAMES_PER_SECOND = 60
STRAY = "stray"
"""The name of a hidden part that holds text the model wrote outside every message."""


class PartStream:
    """Numbers the parts of one generation and builds their deltas.

    A part opens with its first text, so that an empty message shows nothing; a tool call opens at
    once, because it may be empty and still be a call.
    """

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def deltas(self, events: Iterable[ParserEvent]) -> list[PartDelta]:
        """Return the deltas for these events, in order."""
        return [
            PartDelta(
                self._numbers.setdefault(event.index, len(self._numbers)),
                PART_KINDS[event.display],
                event.text,
                event.recipient if event.display is Display.TOOL_CALL else "",
            )
            for event in events
            if event.text or event.display is Display.TOOL_CALL
        ]

    def parts(self, messages: Sequence[ParsedMessage], stray: Iterable[str]) -> tuple[Part, ...]:
        """Return the whole message: every part that was opened, then text that belonged nowhere."""
        parts = [part_of(message) for index, message in enumerate(messages) if index in self._numbers]
        parts = [replace(part, name="") if part.kind is PartKind.HIDDEN else part for part in parts]
        parts += [Part(PartKind.HIDDEN, text, name=STRAY) for text in stray if text.strip()]
        return tuple(parts)


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
                self._waiting[-1] = replace(last, text=last.text + delta.text)
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
