"""Formulas ready to paint.

Job: ask for the outline of a formula away from the GUI thread, keep what came back, say when something
new is there. Rule: one formula is drawn at a time, so that the window keeps most of the processor; what
cannot be drawn is remembered too, and its source stays on the screen.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, QPointF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath

from app.core.errors import UserError
from app.maths.drawing import draw_formula
from app.maths.formula import UNITS, NotDrawable

KEPT = 400
NEWS_MS = 40
SPARE = 2
"""Pixels by which a formula may reach above and below the room of its line."""
SCALE = 1.12
"""The mathematical font looks smaller than the letters around it; this makes them even."""


class Runner(Protocol):
    """What runs work elsewhere and brings the result back, as a lane does."""

    def __call__(
        self,
        work: Callable[[], Drawn | None],
        done: Callable[[Drawn | None], None] | None = None,
        failed: Callable[[UserError], None] | None = None,
    ) -> None:
        """Run ``work``, then ``done(result)`` on the GUI thread."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """An outline with its measures in em; see :class:`app.maths.formula.Formula`."""

    path: QPainterPath
    width: float
    ascent: float
    descent: float

    def size(self, font: QFont) -> tuple[float, float, float]:
        """Return (width, ascent, descent) in pixels beside letters of ``font``."""
        em = font.pixelSize() * SCALE
        return self.width * em, self.ascent * em, self.descent * em

    def box(self, font: QFont) -> QSizeF:
        """Return the room to keep for it in a line of ``font``.

        Qt puts the middle of such an object a quarter of a small letter above the baseline; letters do
        not fill their line, so a little less than the whole is enough.
        """
        width, ascent, descent = self.size(font)
        half = QFontMetrics(font).xHeight() / 2
        return QSizeF(width, max(2 * ascent - half, 2 * descent + half) - 2 * SPARE)

    def paint(self, painter: QPainter, origin: QPointF, font: QFont, colour: QColor) -> None:
        """Fill the outline; ``origin`` is the left end of its baseline."""
        painter.save()
        painter.translate(origin)
        scale = font.pixelSize() * SCALE / UNITS
        painter.scale(scale, scale)
        painter.fillPath(self.path, colour)
        painter.restore()


def at_once(
    work: Callable[[], Drawn | None],
    done: Callable[[Drawn | None], None] | None = None,
    failed: Callable[[UserError], None] | None = None,  # noqa: ARG001 - nothing fails here
) -> None:
    """Do the work here and now: for pictures and tests, where nobody waits."""
    result = work()
    if done is not None:
        done(result)


class Formulas(QObject):
    """The formulas of one view. ``run`` is where they are drawn."""

    arrived = Signal()
    """Something that was asked for is there now, or known to be impossible."""

    def __init__(self, run: Runner = at_once, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._kept: OrderedDict[tuple[str, bool], Drawn | None] = OrderedDict()
        self._wanted: deque[tuple[str, bool]] = deque()
        self._asked: set[tuple[str, bool]] = set()
        self._busy = False
        self._finding = False
        self._news = QTimer(self)
        self._news.setSingleShot(True)
        self._news.setInterval(NEWS_MS)
        self._news.timeout.connect(self.arrived)

    def find(self, latex: str, *, display: bool) -> Drawn | None:
        """Return a formula if it is there; else ask for it. None as well for what cannot be drawn."""
        key = (latex, display)
        if key not in self._kept:
            if key not in self._asked:
                self._asked.add(key)
                self._wanted.append(key)
                self._finding = True
                self._next()
                self._finding = False
            if key not in self._kept:
                return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def is_waiting(self, latex: str, *, display: bool) -> bool:
        """Say whether a formula was asked for and is not decided yet."""
        return (latex, display) in self._asked

    def _next(self) -> None:
        if self._busy or not self._wanted:
            return
        self._busy = True
        key = self._wanted.popleft()
        self._run(
            lambda: _draw(*key),
            lambda result: self._take(key, result),
            lambda _error: self._take(key, None),
        )

    def _take(self, key: tuple[str, bool], result: Drawn | None) -> None:
        self._busy = False
        self._asked.discard(key)
        self._kept[key] = result
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        if not self._finding and not self._news.isActive():
            self._news.start()  # several that come one after the other are shown together
        self._next()


def _draw(latex: str, display: bool) -> Drawn | None:
    try:
        found = draw_formula(latex, display=display)
    except NotDrawable:
        return None
    return Drawn(painter_path(found.path), found.width, found.ascent, found.descent)


def painter_path(data: str) -> QPainterPath:
    """Return SVG path data (M, L, Q, C and Z, absolute) as Qt's path."""
    made = QPainterPath()
    made.setFillRule(Qt.FillRule.WindingFill)
    words = data.split()
    place = 0
    while place < len(words):
        command = words[place]
        count = _ARGUMENTS[command]
        numbers = [float(each) for each in words[place + 1 : place + 1 + count]]
        place += 1 + count
        if command == "M":
            made.moveTo(*numbers)
        elif command == "L":
            made.lineTo(*numbers)
        elif command == "Q":
            made.quadTo(*numbers)
        elif command == "C":
            made.cubicTo(*numbers)
        else:
            made.closeSubpath()
    return made


_ARGUMENTS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
