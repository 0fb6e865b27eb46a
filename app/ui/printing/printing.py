"""A conversation printed, a message at a time.

Job: lay each message out as the transcript does, in the light theme, and put it on paper. Rule: one
message a step, so that a window can go on; controls are not printed, and nothing that scrolls on the
screen is cut off on paper.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QPointF, QRect
from PySide6.QtGui import QFont, QPainter, QTextLayout

from app.ui.printing.paper import WIDE, Paper
from app.ui.theme import TextRole, Theme
from app.ui.transcript.content import Attached, Content, Fold
from app.ui.transcript.message.layout import MessageLayout
from app.ui.transcript.model import TranscriptItem, TranscriptModel
from app.ui.transcript.placing.realiser import Realiser
from app.ui.transcript.segments.highlight import Highlighter
from app.ui.transcript.style import TranscriptStyle
from app.ui.widgets.words.text_layout import draw, lay_out

HEAD_GAP = 24


class PaperTheme(Theme):
    """The light theme, in letters that can be searched and copied.

    Fonts exchange signs for others of the same meaning (a colon between figures, figures of one width);
    a PDF does not know what these stand for.
    """

    def font(
        self,
        role: TextRole,
        weight: QFont.Weight | None = None,
        *,
        tabular: bool = False,  # noqa: ARG002 - see above
    ) -> QFont:
        """Return the role's font without such signs."""
        found = super().font(role, weight)
        for feature in ("calt", "case"):
            found.setFeature(QFont.Tag.fromString(feature), 0)
        return found


class Printing(QObject):
    """Prints ``items``; ``left_out`` are the ids of those that the model does not read."""

    def __init__(
        self,
        title: str,
        heading: Iterable[str],
        items: Iterable[TranscriptItem],
        left_out: Iterable[int],
        *,
        notes: bool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = PaperTheme()
        style = TranscriptStyle(self._theme, printed=True)
        self._highlighter = Highlighter(self)
        self._highlighter.set_style(style)
        self._model = TranscriptModel(self)
        self._model.reset(items, left_out)
        self._realiser = Realiser(self._model, style, self._highlighter)
        self._realiser.reset()
        self._realiser.width = WIDE
        self._notes = notes
        self._paper = Paper(self._theme, title)
        self.done = 0
        self._head(title, heading)

    @property
    def count(self) -> int:
        """How many messages are to be printed."""
        return len(self._model.items)

    @property
    def pages(self) -> int:
        """How many pages there are so far."""
        return self._paper.pages

    def step(self) -> bool:
        """Print the next message; returns False when all are printed."""
        if self.done < self.count:
            self._message(self.done)
            self.done += 1
        return self.done < self.count

    def finish(self) -> bytes:
        """Return the file."""
        return self._paper.finish()

    def drop(self) -> None:
        """End without a file."""
        self._paper.drop()

    def _message(self, row: int) -> None:
        layout = self._realiser.layout(row)
        if self._notes and layout.content.reasoning:
            layout.toggle_notes()
        layout.folds_open |= _folds(layout.content)  # nobody can open them on paper
        layout.refresh()
        self._highlighter.finish()
        self._paper.skip(self._realiser.style.gap_message)
        self._paper.add(layout.height, _breaks(layout), layout.print)
        self._realiser.drop(row)

    def _head(self, title: str, heading: Iterable[str]) -> None:
        theme, inset = self._theme, self._realiser.style.inset
        role = TextRole.TITLE
        rows = [(title, role, theme.text), *((line, TextRole.UI, theme.text2) for line in heading)]
        places: list[tuple[QTextLayout, int]] = []
        y = 0
        for words, kind, _ in rows:
            high = theme.line_height(kind)
            made = lay_out(words, theme.font(kind), WIDE - 2 * inset, high)
            places.append((made, y))
            y += made.lineCount() * high + (8 if kind is role else 2)

        def paint(painter: QPainter, _area: QRect) -> None:
            for (made, top), (_, _, colour) in zip(places, rows, strict=True):
                draw(made, painter, QPointF(inset, top), colour)
            painter.fillRect(inset, y + HEAD_GAP // 2, WIDE - 2 * inset, 1, theme.line)

        self._paper.add(y + HEAD_GAP, [top for _, top in places], paint)


def _folds(content: Content) -> set[int]:
    """Return what in a message opens to a text: files, tool traffic."""
    entries = content.plan()
    folds = [fold for entry in entries if isinstance(entry, Attached) for fold in entry.folds]
    return {fold.key for fold in [*folds, *entries] if isinstance(fold, Fold)}


def _breaks(layout: MessageLayout) -> list[int]:
    """Return where a message may be broken: where lines end."""
    found = {0}
    for segment in layout.segments:
        if segment.height:
            found |= {segment.y + place for place in segment.breaks()} | {segment.y}
    # Never between its name and its first line.
    first = next((segment.y for segment in layout.segments if segment.height), 0)
    return sorted(place for place in found if place > first or not place)
