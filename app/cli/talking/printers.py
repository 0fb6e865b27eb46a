"""How a turn looks on the command line: as JSON lines, or as text.

Job: print events as they come. Rule: increments, never repetitions; exactly one ``done`` per turn in
JSON; as text the answer alone goes to standard output, and nothing the model writes reaches a terminal
as a control sequence.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Protocol

from app.cli.terminal import say, say_json
from app.core.conversation.ledger import Ledger
from app.core.conversation.message import PartKind, Stop
from app.core.errors import UserError
from app.core.texts import text
from app.engine.protocol.events import Event, Loaded, PartDelta, TurnDone

_EVENTS = {
    PartKind.REASONING: "reasoning",
    PartKind.PREAMBLE: "answer",
    PartKind.ANSWER: "answer",
    PartKind.TOOL_CALL: "tool_call",
}
_FIGURES = (
    "prompt_tokens",
    "reused_tokens",
    "completion_tokens",
    "ttft_ms",
    "tokens_per_second",
    "thinking_ms",
    "context_tokens",
    "context",
    "seed",
    "repaired",
)


class Printer(Protocol):
    """Prints what happens."""

    def event(self, event: Event) -> None:
        """Print one event of a load or a turn."""

    def done(self, done: TurnDone) -> None:
        """Print how a turn ended."""

    def ledger(self, ledger: Ledger) -> None:
        """Print what the model will read."""

    def summary(self, words: str) -> None:
        """Print a summary that now stands for earlier messages."""

    def error(self, error: UserError) -> None:
        """Print that a turn (or the load) could not be done."""


class JsonPrinter:
    """One JSON object per line on standard output."""

    def __init__(self) -> None:
        self._paragraphs = _Paragraphs()

    def event(self, event: Event) -> None:
        """Print ``loaded``, ``reasoning``, ``answer`` and ``tool_call``."""
        if isinstance(event, Loaded):
            say_json({"event": "loaded", "text": event.name, **asdict(event)})
        elif isinstance(event, PartDelta) and event.kind in _EVENTS:
            name = _EVENTS[event.kind]
            line = {"event": name, "text": self._paragraphs.separated(name, event)}
            say_json(line | ({"name": event.name} if event.name else {}))

    def done(self, done: TurnDone) -> None:
        """Print ``done`` with its figures."""
        self._paragraphs = _Paragraphs()
        figures = {name: getattr(done, name) for name in _FIGURES}
        say_json({"event": "done", "stop": done.stop.value, **figures})

    def ledger(self, ledger: Ledger) -> None:
        """Print ``ledger``: the entries, and the sums over them."""
        sums = {"used": ledger.used, "free": ledger.free}
        say_json({"event": "ledger", **ledger.to_json(), **sums})

    def summary(self, words: str) -> None:
        """Print ``summary``."""
        say_json({"event": "summary", "text": words})

    def error(self, error: UserError) -> None:
        """Print ``done`` with ``stop`` error and the error, and the sentence on standard error."""
        self._paragraphs = _Paragraphs()
        figures = dict.fromkeys(_FIGURES, 0) | {"repaired": False}
        words = {"code": error.code, "text": error.sentence}
        say_json({"event": "done", "stop": Stop.ERROR.value, **figures, "error": words})
        say(error.sentence, aside=True)


class PlainPrinter:
    """The answer on standard output; reasoning and calls dimmed on standard error, if a terminal."""

    def __init__(self) -> None:
        self._paragraphs = _Paragraphs()
        self._aside = sys.stderr.isatty()
        self._aside_open = False

    def event(self, event: Event) -> None:
        """Print a part's text."""
        if not isinstance(event, PartDelta) or event.kind not in _EVENTS:
            return
        name = _EVENTS[event.kind]
        words = self._paragraphs.separated(name, event)
        if name == "answer":
            self._close_aside()
            say(words, end="")
        elif self._aside:
            self._aside_open = True
            say(words, aside=True, end="", dim=True)

    def done(self, done: TurnDone) -> None:
        """End the line, and say on standard error where the answer was cut."""
        self._close_aside()
        self._paragraphs = _Paragraphs()
        if done.parts:
            say()
        if done.stop is Stop.LENGTH:
            say(text(f"cli.cut.{'edge' if done.edge else 'room'}"), aside=True)

    def ledger(self, ledger: Ledger) -> None:
        """Print one line for each piece on standard error, then what is kept and left free."""
        for entry in ledger.entries:
            words = text(f"cli.ledger.{entry.kind.value}", number=entry.message + 1)
            left_out = text("cli.ledger.left_out") if entry.left_out else ""
            say(f"{entry.tokens:>8,}  {words}{left_out}", aside=True)
        sums = (("used", ledger.used), ("reserve", ledger.kept), ("free", ledger.spare))
        for key, tokens in sums:
            words = text(f"cli.ledger.{key}", context=f"{ledger.context:,}")
            say(f"{tokens:>8,}  {words}", aside=True)

    def summary(self, words: str) -> None:
        """Print it on standard error, where the answers' notes go too."""
        say(f"{text('cli.ledger.summary')}\n{words}\n", aside=True)

    def error(self, error: UserError) -> None:
        """Print the sentence on standard error."""
        self._close_aside()
        self._paragraphs = _Paragraphs()
        say(error.sentence, aside=True)

    def _close_aside(self) -> None:
        if self._aside_open:
            self._aside_open = False
            say("\n", aside=True)


class _Paragraphs:
    """Puts a blank line between two parts that are printed under the same name."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def separated(self, name: str, delta: PartDelta) -> str:
        before = self._last.get(name)
        self._last[name] = delta.index
        return delta.text if before in (None, delta.index) else f"\n\n{delta.text}"
