"""Pictures of windows, small enough to be kept in a repository."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

MOST_COLOURS = 32


def save(picture: QImage, path: Path, *, colours: int = MOST_COLOURS) -> None:
    """Save as PNG with the colours seen most; the rest (edges of letters) become their nearest."""
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), np.uint32)
    seen, counts = np.unique(pixels, return_counts=True)
    table = [int(colour) for colour in seen[np.argsort(-counts)[:colours]]]
    nearest = Qt.ImageConversionFlag.ThresholdDither
    small = picture.convertToFormat(QImage.Format.Format_Indexed8, table, nearest)
    assert small.save(str(path), quality=0)
