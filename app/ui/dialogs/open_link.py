"""The question before a link leaves the program.

Job: show where it leads: the host large, the whole address below it, and what is odd about it. Rule:
plain text only, nothing is left out, and staying here is the default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core import texts
from app.ui.dialogs.dialog import ScrollingDialog
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.words.label import Label

HIGH, HIGHEST, REMARK = 260, 520, 52


@dataclass(frozen=True, slots=True)
class ShownLink:
    """Where a link leads. ``host`` is the host, or whom the mail goes to; ``remarks`` are sentences."""

    host: str
    address: str
    remarks: tuple[str, ...] = ()
    mail: bool = False


class OpenLinkDialog(ScrollingDialog):
    """Asks whether to open ``link``; ``confirmed`` when the person wants to go there."""

    titled = "ui.titles.link"

    confirmed = Signal()

    def __init__(self, theme: Theme, link: ShownLink, parent: QWidget | None = None) -> None:
        kind = "mail" if link.mail else "web"
        question = texts.text(f"seal.link.{kind}_question")
        high = min(HIGHEST, HIGH + REMARK * len(link.remarks))
        super().__init__(theme, f"{question} {link.host}", high, parent)
        self._title = Label(theme, question, TextRole.UI, "text2", wrap=True)
        self._host = Label(theme, link.host, TextRole.TITLE, wrap=True)
        self._address = Label(theme, link.address, TextRole.CODE, wrap=True)
        self._remarks = [Label(theme, words, TextRole.UI, "warn", wrap=True) for words in link.remarks]
        self._icons = [IconView(theme, IconName.TRIANGLE_ALERT, 16, "warn") for _ in link.remarks]
        self.open_button = TextButton(theme, texts.text(f"seal.link.{kind}_open"), Kind.SECONDARY)
        self.leave_button = TextButton(theme, texts.text("seal.link.leave"), Kind.PRIMARY)
        self._build()
        self.setAccessibleDescription(" ".join((link.address, *link.remarks)))
        self.open_button.clicked.connect(self._confirm)
        self.leave_button.clicked.connect(self.reject)
        self.leave_button.setDefault(True)
        self.leave_button.setFocus()

    @property
    def sentences(self) -> Sequence[str]:
        """Everything that is said, from top to bottom."""
        return [label.text() for label in (self._title, self._host, *self._remarks, self._address)]

    def _build(self) -> None:
        column = self.column
        column.setSpacing(8)
        column.addSpacing(12)
        column.addWidget(self._title)
        column.addWidget(self._host)
        # Before the address, which may be long: a warning is never below the edge.
        for icon, label in zip(self._icons, self._remarks, strict=True):
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label, 1)
            column.addLayout(row)
        column.addWidget(self._address)
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.leave_button)
        self.stand_on(buttons)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            *(self._title, self._host, self._address, self.open_button, self.leave_button),
            *self._remarks,
            *self._icons,
        )

    def _confirm(self) -> None:
        self.accept()
        self.confirmed.emit()
