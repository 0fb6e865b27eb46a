"""The check of a model file before an engine is started for it.

Job: ask whoever knows what the file should be, pass on how far the reading is, and stop when the load is
cancelled. Rule: the engine's rooms know nothing of shelves: what checks is given by the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.engine.line import Work
from app.engine.protocol.events import CheckProgress, Event

CheckFile = Callable[[Path, Callable[[int, int], None], Callable[[], bool]], None]
"""Raises UserError for a model file that must not be loaded; gets whom to tell of bytes read and of all
bytes, and whether to stop (then it raises ``engine.load_cancelled``)."""


def unchecked(_path: Path, _progress: Callable[[int, int], None], _stop: Callable[[], bool]) -> None:
    """Let every file pass: for the program's own files and for measurements."""


def run(check: CheckFile, path: str, work: Work, on_event: Callable[[Event], None]) -> None:
    """Check the file that ``work`` is about to load. Raises what ``check`` raises."""
    check(
        Path(path),
        lambda done, total: on_event(CheckProgress(done / total if total else 1.0)),
        lambda: work.cancelled_at is not None,
    )
