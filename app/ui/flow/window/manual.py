"""The manual in its window.

Job: list the pages in the window once it is made, look up what is typed there, and open it at the page
that an answer was given. Rule: a look-up runs on the lane, because a word that nobody knows is compared
with every one of the manual; what has come too late is the window's to ignore.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.core import texts
from app.core.conversation.message import Part
from app.core.errors import UserError
from app.manual import browsing
from app.manual.finder import ManualFinder
from app.manual.pages import Page
from app.ui.flow.tasks import Lane
from app.ui.flow.window.side_windows import SideWindows
from app.ui.views.beside.manual_window import ManualWindow


class ManualFlow(QObject):
    """``finder`` returns the manual, or raises UserError where it cannot be read."""

    def __init__(
        self,
        side: SideWindows,
        finder: Callable[[], ManualFinder],
        lane: Lane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._side, self._finder, self._lane = side, finder, lane
        side.manual_made.connect(self._join)

    def show_read(self, part: Part) -> None:
        """Open the page that ``part`` placed beside a question, with its passage marked.

        A part without a name says that no page was found: then the manual is opened where one looks.
        """
        shown = self._side.show_manual()
        if not part.name:
            shown.begin()
            return
        try:
            shown.show_read(browsing.passage_read(self._finder(), part))
        except UserError:
            return  # the window says so already

    def _join(self, shown: ManualWindow) -> None:
        try:
            finder = self._finder()
        except UserError as error:
            shown.show_sentence(texts.text("manual.title"), error.sentence)
            return
        pages = browsing.listed(finder.pages)
        shown.show_pages(pages, browsing.first_page(pages))
        shown.search_wanted.connect(lambda words: self._search(finder, words))

    def _search(self, finder: ManualFinder, words: str) -> None:
        self._lane.run(lambda: browsing.found(finder, words), lambda pages: self._found(words, pages))

    def _found(self, words: str, pages: tuple[Page, ...]) -> None:
        if self._side.manual is not None:
            self._side.manual.show_found(words, pages)
