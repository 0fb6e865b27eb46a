"""Earlier questions in the composer, by the arrow keys.

Job: Up in an empty field brings the last question of the conversation, further up the ones before, Down
goes back. Rule: nothing that was written is ever replaced: what was brought and then changed stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QTextCursor

from app.ui.views.composer.message_edit import MessageEdit


class QuestionHistory:
    """Fills ``edit`` from ``questions``, oldest first; ``may_begin``: nothing else is written."""

    def __init__(self, edit: MessageEdit, may_begin: Callable[[], bool]) -> None:
        self.questions: Callable[[], Sequence[str]] = tuple
        self._edit = edit
        self._may_begin = may_begin
        self._place: int | None = None
        self._brought = ""
        edit.recall = self.go

    def go(self, step: int) -> bool:
        """Show the question before (-1) or after (1) the one that is shown; says whether it did."""
        found = self.questions()
        going = self._place is not None and self._edit.text() == self._brought
        if not going:
            if step > 0 or not self._edit.document().isEmpty() or not self._may_begin():
                return False
            self._place = len(found)
        assert self._place is not None
        place = self._place + step
        if place < 0 or place > len(found):
            return going
        self._place = place if place < len(found) else None
        self._brought = found[place] if place < len(found) else ""
        self._edit.set_text(self._brought)
        if step < 0:  # so that the next press goes on to the one before
            self._edit.moveCursor(QTextCursor.MoveOperation.Start)
        return True
