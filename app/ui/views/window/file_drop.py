"""Files that are dragged onto the main window.

Job: accept a drag that carries files somebody wants, show where they would go, and hand them over when
they are let go. Rule: what is wanted is told by names alone, because a pointer must not wait for a disk;
who dragged files keeps them; what one does not want is left to others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from app.ui.theme import IconName
from app.ui.views.window.main_window import MainWindow
from app.ui.widgets.fields.dropped_files import local_files, take_copy
from app.ui.widgets.surfaces.drop_cue import DropCue

_OVER = frozenset({QEvent.Type.DragEnter, QEvent.Type.DragMove})

Wants = Callable[[Sequence[Path]], list[Path]]
Place = Callable[[], QWidget | None]


class FileDrop(QObject):
    """Watches ``window`` for the files that ``wants`` picks; ``take`` gets them when they are let go.

    ``place`` is what they would be let go into, which the cue covers; None takes nothing now. ``words``
    say what would become of them.
    """

    def __init__(
        self,
        window: MainWindow,
        place: Place,
        wants: Wants,
        take: Callable[[list[Path]], None],
        icon: IconName,
        words: Callable[[Sequence[Path]], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._place, self._wants, self._take = window, place, wants, take
        self._icon, self._words = icon, words
        self.cue = DropCue(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Accept a drag that carries what is wanted, and take it when it is let go."""
        if event.type() is QEvent.Type.DragLeave:
            self.cue.hide()
        if not isinstance(event, QDropEvent) or event.type() not in {*_OVER, QEvent.Type.Drop}:
            return False
        files = local_files(event.mimeData())
        place = self._place()
        wanted = self._wants(files) if place is not None and place.isVisible() else []
        if not wanted or place is None or not _taken(event):
            self.cue.hide()
            return False
        if event.type() in _OVER:
            self.cue.show_over(place, self._window.theme, self._icon, self._words(wanted))
            return True
        self.cue.hide()
        # Not now: whoever dragged waits for this event's end, and others may have a part in it.
        QTimer.singleShot(0, self, partial(self._take, wanted))
        return len(wanted) == len(files)


def _taken(event: QDropEvent) -> bool:
    take_copy(event)
    return event.isAccepted()
