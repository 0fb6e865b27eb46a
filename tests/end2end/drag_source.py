"""A file manager's part in a drag: a small window out of which files are pulled with the mouse.

    python drag_source.py X Y FILE [FILE ...]

Job: stand at a place of the screen, begin a drag of the files when it is pulled at, and say on standard
output what became of it: "copied", "moved", "linked" or "refused". Rule: it knows nothing of the program
that is dragged to; ``Drag`` moves the mouse for a test, and lets go when it is told to.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from tests.end2end.screen import Screen

PLACE, SIDE = (1150, 300), 60
STEPS = 8


class Drag:
    """For a ``with``: files under the pointer, from where they are pulled to where they are let go."""

    def __init__(self, screen: Screen, files: Sequence[Path]) -> None:
        self._screen = screen
        left, top = PLACE
        self._at = (left + SIDE // 2, top + SIDE // 2)
        self._source = subprocess.Popen(
            [sys.executable, __file__, str(left), str(top), *map(str, files)],
            env=screen.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Take the files' own program away."""
        self.end()

    def pull_to(self, x: int, y: int) -> None:
        """Press the mouse on the files if it is not held yet, and move them there."""
        here = self._at
        self._screen.do("mousemove", str(here[0]), str(here[1]), "mousedown", "1")
        for step in range(1, STEPS + 1):
            left, top = (
                start + (end - start) * step // STEPS for start, end in zip(here, (x, y), strict=True)
            )
            self._screen.do("mousemove", str(left), str(top), "sleep", "0.05")
        self._at = (x, y)

    def let_go(self) -> str:
        """Let go of the mouse; returns what the files' own program was told.

        It is asked for the names of the files only then, so it must live on until they are taken.
        """
        self._screen.do("mouseup", "1")
        return self._line()

    def end(self) -> None:
        """End the files' own program, even in the middle of a drag."""
        self._source.kill()
        self._source.communicate()

    def _line(self) -> str:
        assert self._source.stdout is not None
        return self._source.stdout.readline().strip()


def main(words: Sequence[str]) -> None:
    """Show the window until it is closed."""
    from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl
    from PySide6.QtGui import QDrag, QMouseEvent
    from PySide6.QtWidgets import QApplication, QWidget

    actions = Qt.DropAction
    names = {
        actions.CopyAction: "copied",
        actions.MoveAction: "moved",
        actions.LinkAction: "linked",
        actions.IgnoreAction: "refused",
    }

    class Source(QWidget):
        def mouseMoveEvent(self, _event: QMouseEvent) -> None:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(name) for name in words[2:]])
            drag = QDrag(self)
            drag.setMimeData(data)
            everything = actions.CopyAction | actions.MoveAction | actions.LinkAction
            told = drag.exec(everything, actions.MoveAction)  # as a file manager on one disk proposes
            print(names[told], flush=True)  # noqa: T201 - the test's way to hear of it

    application = QApplication([])
    kind = Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint
    source = Source(None, kind | Qt.WindowType.WindowDoesNotAcceptFocus)  # the keys stay where they are
    source.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    source.setGeometry(int(words[0]), int(words[1]), SIDE, SIDE)
    source.show()
    QTimer.singleShot(300, lambda: print("ready", flush=True))  # noqa: T201 - likewise
    application.exec()


if __name__ == "__main__":
    main(sys.argv[1:])
