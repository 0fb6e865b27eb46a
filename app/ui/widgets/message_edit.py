"""The field a message is written in.

Job: plain text that grows from one to eight lines, Return to send, Shift+Return for a new line.
Rule: plain text in and out; what is pasted or dropped loses every format, and a piece too long to
edit comfortably is handed on (``long_text``) instead of being laid out.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind, set_kind

MOST_LINES = 8
LONGEST_EDITABLE = 20_000
"""Characters the field holds: beyond it every key press would lay out too much text."""
MARGIN = 4
BASE_SHIFT = 2
"""How much lower Qt draws a line of a fixed height than the middle; the hint stands there too."""
# Not text: controls, the marks Qt uses inside documents, and halves of characters.
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufdd0\ufdd1\ufffc\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Return ``text`` with line feeds as line ends and whatever is not text as U+FFFD."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSAFE.sub("\ufffd", text.replace("\u2028", "\n").replace("\u2029", "\n"))


class MessageEdit(QTextEdit):
    """``returned`` for Return, ``escaped`` for Esc, ``long_text`` for a piece too long for the field."""

    returned = Signal()
    escaped = Signal()
    long_text = Signal(str)
    focus_moved = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hint = ""
        set_kind(self, Kind.BARE)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(MARGIN)
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

    def set_hint(self, hint: str) -> None:
        """Show ``hint`` while the field is empty."""
        self._hint = hint
        self.setAccessibleDescription(hint)
        self.viewport().update()

    def text(self) -> str:
        """Return what is written; unlike ``toPlainText`` no-break spaces stay what they are."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

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

    def _fit(self) -> None:
        line = self._theme.line_height(TextRole.READING)
        most = MOST_LINES * line + 2 * MARGIN
        height = int(self.document().size().height() + 0.5)
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if height > most
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        wanted = max(line + 2 * MARGIN, min(height, most))
        if self.height() != wanted or self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Accept text; files dropped here are not text."""
        return source.hasText() and not any(url.isLocalFile() for url in source.urls())

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Insert the plain text of what is pasted or dropped."""
        text = clean_text(source.text())
        if len(text) + self.document().characterCount() > LONGEST_EDITABLE:
            self.long_text.emit(text)
        elif text:
            self.insertPlainText(text)
        self.ensureCursorVisible()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return sends, Shift+Return starts a line, Esc is handed on."""
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
        hint = QFontMetricsF(self.font()).elidedText(
            self._hint, Qt.TextElideMode.ElideRight, area.width()
        )
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading), hint)
        painter.end()
