"""The notice above the composer.

Job: one failure or remark where its loss would be felt: an icon, a sentence, up to two buttons.
Rule: it stays until it is acted on or cleared (one that ends with a conversation, until another is
opened), is announced once and never takes the focus.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.widgets.access.announce import announce
from app.ui.widgets.access.roles import give_role
from app.ui.widgets.arranging import stack, take_out
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.surfaces.panel import Card
from app.ui.widgets.words.label import Label

MOST_ACTIONS = 2


class NoticeKind(StrEnum):
    """How serious a notice is."""

    INFO = "info"
    WARN = "warn"
    DANGER = "danger"


_LOOKS = {
    NoticeKind.INFO: (IconName.SHIELD_CHECK, "accent", "raised", "line"),
    NoticeKind.WARN: (IconName.TRIANGLE_ALERT, "warn", "warn_soft", ""),
    NoticeKind.DANGER: (IconName.CIRCLE_X, "danger", "danger_soft", ""),
}


EDGE = 10
LEAST_WORDS = 280
"""Pixels at 100 % text that a sentence has beside its buttons; with less they stand below it."""


class NoticeCard(Card):
    """Shows one notice at a time; ``action_chosen`` carries the code of the button pressed.

    ``left`` when a button that has the focus is about to go.
    """

    action_chosen = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        give_role(self, QAccessible.Role.AlertMessage)
        self._icon = IconView(theme, IconName.TRIANGLE_ALERT)
        self._sentence = Label(theme, "", TextRole.UI, "text", wrap=True)
        self._sentence.setSizePolicy(
            QSizePolicy.Policy.Expanding, self._sentence.sizePolicy().verticalPolicy()
        )
        self._buttons: list[TextButton] = []
        self._of_conversation = False
        words = QHBoxLayout()
        words.setSpacing(12)
        words.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        words.addWidget(self._sentence, 1, Qt.AlignmentFlag.AlignVCenter)
        self._row = QHBoxLayout()
        self._row.setSpacing(12)
        self._row.addStretch(1)
        self._whole = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._whole.setContentsMargins(16, EDGE, 12, EDGE)
        self._whole.setSpacing(12)
        self._whole.addLayout(words, 1)
        self._whole.addLayout(self._row)
        self.hide()

    @property
    def sentence(self) -> str:
        """The sentence shown; "" when there is no notice."""
        return "" if self.isHidden() else self._sentence.text()

    @property
    def buttons(self) -> tuple[TextButton, ...]:
        """The buttons of the notice, in order."""
        return tuple(self._buttons)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self._icon, self._sentence, *self._buttons)

    def show_notice(
        self,
        kind: NoticeKind,
        sentence: str,
        actions: Sequence[tuple[str, str]] = (),
        sign: IconName | None = None,
    ) -> None:
        """Show ``sentence`` with up to two ``actions`` (code, words); replaces the notice before.

        ``sign`` is another icon than that of its kind.
        """
        if len(actions) > MOST_ACTIONS:
            raise ValueError("a notice has at most two buttons")
        self._of_conversation = False
        icon, colour, fill, border = _LOOKS[kind]
        self._icon.set_icon(sign or icon, colour if sign is None else "text2")
        self.set_colours(fill, border)
        self._sentence.set_text(sentence)
        self.setAccessibleName(f"{texts.text(f'ui.notice.{kind.value}')}: {sentence}")
        self._drop_buttons()
        for code, words in actions:
            button = TextButton(self.theme, words)
            button.clicked.connect(lambda _checked=False, code=code: self.action_chosen.emit(code))
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
            self._buttons.append(button)
        self._turn()
        self.show()
        announce(self, sentence, at_once=kind is not NoticeKind.INFO)

    def set_room(self, pixels: int) -> None:
        """Say how high it may be; a sentence that needs more is cut, and whole in its tooltip."""
        taken = 2 * EDGE
        if self._whole.direction() is QBoxLayout.Direction.TopToBottom and self._buttons:
            taken += self._row.sizeHint().height() + self._whole.spacing()
        lines = (pixels - taken) // self.theme.line_height(TextRole.UI)
        self._sentence.set_most_lines(max(1, lines))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons below the sentence where too little room is left beside them."""
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        taken = sum(button.sizeHint().width() + 12 for button in self._buttons)
        narrow = self.width() - taken < self.theme.px(LEAST_WORDS)
        whole = self.width() - (16 + 12) - (self._icon.sizeHint().width() + 12)
        high = self._row.sizeHint().height() + self._whole.spacing()
        stack(self._whole, narrow or self._sentence.is_better_over(high, whole, whole - taken))

    def end_with_conversation(self) -> None:
        """Let the notice that is shown go when another conversation is opened."""
        self._of_conversation = True

    def leave_conversation(self) -> None:
        """Take away what ends with the conversation on screen, which is another one now."""
        if self._of_conversation:
            self.clear()

    def clear(self) -> None:
        """Take the notice away."""
        self._of_conversation = False
        self._drop_buttons()
        self.hide()

    def _drop_buttons(self) -> None:
        if any(button.hasFocus() for button in self._buttons):
            self.left.emit()  # else Qt moves the focus on as if Tab had been pressed, with its ring
        take_out(self._row, self._buttons)
        self._buttons = []
