"""Which messages are laid out.

Job: make layouts for the rows in sight, keep the most recent ones, guess the height of all others.
Rule: at most :data:`LIMIT` layouts are alive; source text is parsed when a row comes into sight and
not before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from app.core.conversation.message import PartKind, Role
from app.ui.transcript.content import Content
from app.ui.transcript.message.layout import MessageLayout
from app.ui.transcript.message.left_out_line import LeftOutLine
from app.ui.transcript.message.source_list import manual_citation
from app.ui.transcript.model import TranscriptItem, TranscriptModel
from app.ui.transcript.placing.heights import HeightIndex, estimate
from app.ui.transcript.segments.highlight import Highlighter
from app.ui.transcript.segments.notes import Live
from app.ui.transcript.style import TranscriptStyle

LIMIT = 80
_SHOWN = frozenset({PartKind.TEXT, PartKind.ANSWER, PartKind.PREAMBLE, PartKind.SUMMARY})


class Realiser:
    """Layouts by row, heights of all rows."""

    def __init__(self, model: TranscriptModel, style: TranscriptStyle, highlighter: Highlighter) -> None:
        self._model = model
        self.style = style
        self._highlighter = highlighter
        self.heights = HeightIndex()
        self.layouts: OrderedDict[int, MessageLayout] = OrderedDict()
        self.width = 1
        self.live_row: int | None = None
        self.live: Live | None = None
        self._live_content: Content | None = None
        self._notes_open: dict[int, bool] = {}
        self._folds_open: dict[int, frozenset[int]] = {}
        self.realised = 0
        """How many layouts were ever made, for the performance bars."""

    # --- the model changed ----------------------------------------------------------------------

    def reset(self) -> None:
        """Start anew with the model's items."""
        self.layouts.clear()
        self.end_live()
        self._notes_open.clear()
        self._folds_open.clear()
        self.heights.reset(self.guess(item) for item in self._model.items)

    def append(self) -> None:
        """Take the model's last item."""
        self.heights.append(self.guess(self._model.items[-1]))

    def truncate(self, row: int) -> None:
        """Forget everything from ``row`` on."""
        for gone in [each for each in self.layouts if each >= row]:
            del self.layouts[gone]
        if self.live_row is not None and self.live_row >= row:
            self.end_live()
        self.heights.truncate(row)

    def drop(self, row: int) -> None:
        """Lay ``row`` out anew when it is next seen."""
        self.layouts.pop(row, None)

    def set_style(self, style: TranscriptStyle) -> None:
        """Build everything in sight anew; heights stay as guesses."""
        self.style = style
        self.layouts.clear()

    def guess(self, item: TranscriptItem) -> int:
        """Guess an item's height from its length."""
        style = self.style
        characters = lines = 0
        for part in item.parts:
            if part.kind in _SHOWN:
                characters += len(part.text)
                lines += part.text.count("\n")
        per_line = max(20, (self.width - 2 * style.inset) * 2 // max(1, style.line * 5 // 8))
        extra = 46 if item.role is Role.USER else 60
        if any(part.kind is PartKind.ATTACHMENT for part in item.parts):
            extra += style.target + 12
        return estimate(characters, lines, per_line, style.line, extra + style.gap_message)

    # --- live -----------------------------------------------------------------------------------

    def begin_live(self, row: int, live: Live) -> Content:
        """Let ``row`` stream."""
        self.live_row = row
        self.live = live
        self._live_content = Content(self._model.items[row])
        self.drop(row)
        return self._live_content

    def end_live(self) -> None:
        """Nothing streams any more."""
        self.live_row = None
        self.live = None
        self._live_content = None

    @property
    def live_content(self) -> Content | None:
        """What streams."""
        return self._live_content

    def settle_live(self, item: TranscriptItem) -> int | None:
        """End the stream with its final item; returns the topmost changed pixel if it is laid out."""
        row, content = self.live_row, self._live_content
        if row is None or content is None:
            return None
        kept = content.settle(item)
        layout = self.layouts.get(row)
        self.end_live()
        if not kept or layout is None:
            self.drop(row)
            return None
        layout.live = None
        return min(layout.refresh(), layout.frame.footer_top)

    # --- layouts --------------------------------------------------------------------------------

    def layout(self, row: int) -> MessageLayout:
        """Return the layout of a row at the present width, making it if need be."""
        found = self.layouts.get(row)
        if found is None:
            found = self._make(row)
            self.layouts[row] = found
            self.realised += 1
        self.layouts.move_to_end(row)
        found.set_width(self.width)
        self.heights.set(row, found.height)
        return found

    def _make(self, row: int) -> MessageLayout:
        item = self._model.items[row]
        streaming = row == self.live_row and self._live_content is not None
        content = self._live_content if streaming and self._live_content else Content(item)
        page = self._model.manual_of(row)
        if page is not None and self.style.printed and not page.name:
            page = None  # what helps on the screen is of no use on paper
        return MessageLayout(
            self.style,
            content,
            self._highlighter,
            citations=(manual_citation(page),) if page is not None else (),
            notes_open=self._notes_open.get(item.id, False),
            folds_open=self._folds_open.get(item.id, frozenset()),
            live=self.live if streaming else None,
            border=self._border(row),
            left_out=self._model.is_left_out(row),
            last=row == len(self._model.items) - 1,
        )

    def _border(self, row: int) -> LeftOutLine | None:
        """Return the line below a row, if what the model reads begins there."""
        count = self._model.left_out_above(row)
        if not count:
            return None
        below = self._model.items[row + 1 : row + 2]
        return LeftOutLine(self.style, count, summarised=any(item.is_summary for item in below))

    def no_longer_last(self, row: int) -> None:
        """Take note that something follows ``row``: it cannot be continued any more."""
        found = self.layouts.get(row)
        if found is not None and row != self.live_row and found.can_continue:
            self.drop(row)

    def remember(self, row: int) -> None:
        """Keep what the reader opened in ``row`` for as long as the conversation is shown."""
        layout = self.layouts[row]
        self._notes_open[layout.item.id] = layout.notes_open
        self._folds_open[layout.item.id] = frozenset(layout.folds_open)

    def notes_open(self, message_id: int) -> bool:
        """Say whether the reader opened the working notes of a message."""
        return self._notes_open.get(message_id, False)

    def trim(self, pinned: Collection[int]) -> None:
        """Release the layouts used longest ago, but not the pinned rows."""
        for row in list(self.layouts):
            if len(self.layouts) <= LIMIT:
                return
            if row not in pinned and row != self.live_row:
                del self.layouts[row]
