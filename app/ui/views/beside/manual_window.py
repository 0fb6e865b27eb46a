"""The manual, in a window of its own.

Job: list the pages by title, find some of them, show one, and mark the passage that an answer was given.
Rule: it shows what it is given and asks for what fits the words typed; a narrow window has the list or
the page, never half of both.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.manual.browsing import PassageRead
from app.manual.pages import Page
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.views.beside.manual_text import ManualText
from app.ui.views.beside.side_window import SideWindow
from app.ui.widgets.access.announce import announce
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.fields.search_field import SearchField
from app.ui.widgets.rows.one_line_row import OneLineRow
from app.ui.widgets.rows.row_list import ChoiceList
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.label import Label, plain_tip

SIDE = 340
NARROW_BELOW = 720
"""Pixels at 100 % text: in a narrower window the page takes the place of the list."""
_WIDEST = 16_777_215


class PageList(ChoiceList):
    """``chosen`` carries the place of a page."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName(texts.text("manual.pages"))
        self._rows = QStandardItemModel(self)
        self.show_rows(self._rows, OneLineRow(self))

    def show_pages(self, pages: Sequence[Page]) -> None:
        """List these pages; none of them is chosen."""
        self.choose_none()  # while rows go, one after the other would be the chosen one
        self._rows.clear()
        for page in pages:
            item = QStandardItem(page.title)
            item.setEditable(False)
            item.setToolTip(plain_tip(page.title))
            self._rows.appendRow(item)

    def choose_none(self) -> None:
        """Let no page be the chosen one."""
        self.setCurrentIndex(QModelIndex())


class ManualWindow(SideWindow):
    """``search_wanted`` carries what to look for; :meth:`show_found` is the answer."""

    search_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, texts.text("manual.window"), QSize(1000, 680), parent)
        self._pages: tuple[Page, ...] = ()
        self._listed: tuple[Page, ...] = ()
        self._page: Page | None = None
        self._reading = False
        """Whether a narrow window shows the page."""
        self.search = SearchField(theme, texts.text("manual.find_name"), texts.text("manual.find"))
        self.list = PageList(theme)
        self._nothing = Label(theme, texts.text("manual.nothing"), TextRole.UI, "text2", wrap=True)
        self.back = TextButton(theme, texts.text("manual.back"), Kind.QUIET)
        self.text = ManualText(theme)
        self._side = Panel(theme, "sidebar", Qt.Edge.RightEdge)
        self._head = Panel(theme, "canvas", Qt.Edge.BottomEdge)
        self._main = Panel(theme, "canvas")
        self.ring.redirect(self.list, None)
        self._nothing.hide()
        self._build()
        self._connect()
        self._turn()

    def _build(self) -> None:
        field = QHBoxLayout()
        field.setContentsMargins(12, 0, 12, 0)
        field.addWidget(self.search)
        words = QHBoxLayout()
        words.setContentsMargins(20, 0, 20, 0)
        words.addWidget(self._nothing)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 16, 1, 8)
        side.setSpacing(12)
        side.addLayout(field)
        side.addLayout(words)
        side.addWidget(self.list, 1)
        head = QHBoxLayout(self._head)
        head.setContentsMargins(12, 8, 12, 9)
        head.addWidget(self.back)
        head.addStretch(1)
        main = QVBoxLayout(self._main)
        main.setContentsMargins(4, 4, 4, 4)
        main.setSpacing(0)
        main.addWidget(self._head)
        main.addWidget(self.text, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._side)
        outer.addWidget(self._main, 1)

    def _connect(self) -> None:
        self.search.searched.connect(self._search)
        self.search.entered_results.connect(self._enter_list)
        self.search.cancelled.connect(self.close)
        self.list.chosen.connect(self._chosen)
        self.list.opened.connect(lambda _row: self._open())
        self.list.left_upwards.connect(lambda: self.ring.move_focus(self.search))
        self.back.clicked.connect(self._go_back)

    # --- what is shown --------------------------------------------------------------------------

    @property
    def titles(self) -> list[str]:
        """The titles in the list, in order."""
        return [page.title for page in self._listed]

    @property
    def page(self) -> Page | None:
        """The page that is shown, None where it is not one of the manual's."""
        return self._page

    def show_pages(self, pages: Sequence[Page], first: Page) -> None:
        """List these pages and show the ``first`` to be read."""
        self._pages = tuple(pages)
        self._list(self._pages)
        self._show(first)

    def show_sentence(self, title: str, sentence: str) -> None:
        """Show a sentence where there is no page."""
        self.text.show_words(title, (sentence,))

    def show_read(self, read: PassageRead) -> None:
        """Show the page that an answer was given, with its passage marked."""
        self.search.clear()
        self._list(self._pages)
        self._page = read.page
        self._choose_row()
        remark = texts.text(f"manual.read.{read.kept.value}")
        self.text.show_words(read.title, read.passages, remark, read.passage)
        self._read()

    def begin(self) -> None:
        """Put the cursor where a page is looked for."""
        self._reading = False
        self._turn()
        self.ring.move_focus(self.search)

    def show_found(self, words: str, pages: Sequence[Page]) -> None:
        """List what was found for ``words``, and show the best; ignored once other words are typed."""
        if words != self.search.text().strip() or not words:
            return
        self._list(pages)
        if pages:
            self.list.choose(0)
        announce(self, texts.plural("manual.found", len(pages)))

    def _list(self, pages: Sequence[Page]) -> None:
        self._listed = tuple(pages)
        self.list.show_pages(self._listed)
        self._nothing.setVisible(not self._listed)

    def _search(self, words: str) -> None:
        if words.strip():
            self.search_wanted.emit(words.strip())
        elif self._listed != self._pages:
            self._list(self._pages)
            self._choose_row()

    def _choose_row(self) -> None:
        """Let the row of the page that is shown be the chosen one."""
        if self._page in self._listed:
            self.list.choose(self._listed.index(self._page))
            self.list.scrollTo(self.list.currentIndex(), PageList.ScrollHint.PositionAtCenter)
        else:
            self.list.choose_none()

    def _chosen(self, place: int) -> None:
        if 0 <= place < len(self._listed) and self._listed[place] is not self._page:
            self._show(self._listed[place])

    def _show(self, page: Page) -> None:
        self._page = page
        self._choose_row()
        self.text.show_words(page.title, page.passages)

    # --- where the keyboard is ------------------------------------------------------------------

    def _enter_list(self) -> None:
        if self._listed:
            self.ring.move_focus(self.list)

    def _open(self) -> None:
        if self.list.by_keyboard or self._narrow:
            self._read()

    def _read(self) -> None:
        self._reading = True
        self._turn()
        self.ring.move_focus(self.text)

    def _go_back(self) -> None:
        self._reading = False
        self._turn()
        self.ring.move_focus(self.list if self._listed else self.search)

    # --- room -----------------------------------------------------------------------------------

    @property
    def _narrow(self) -> bool:
        return self.width() < self.theme.px(NARROW_BELOW)

    def _turn(self) -> None:
        narrow = self._narrow
        self._side.setVisible(not narrow or not self._reading)
        self._main.setVisible(not narrow or self._reading)
        self._head.setVisible(narrow)
        self._side.setMinimumWidth(0 if narrow else self.theme.px(SIDE))
        self._side.setMaximumWidth(_WIDEST if narrow else self.theme.px(SIDE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the list or the page where there is no room for both."""
        super().resizeEvent(event)
        self._turn()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            *(self.search, self.list, self._nothing, self.back, self.text),
            *(self._side, self._head, self._main),
        )
        self._turn()
