"""Icons: the bundled line drawings, tinted.

Job: draw an icon by name in a colour and a size. Rule: files are read from the program's own
resources by a checked name, never by a path from outside.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.core.paths import resources_dir

STROKE = "1.75"


class IconName(StrEnum):
    """Every bundled icon; the value is its file's name."""

    ACCESSIBILITY = "accessibility"
    ARROW_UP = "arrow-up"
    BOX = "box"
    CHECK = "check"
    CHEVRON_DOWN = "chevron-down"
    CHEVRON_LEFT = "chevron-left"
    CHEVRON_RIGHT = "chevron-right"
    CHEVRON_UP = "chevron-up"
    CIRCLE_X = "circle-x"
    COPY = "copy"
    CPU = "cpu"
    DOWNLOAD = "download"
    ELLIPSIS = "ellipsis"
    EYE_OFF = "eye-off"
    FILE_DOWN = "file-down"
    FILE_TEXT = "file-text"
    FINGERPRINT = "fingerprint-pattern"
    FOLDER_INPUT = "folder-input"
    GAUGE = "gauge"
    KEYBOARD = "keyboard"
    LOCK = "lock-keyhole"
    MEMORY = "memory-stick"
    PALETTE = "palette"
    PANEL_LEFT = "panel-left"
    PAPERCLIP = "paperclip"
    PAUSE = "pause"
    PLAY = "play"
    PLUG = "plug"
    SEARCH = "search"
    SETTINGS = "settings"
    SHIELD_CHECK = "shield-check"
    SQUARE_PEN = "square-pen"
    TEXT_QUOTE = "text-quote"
    TRASH = "trash-2"
    TRIANGLE_ALERT = "triangle-alert"
    TRY_AGAIN = "rotate-ccw"
    UNPLUG = "unplug"
    X = "x"


@cache
def _drawing(name: IconName) -> str:
    drawing = (resources_dir() / "icons" / f"{name.value}.svg").read_text("utf-8")
    return drawing.replace('stroke-width="2"', f'stroke-width="{STROKE}"')


@cache
def _renderer(name: IconName, rgb: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", rgb).encode("utf-8")))


def draw_icon(painter: QPainter, rect: QRectF, name: IconName, colour: QColor) -> None:
    """Draw the icon into ``rect``, sharp at any device pixel ratio."""
    _renderer(name, colour.name()).render(painter, rect)


def icon_pixmap(name: IconName, colour: QColor, size: int, ratio: float = 1.0, gap: int = 0) -> QPixmap:
    """Return the icon as a square pixmap of ``size`` logical pixels at the device pixel ``ratio``.

    ``gap`` more are left free beside it: to its right, or where it is below 0 to its left.
    """
    pixels = max(1, round(size * ratio))
    pixmap = QPixmap(QSize(pixels + round(abs(gap) * ratio), pixels))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_icon(painter, QRectF(round(max(0, -gap) * ratio), 0, pixels, pixels), name, colour)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def make_icon(name: IconName, colour: QColor, disabled: QColor, size: int, gap: int = 0) -> QIcon:
    """Return a QIcon for buttons, with pixmaps for ordinary and dense screens.

    ``gap`` logical pixels are left free towards the words (to the left of the drawing, where it is
    below 0): Qt puts only 4 between icon and words.
    """
    icon = QIcon()
    for ratio in (1.0, 1.5, 2.0, 3.0):
        icon.addPixmap(icon_pixmap(name, colour, size, ratio, gap), QIcon.Mode.Normal)
        icon.addPixmap(icon_pixmap(name, disabled, size, ratio, gap), QIcon.Mode.Disabled)
    return icon


def make_stop_icon(colour: QColor, size: int) -> QIcon:
    """Return a filled, slightly rounded square."""
    icon = QIcon()
    for ratio in (1.0, 2.0, 3.0):
        pixels = round(size * ratio)
        pixmap = QPixmap(QSize(pixels, pixels))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        inset = pixels * 0.19
        painter.drawRoundedRect(
            QRectF(inset, inset, pixels - 2 * inset, pixels - 2 * inset), 1.5 * ratio, 1.5 * ratio
        )
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        icon.addPixmap(pixmap)
    return icon
