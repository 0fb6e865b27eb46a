"""A download on the terminal: one line that changes, and a line for each thing worth knowing.

Job: turn the events of a download into words on standard error. Rule: where that is no terminal the
changing line is left out; with ``--json`` all is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from app.cli.terminal import say, say_over
from app.core.texts import text
from app.library.fetch.protocol import (
    Checking,
    Connecting,
    Event,
    Fetched,
    FetchRequest,
    Stalled,
    StartedAgain,
    Waiting,
)
from app.library.files.free_space import in_gb

_MB = 10**6
_PASSING = frozenset(
    {"no_name", "no_connection", "silent", "cut", "busy", "tls", "proxy", "foreign_answer"}
)
"""Why a download waits for its next try, as codes without their beginning."""


class DownloadLine:
    """The line; ``end`` it before anything else is printed."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._moving = sys.stderr.isatty() and not quiet
        self._width = 0

    def of(self, request: FetchRequest) -> Callable[[Event], None]:
        """Return what shows the events of one file."""
        return lambda event: self._show(event, request.target.name)

    def end(self) -> None:
        """Leave the line as it stands."""
        if self._width:
            self._width = 0
            say(aside=True)

    def _show(self, event: Event, file: str) -> None:
        match event:
            case Fetched():
                self._change(_progress(event))
            case Checking():
                percent = 100 * event.done // max(1, event.total)
                self._change(text("fetch.cli.checking", percent=percent))
            case Connecting():
                key = "connecting_proxy" if event.proxy else "connecting"
                self._say(text(f"fetch.cli.{key}", host=event.host, proxy=event.proxy, file=file))
            case Stalled():
                self._say(text("fetch.cli.stalled", seconds=round(event.seconds)))
            case Waiting():
                why = event.reason.removeprefix("library.fetch_")
                words = [text(f"fetch.cli.why_{why}")] if why in _PASSING else []
                words.append(text("fetch.cli.waiting", seconds=max(1, round(event.seconds))))
                self._say(" ".join(words))
            case StartedAgain():
                self._say(text(f"fetch.cli.{event.reason}"))

    def _change(self, words: str) -> None:
        if self._moving:
            say_over(words.ljust(self._width))
            self._width = len(words)

    def _say(self, words: str) -> None:
        self.end()
        if not self._quiet:
            say(words, aside=True)


def _progress(event: Fetched) -> str:
    return text(
        "fetch.cli.progress",
        percent=100 * event.done // max(1, event.total),
        done=in_gb(event.done),
        total=in_gb(event.total),
        speed=f"{event.bytes_per_second / _MB:.1f}",
        remaining=remaining(event.remaining_s),
    )


def remaining(seconds: float | None) -> str:
    """Return how long it will still take, in words."""
    if seconds is None:
        return text("fetch.cli.remaining_unknown")
    if seconds < 100:
        return text("fetch.cli.remaining_seconds", count=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 100:
        return text("fetch.cli.remaining_minutes", count=minutes)
    return text("fetch.cli.remaining_hours", hours=minutes // 60, minutes=minutes % 60)
