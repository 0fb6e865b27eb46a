"""The Fusion palette and the hatch brush, from the tokens."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPalette, QPen, QPixmap

from app.ui.theme.tokens import Colours

HATCH_STEP = 4
HATCH_DENSITY = 2


def make_palette(colours: Colours) -> QPalette:
    """Return the palette in which every role Fusion paints with comes from a token."""
    role = QPalette.ColorRole
    palette = QPalette()
    for name, colour in {
        role.Window: colours.canvas,
        role.WindowText: colours.text,
        role.Base: colours.raised,
        role.AlternateBase: colours.sunken,
        role.Text: colours.text,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.BrightText: colours.danger,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.PlaceholderText: colours.text3,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.Light: colours.raised,
        role.Midlight: colours.hover,
        role.Mid: colours.line,
        role.Dark: colours.edge,
        role.Shadow: colours.edge,
    }.items():
        palette.setColor(name, colour)
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, colours.text3)
    return palette


def hatch(colours: Colours) -> QBrush:
    """Return accent lines at 45 degrees, one pixel every four, on a transparent ground."""
    step = HATCH_STEP * HATCH_DENSITY
    tile = QPixmap(step, step)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.accent), HATCH_DENSITY))
    for shift in (-step, 0, step):
        painter.drawLine(QPointF(shift - 2, step + 2), QPointF(shift + step + 2, -2))
    painter.end()
    tile.setDevicePixelRatio(HATCH_DENSITY)
    return QBrush(tile)
