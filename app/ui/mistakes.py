"""What becomes of a bug: an exception that nobody awaited.

Job: log where it is, and have the person told. Rule: never what it was about, for an exception's text
may hold content. One place is told of once in a while only: a bug in painting comes back with every
frame, and the notice about it is painted as well.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from app.core.errors import UserError
from app.core.logs import log_event

TOLD_AGAIN_S = 10.0
"""For so long after it was told, the same bug is neither logged nor told again."""


class Mistakes:
    """Takes the place of ``sys.excepthook`` and ``threading.excepthook``; ``tell`` shows a notice.

    ``tell`` is called on the GUI thread. A bug on another thread is only logged: whoever waits for one
    of ours is told by its lane.
    """

    def __init__(
        self, tell: Callable[[UserError], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell = tell
        self._clock = clock
        self._told: dict[tuple[str, str, int], float] = {}

    def report(
        self, kind: type[BaseException], _error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log where a bug is and say that there was one."""
        if not self._log(kind, trace):
            return
        try:
            self._tell(UserError("ui.our_mistake"))
        except Exception as error:  # noqa: BLE001 - the last border: Python would print what it was about
            self._log(type(error), error.__traceback__)

    def report_of_thread(self, bug: threading.ExceptHookArgs) -> None:
        """Log where a bug of another thread is."""
        self._log(bug.exc_type, bug.exc_traceback)

    def _log(self, kind: type[BaseException], trace: TracebackType | None) -> bool:
        """Log a bug that was not logged just now; say whether it was."""
        frames = traceback.extract_tb(trace)
        place = Path(frames[-1].filename).stem if frames else "unknown"
        line = frames[-1].lineno or 0 if frames else 0
        bug = (kind.__name__.lower(), place, line)
        now = self._clock()
        if now - self._told.get(bug, -TOLD_AGAIN_S) < TOLD_AGAIN_S:
            return False
        self._told[bug] = now
        log_event("bug", kind=bug[0], place=place, line=line)
        return True
