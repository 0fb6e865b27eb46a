"""A file that was written for the person.

Job: say above the composer that it is there, with the way to it. Rule: what is said belongs to the
conversation it came from and ends with it; the file itself is never opened.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.core.shown_name import shown_name
from app.core.texts import text
from app.ui.desktop.file_manager import show_folder
from app.ui.theme import IconName
from app.ui.views.window.notice_card import NoticeCard, NoticeKind

SHOW = "show_file"
LONGEST = 4096
"""Letters of a path, at most; a name is shorter."""


class WrittenFile:
    """The last file that was written; ``reveal`` shows its folder, or returns False."""

    def __init__(self, notice: NoticeCard, reveal: Callable[[Path], bool] = show_folder) -> None:
        self._notice = notice
        self._reveal = reveal
        self._path: Path | None = None

    def say(self, sentence: str, path: Path) -> None:
        """Say what was written, and offer to show it."""
        self._path = path
        self._tell(sentence, [(SHOW, text("export.progress.show"))])

    def act(self, code: str) -> bool:
        """Take a button of the notice; returns False if it is not this one's."""
        if code != SHOW or self._path is None:
            return False
        if not self._reveal(self._path):
            self._tell(text("export.progress.not_shown", path=shown_name(str(self._path), LONGEST)), [])
        return True

    def _tell(self, sentence: str, actions: list[tuple[str, str]]) -> None:
        close = ("close", text("ui.actions.close_notice"))
        # A shield would say the opposite of the sentence.
        self._notice.show_notice(NoticeKind.INFO, sentence, [*actions, close], IconName.FILE_DOWN)
        self._notice.end_with_conversation()
