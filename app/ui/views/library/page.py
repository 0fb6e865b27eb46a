"""The library window: models on the way, here, too large, and to be had.

Job: header, list and the page of the chosen model, over the conversation and above the status strip.
Rule: it shows what it is given and reports wishes; nothing here touches a file or the network.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.views.library.detail import ModelPage
from app.ui.views.library.rows import ModelList
from app.ui.views.window.notice_card import NoticeCard
from app.ui.views.window.regions import Region
from app.ui.widgets.controls.buttons import IconButton, TextButton
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.label import Label

HEIGHT, LIST, NARROWEST_LIST = 48, 480, 280
BACK = {
    Qt.LayoutDirection.LeftToRight: IconName.CHEVRON_LEFT,
    Qt.LayoutDirection.RightToLeft: IconName.CHEVRON_RIGHT,
}
LIST_SHARE, SIDE = 0.375, 56


class LibraryHeader(Panel):
    """The way back, what the files take, and the way to a file of one's own."""

    back = Signal()
    import_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "canvas", Qt.Edge.BottomEdge, parent)
        self.setAccessibleName(texts.text("models.header"))
        self.back_button = IconButton(
            theme, BACK[QApplication.layoutDirection()], texts.text("models.back"), hint="Esc"
        )
        self.back_button.clicked.connect(self.back)
        self._title = Label(theme, texts.text("models.title"), TextRole.HEADING)
        self._room = Label(theme, "", TextRole.SMALL, "text2", tabular=True)
        self._room.set_may_shrink(True)
        self.import_button = TextButton(
            theme, texts.text("models.import"), Kind.SMALL, icon=IconName.FOLDER_INPUT
        )
        self.import_button.clicked.connect(self.import_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 12, 1)
        row.setSpacing(6)
        row.addWidget(self.back_button)
        row.addWidget(self._title)
        row.addStretch(1)
        row.addWidget(self._room)
        row.addSpacing(14)
        row.addWidget(self.import_button)
        self.set_theme(theme)

    @property
    def room(self) -> str:
        """What is said of the disk."""
        return self._room.text()

    def set_room(self, sentence: str) -> None:
        """Say what the files take and what is free."""
        self._room.set_text(sentence)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self.back_button, self._title, self._room, self.import_button)
        self.setFixedHeight(theme.px(HEIGHT))


class LibraryPage(Panel):
    """``acted`` carries the key of a model and the code of what is wished of it.

    ``left``: the control that has the keyboard is about to go.
    """

    back = Signal()
    import_requested = Signal()
    chosen = Signal(str)
    acted = Signal(str, str)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "canvas", None, parent)
        self.setAccessibleName(texts.text("models.title"))
        self.header = LibraryHeader(theme)
        self.notice = NoticeCard(theme)
        self.list = ModelList(theme)
        self.model = ModelPage(theme)
        self._side = Panel(theme, "canvas", Qt.Edge.RightEdge)
        self._build()
        self.header.back.connect(self.back)
        self.header.import_requested.connect(self.import_requested)
        self.list.row_chosen.connect(self.chosen)
        self.list.row_acted.connect(self.acted)
        for part in (self.notice, self.list, self.model):
            part.left.connect(self.left)
        self.model.acted.connect(lambda code: self.acted.emit(self.list.current, code))

    def _build(self) -> None:
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 1, 0)
        side.addWidget(self.list)
        notice = QHBoxLayout()
        notice.setContentsMargins(24, 0, 24, 0)
        notice.addWidget(self.notice)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(notice)
        right.addWidget(self.model, 1)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._side)
        body.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(body, 1)

    @property
    def regions(self) -> tuple[Region, ...]:
        """The parts that F6 goes round."""
        return (
            Region(self.header, None),
            Region(self.list, self.list.entry),
            Region(self.model, self.model.first_button),
        )

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self.header, self.notice, self.list, self.model, self._side)
        self._divide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the room anew."""
        super().resizeEvent(event)
        self._divide()

    def _divide(self) -> None:
        wide = min(max(self.width() * LIST_SHARE, NARROWEST_LIST), self.theme.px(LIST))
        self._side.setFixedWidth(round(min(wide, self.width() * 0.45)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leads back."""
        if event.key() == Qt.Key.Key_Escape:
            self.back.emit()
        else:
            super().keyPressEvent(event)
