"""What the model that answers can do, and what it cannot.

Job: an honest page for the Guide, for gpt-oss, and for a file of which nothing is known. Rule: only
what is known of the model stands here; figures are its makers' own and say so.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.type import STRONG
from app.ui.views.beside.side_window import SideWindow
from app.ui.views.settings.rows import SettingsCard
from app.ui.widgets.arranging import take_out
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.surfaces.cover_column import CoverColumn
from app.ui.widgets.words.label import Label

COLUMN = 640
_PARTS = (
    ("good", IconName.CHECK, "accent"),
    ("weak", IconName.TRIANGLE_ALERT, "warn"),
    ("help", IconName.TEXT_QUOTE, "text2"),
)


class ModelKind(StrEnum):
    """Whose page it is."""

    GUIDE = "guide"
    GPT_OSS = "gpt_oss"
    OTHER = "other"


class LimitLine(QWidget):
    """One sentence with its icon."""

    def __init__(self, theme: Theme, sentence: str, icon: IconName, colour: str) -> None:
        super().__init__()
        self._icon = IconView(theme, icon, colour=colour)
        self._sentence = Label(theme, sentence, TextRole.UI, wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(12)
        beside = QVBoxLayout()
        beside.setContentsMargins(0, 2, 0, 0)  # on the middle of the first line
        beside.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(beside)
        row.addWidget(self._sentence, 1)
        self.setAccessibleName(sentence)

    @property
    def words(self) -> str:
        """What it says."""
        return self._sentence.text()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._icon.set_theme(theme)
        self._sentence.set_theme(theme)


class LimitsPage(SideWindow):
    """A window of its own; ``show_model`` says whose page it is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, texts.text("limits.window"), QSize(760, 720), parent)
        self.scrolled = self._scroll = CoverColumn(theme, COLUMN)
        self._body = QWidget()
        self._parts: list[Label | SettingsCard] = []
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)
        # The keyboard comes here to scroll; there is nothing to press.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def sentences(self) -> list[str]:
        """Everything the page says, in reading order."""
        return [
            words
            for part in self._parts
            for words in ([part.text()] if isinstance(part, Label) else part.sentences)
        ]

    def show_model(self, kind: ModelKind, name: str) -> None:
        """Show the page of a model."""
        take_out(self._scroll.column, [self._body])
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        guide = kind is ModelKind.GUIDE
        title = texts.text("limits.title_guide") if guide else texts.text("limits.title", name=name)
        self._parts = [
            Label(self.theme, title, TextRole.TITLE, wrap=True),
            Label(self.theme, texts.text(f"limits.{kind.value}.about"), TextRole.UI, "text2", wrap=True),
        ]
        for part, icon, colour in _PARTS:
            self._parts.append(
                Label(self.theme, texts.text(f"limits.{part}"), TextRole.UI, weight=STRONG)
            )
            self._parts.append(
                SettingsCard(
                    self.theme,
                    [LimitLine(self.theme, said, icon, colour) for said in lines_of(kind, part)],
                )
            )
        column.addSpacing(28)
        for place, shown in enumerate(self._parts):
            column.addWidget(shown)
            column.addSpacing(20 if place == 1 or isinstance(shown, SettingsCard) else 8)
        column.addStretch(1)
        self._scroll.column.addWidget(self._body)
        self._scroll.verticalScrollBar().setValue(0)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self._scroll, *self._parts)


def lines_of(kind: ModelKind, part: str) -> list[str]:
    """Return the sentences of one part; they are numbered in the catalogue from 1."""
    start = f"limits.{kind.value}.{part}_"
    keys = [key for key in texts.entries() if key.startswith(start)]
    return [texts.text(f"limits.{kind.value}.{part}_{number}") for number in range(1, len(keys) + 1)]
