"""Which part of the conversation is in sight.

Job: hold the reader's place as (message, pixels into it), fill the viewport from there or from the
end, and translate to and from a scroll bar. Rule: a guess that turns out wrong moves the scroll bar,
never the text being read.
"""

from __future__ import annotations

from app.ui.transcript.placing.realiser import Realiser

TOP, BOTTOM = 24, 12


class Stage:
    """The visible rows. ``stuck`` means: stay at the end whatever is added."""

    def __init__(self, realiser: Realiser) -> None:
        self._realiser = realiser
        self.height = 1
        self.row = 0
        self.offset = -TOP
        self.stuck = True
        self.visible: dict[int, int] = {}
        """Row to the y of its top in the viewport, in reading order."""

    # --- as a scroll bar sees it ----------------------------------------------------------------

    @property
    def value(self) -> int:
        """How far the content is scrolled, in pixels."""
        return max(0, TOP + self._realiser.heights.prefix(self.row) + self.offset)

    @property
    def maximum(self) -> int:
        """The largest value."""
        if not len(self._realiser.heights):
            return 0
        return max(0, TOP + self._realiser.heights.total + BOTTOM - self.height)

    @property
    def at_end(self) -> bool:
        """Say whether the end of the last message is in sight."""
        last = len(self._realiser.heights) - 1
        if last < 0:
            return True
        top = self.visible.get(last)
        return top is not None and top + self._height(last) + BOTTOM <= self.height

    # --- moving ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Go to the end of a newly shown conversation."""
        self.row, self.offset, self.stuck = 0, -TOP, True
        self.visible = {}

    def scroll_by(self, pixels: int) -> None:
        """Move the view down (or up) by exactly this many pixels, as far as there is text."""
        self.stuck = False
        self.offset += pixels
        self.settle()
        self.stuck = self.at_end

    def go_to(self, value: int) -> None:
        """Move to a scroll bar's value."""
        self.stuck = value >= self.maximum
        if not self.stuck and len(self._realiser.heights):
            if value < TOP:
                self.row, self.offset = 0, value - TOP
            else:
                self.row, self.offset = self._realiser.heights.find(value - TOP)
        self.settle()
        self.stuck = self.stuck or self.at_end

    def show_row(self, row: int, *, margin: int = 8) -> None:
        """Bring the start of a row into sight, moving as little as possible."""
        top = self.visible.get(row)
        height = self._height(row)
        if top is not None and top >= 0 and top + min(height, self.height) <= self.height:
            return
        self.stuck = False
        if top is None or top < 0 or height >= self.height:
            self.row, self.offset = row, -margin
        else:
            self.offset += top + height - self.height
        self.settle()
        self.stuck = self.at_end

    def show_area(self, row: int, top: int, bottom: int) -> None:
        """Bring a stretch of a row into sight; a third of the view stays above it if it was not."""
        place = self.visible.get(row)
        if place is not None and place + top >= TOP and place + bottom <= self.height - TOP:
            return
        self.stuck = False
        self.row, self.offset = row, top - self.height // 3
        self.settle()
        self.stuck = self.at_end

    def begin_with(self, row: int) -> None:
        """Let the view begin with a row, as far as there is text below it."""
        self.row, self.offset, self.stuck = row, -TOP, False
        self.settle()
        self.stuck = self.at_end

    def hold(self, row: int) -> None:
        """Let a visible row keep its top where it is, whatever its height becomes."""
        if row in self.visible:
            self.row, self.offset, self.stuck = row, -self.visible[row], False

    def put(self, row: int, top: int) -> None:
        """Let a row stand with its top at ``top``, as far as there is text above and below it."""
        self.row, self.offset, self.stuck = row, -top, False
        self.settle()
        self.stuck = self.at_end

    # --- filling --------------------------------------------------------------------------------

    def _height(self, row: int) -> int:
        return self._realiser.layout(row).height

    def settle(self) -> None:
        """Lay out what is in sight and find the place of every visible row."""
        count = len(self._realiser.heights)
        self.visible = {}
        if not count:
            self.row, self.offset = 0, -TOP
            return
        if self.stuck:
            self._from_end(count)
        else:
            self._from_place(count)
        self._realiser.trim(self.visible)

    def _from_end(self, count: int) -> None:
        y = self.height - BOTTOM
        row = count
        places: list[tuple[int, int]] = []
        while row > 0 and y > 0:
            row -= 1
            y -= self._height(row)
            places.append((row, y))
        if row == 0 and y > TOP:
            shift = y - TOP
            places = [(each, place - shift) for each, place in places]
            y = TOP
        self.row, self.offset = row, -y
        self.visible = dict(reversed(places))

    def _from_place(self, count: int) -> None:
        self.row = min(self.row, count - 1)
        self._height(self.row)
        while self.offset < 0 and self.row > 0:
            self.row -= 1
            self.offset += self._height(self.row)
        if self.row == 0:
            self.offset = max(self.offset, -TOP)
        while self.row < count - 1 and self.offset >= self._height(self.row):
            self.offset -= self._height(self.row)
            self.row += 1
        y = -self.offset
        row = self.row
        while row < count and y < self.height:
            self.visible[row] = y
            y += self._height(row)
            row += 1
        if row == count and y + BOTTOM < self.height:
            self.visible = {}
            self._from_end(count)
