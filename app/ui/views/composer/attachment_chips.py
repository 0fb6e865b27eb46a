"""What is attached to the message that is being written.

Job: a chip for each attachment and for each file that is still read, in as many rows as they need. Rule:
it shows what it is given; places count the attachments first, then the files.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.core import texts
from app.core.conversation.message import Part
from app.ui.theme import IconName, Theme
from app.ui.views.composer.chip import Chip
from app.ui.views.composer.message_edit import fits_field

APART = 8
LONGEST_SHOWN = 32


class AttachmentChips(QWidget):
    """``removed`` and ``put_back`` carry the place of a chip."""

    removed = Signal(int)
    put_back = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[Part | str, ...] = ()
        self.chips: list[Chip] = []

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        theme.dress(*self.chips)
        self._arrange()

    def show_attached(self, attached: Sequence[Part], reading: Sequence[str] = ()) -> None:
        """Show these attachments, and the names of files that are being read."""
        wanted: tuple[Part | str, ...] = (*attached, *reading)
        if wanted == self._shown:
            return
        focused = next((place for place, chip in enumerate(self.chips) if chip.has_keyboard), None)
        self._shown = wanted
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        self.chips = [self._chip(place, one) for place, one in enumerate(wanted)]
        self._arrange()
        if focused is not None and self.chips:
            self.chips[min(focused, len(self.chips) - 1)].setFocus(Qt.FocusReason.TabFocusReason)

    def _chip(self, place: int, one: Part | str) -> Chip:
        name = one if isinstance(one, str) else one.name or texts.text("attach.pasted")
        detail = texts.text("attach.reading") if isinstance(one, str) else size_words(one)
        pasted = isinstance(one, Part) and not one.name
        chip = Chip(
            self._theme,
            IconName.TEXT_QUOTE if pasted else IconName.FILE_TEXT,
            middle_elided(name),
            texts.text("attach.remove", name=name),
            put_back=texts.text("attach.put_back") if pasted else "",
            parent=self,
        )
        chip.set_detail(detail, texts.text("attach.name", name=name, detail=detail))
        chip.tell(name)
        if pasted and isinstance(one, Part):
            why = "" if fits_field(one.text) else texts.text("attach.put_back_long")
            chip.explain_put_back(texts.text("attach.put_back_name"), why)
        chip.removed.connect(lambda: self.removed.emit(place))
        chip.put_back.connect(lambda: self.put_back.emit(place))
        chip.show()
        return chip

    def sizeHint(self) -> QSize:
        """Return the room of the rows at the width there is."""
        return QSize(200, self._place(self.width(), move=False))

    def minimumSizeHint(self) -> QSize:
        """Return the same: the rows are never pressed together."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the rows anew."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        self._place(self.width(), move=True)
        self.updateGeometry()

    def _place(self, width: int, *, move: bool) -> int:
        """Put the chips side by side and below each other; returns the height."""
        x, y = 0, 4
        high = self._theme.px(28)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        for chip in self.chips:
            wide = min(chip.sizeHint().width(), width)
            if x and x + wide > width:
                x, y = 0, y + high + APART
            if move:
                chip.setGeometry(QRect(width - x - wide if mirrored else x, y, wide, high))
            x += wide + APART
        return y + high + 4 if self.chips else 0


def size_words(part: Part) -> str:
    """Return how much text an attachment is."""
    return texts.plural("attach.characters", len(part.text))


def middle_elided(name: str) -> str:
    """Return a file's name, its middle left out where it is long: its ending tells what it is."""
    if len(name) <= LONGEST_SHOWN:
        return name
    half = (LONGEST_SHOWN - 1) // 2
    return f"{name[:half]}…{name[-half:]}"
