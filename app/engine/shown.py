"""What a person has seen of a turn.

Job: keep the parts of a turn as they are shown, in case nobody is left to say how it ended. Rule: plain
values; nothing here talks to the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.core.conversation import Part, Stop
from app.engine.protocol.events import Event, PartDelta, PrefillProgress, TurnDone


class Shown:
    """What has been shown of a turn, in case nobody is left to say how it ended.

    ``before`` are the parts of a message that is continued, in whose numbers deltas count.
    """

    def __init__(self, before: Iterable[Part] = ()) -> None:
        self._parts = dict(enumerate(before))
        self._prefill = PrefillProgress(0, 0, 0)

    def note(self, event: Event) -> None:
        """Take in what is shown; other events count for nothing."""
        if isinstance(event, PrefillProgress):
            self._prefill = event
        elif isinstance(event, PartDelta):
            part = self._parts.get(event.index) or Part(event.kind, "", event.name, complete=False)
            self._parts[event.index] = replace(part, text=part.text + event.text)

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
