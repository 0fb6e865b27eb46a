"""The field a message is written in.

Job: plain text that grows from one to eight lines, Return to send, Shift+Return for a new line.
Rule: plain text in and out; what is pasted or dropped loses every format. A long piece is handed on
(``long_text``) instead of being inserted, and so are files (``files_offered``).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QDropEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.widgets.fields.dropped_files import local_files
from app.ui.widgets.words.label import plain_tip
from app.ui.widgets.words.text_layout import own_way

MOST_LINES = 8
LONG_PASTE = 4_000
"""Characters beyond which what is pasted becomes an attachment: about a page and a half."""
LONGEST_EDITABLE, LONGEST_LINE = 256_000, 10_000
"""Characters the field and one line of it hold: beyond them every key press would be felt."""
MARGIN = 4
BASE_SHIFT = 2
"""How much lower Qt draws a line of a fixed height than the middle; the hint stands there too."""
_BETWEEN = re.compile(r"(?<=[.!?\u3002]) +")
# Not text: controls, the marks Qt uses inside documents, and halves of characters.
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufdd0\ufdd1\ufffc\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Return ``text`` with line feeds as line ends and whatever is not text as U+FFFD."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSAFE.sub("\ufffd", text.replace("\u2028", "\n").replace("\u2029", "\n"))


def fits_field(text: str) -> bool:
    """Say whether the field can hold ``text`` and still be typed in without delay."""
    return len(text) <= LONGEST_EDITABLE and max(map(len, text.split("\n"))) <= LONGEST_LINE


class MessageEdit(QTextEdit):
    """``returned`` for Return, ``escaped`` for Esc, ``long_text`` for a piece too long for the field.

    ``files_offered`` carries the paths of files that were pasted. ``recall`` is asked for the message
    before (-1) or after (1) this one when an arrow key can go no further, ``undo_first`` and
    ``redo_first`` when the last thing done is taken back or brought again; they say whether they did
    something.
    """

    returned = Signal()
    escaped = Signal()
    long_text = Signal(str)
    files_offered = Signal(list)
    focus_moved = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hint = ""
        self._most_lines = MOST_LINES
        self.recall: Callable[[int], bool] = lambda _step: False
        self.undo_first: Callable[[], bool] = lambda: False
        self.redo_first: Callable[[], bool] = lambda: False
        set_kind(self, Kind.BARE)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(MARGIN)
        self.textChanged.connect(self._turn_empty)
        self._turn_empty()
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self.viewport().setAutoFillBackground(False)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take type and colours of ``theme``; the text stays, its undo history too where possible."""
        self._theme = theme
        self.setFont(theme.font(TextRole.READING))
        self.document().setDefaultFont(theme.font(TextRole.READING))
        self._set_line_height()
        self._fit()
        self.viewport().update()

    def set_most_lines(self, lines: int) -> None:
        """Grow to so many lines, at least one and at most eight; then it scrolls."""
        lines = max(1, min(MOST_LINES, lines))
        if lines != self._most_lines:
            self._most_lines = lines
            self._fit()

    def set_hint(self, hint: str) -> None:
        """Show ``hint`` while the field is empty."""
        self._hint = hint
        self.setAccessibleDescription(hint)
        self.viewport().update()

    def text(self) -> str:
        """Return what is written; unlike ``toPlainText`` no-break spaces stay what they are."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def says_something(self) -> bool:
        """Say whether there is more than blanks; looks no further than the first word."""
        block = self.document().begin()
        while block.isValid():
            if block.text().strip():
                return True
            block = block.next()
        return False

    def set_text(self, text: str) -> None:
        """Replace the text; the cursor goes to its end. The undo history starts anew."""
        self.setPlainText(clean_text(text))
        self._set_line_height()
        self.moveCursor(QTextCursor.MoveOperation.End)
        self._fit()

    def _set_line_height(self) -> None:
        block = QTextBlockFormat()
        block.setLineHeight(
            self._theme.line_height(TextRole.READING),
            QTextBlockFormat.LineHeightTypes.FixedHeight.value,
        )
        changed = self.document().isModified()
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        self.blockSignals(True)
        cursor.mergeBlockFormat(block)
        self.blockSignals(False)
        self.document().clearUndoRedoStacks()
        self.document().setModified(changed)

    @property
    def least_height(self) -> int:
        """The height of one line."""
        return self._theme.line_height(TextRole.READING) + 2 * MARGIN

    def _fit(self) -> None:
        line = self._theme.line_height(TextRole.READING)
        most = self._most_lines * line + 2 * MARGIN
        height = int(self.document().size().height() + 0.5)
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if height > most
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        wanted = max(self.least_height, min(height, most))
        if self.height() != wanted or self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)

    def _turn_empty(self) -> None:
        """Let the caret of an empty field stand where its hint does; words find their own direction."""
        wanted = Qt.LayoutDirection.LayoutDirectionAuto
        if self.document().isEmpty():
            wanted = self.layoutDirection()
        option = self.document().defaultTextOption()
        if option.textDirection() is not wanted:
            option.setTextDirection(wanted)
            self.document().setDefaultTextOption(option)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the direction of the window."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self._turn_empty()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Accept text; files dropped here are not text."""
        return source.hasText() and not any(url.isLocalFile() for url in source.urls())

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Insert the plain text of what is pasted or dropped; hand on files and long pieces."""
        files = local_files(source)
        if files:
            self.files_offered.emit(files)
            return
        text = clean_text(source.text())
        if self._is_long(text):
            self.long_text.emit(text)
        elif text:
            self.insertPlainText(text)
        self.ensureCursorVisible()

    def _is_long(self, text: str) -> bool:
        line = self.textCursor().block().length()
        return (
            len(text) > LONG_PASTE
            or len(text) + self.document().characterCount() > LONGEST_EDITABLE
            or line + len(text) > LONGEST_LINE
        )

    def _at_edge(self, key: int) -> int:
        """Return where an arrow key leads that cannot move the caret: -1, 1, or 0 if it can."""
        up = key == Qt.Key.Key_Up
        if self.textCursor().hasSelection():
            return 0
        way = QTextCursor.MoveOperation.Up if up else QTextCursor.MoveOperation.Down
        return 0 if QTextCursor(self.textCursor()).movePosition(way) else -1 if up else 1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return sends, Shift+Return starts a line, Esc is handed on, arrows bring messages back."""
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if held == Qt.KeyboardModifier.NoModifier:
                self.returned.emit()
            elif held == Qt.KeyboardModifier.ShiftModifier:
                self.textCursor().insertBlock()
                self.ensureCursorVisible()
            else:
                event.ignore()
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif (
            (event.matches(QKeySequence.StandardKey.Undo) and self.undo_first())
            or (event.matches(QKeySequence.StandardKey.Redo) and self.redo_first())
            or (
                key in (Qt.Key.Key_Up, Qt.Key.Key_Down)
                and held == Qt.KeyboardModifier.NoModifier
                and (step := self._at_edge(key))
                and self.recall(step)
            )
        ):
            return
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the card that the field has the focus."""
        super().focusInEvent(event)
        self.focus_moved.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell the card that the field has lost the focus."""
        super().focusOutEvent(event)
        self.focus_moved.emit(False)

    def _fitting_hint(self, width: int) -> str:
        """Return as many sentences of the hint as fit on a line, or the beginning of the first."""
        metrics = QFontMetricsF(self.font())
        ends = [*(hit.start() for hit in _BETWEEN.finditer(self._hint)), len(self._hint)]
        for end in reversed(ends):
            if metrics.horizontalAdvance(self._hint[:end]) <= width:
                return self._hint[:end]
        return metrics.elidedText(self._hint[: ends[0]], Qt.TextElideMode.ElideRight, width)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take words that another program gives, but leave them where they come from."""
        super().dropEvent(event)
        if event.source() is None:
            event.setDropAction(Qt.DropAction.CopyAction)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, or the hint where it will stand."""
        super().paintEvent(event)
        if not self._hint or not self.document().isEmpty():
            return
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        painter.setPen(self._theme.text3)
        line = self._theme.line_height(TextRole.READING)
        area = self.viewport().rect().adjusted(MARGIN, MARGIN + BASE_SHIFT, -MARGIN, BASE_SHIFT)
        area.setHeight(line)
        hint = self._fitting_hint(area.width())
        tip = plain_tip(self._hint) if hint != self._hint else ""
        if tip != self.toolTip():
            self.setToolTip(tip)
        hint = own_way(hint, mirrored=self.layoutDirection() is Qt.LayoutDirection.RightToLeft)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading), hint)
        painter.end()
