"""What a person has seen of a turn.

Job: keep the parts of a turn as they are shown, in case nobody is left to say how it ended. Rule: plain
values; nothing here talks to the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.core.conversation.message import Part, Stop
from app.engine.protocol.events import Event, PartDelta, PrefillProgress, TurnDone

LONGEST = 32 * 2**20
"""Characters of one message: all of the longest context, of the longest tokens there are, is half."""
MOST_PARTS = 2**16
"""A part takes tokens of its own to begin and to end."""


class Shown:
    """What has been shown of a turn, in case nobody is left to say how it ended.

    ``before`` are the parts of a message that is continued, in whose numbers deltas count.
    """

    def __init__(self, before: Iterable[Part] = ()) -> None:
        self._parts = dict(enumerate(before))
        self._prefill = PrefillProgress(0, 0, 0)
        self._length = 0

    def note(self, event: Event) -> None:
        """Take in what is shown; other events count for nothing.

        Raises ValueError for what no engine of ours says: parts out of order, or more than any context
        holds.
        """
        if isinstance(event, PrefillProgress):
            self._prefill = event
        elif isinstance(event, PartDelta):
            self._add(event)

    def _add(self, delta: PartDelta) -> None:
        self._length += len(delta.text)
        if not 0 <= delta.index <= min(len(self._parts), MOST_PARTS) or self._length > LONGEST:
            raise ValueError("not a part of this message")
        part = self._parts.get(delta.index) or Part(delta.kind, "", delta.name, complete=False)
        self._parts[delta.index] = replace(part, text=part.text + delta.text)

    def cancelled(self) -> TurnDone:
        """Return the end of a turn that was cancelled here."""
        return TurnDone(
            stop=Stop.CANCELLED,
            parts=tuple(self._parts[index] for index in sorted(self._parts)),
            prompt_tokens=self._prefill.total,
            reused_tokens=self._prefill.reused,
            completion_tokens=0,
            ttft_ms=0.0,
            tokens_per_second=0.0,
            thinking_ms=0.0,
            context_tokens=0,
            context=0,
            seed=0,
        )
