"""From the library's drawing to one path.

Job: turn letters, bars, boxes and strokes into outlines that are filled. Rule: what is not known is
refused, never left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from app.maths.formula import NotDrawable

_STROKE = re.compile(r"M (\S+) (\S+) L (\S+) (\S+)")


def path_of(svg: ET.Element) -> str:
    """Return the path data of everything drawn. Raises :class:`NotDrawable`."""
    return " ".join(" ".join(piece.split()) for piece in _pieces(svg) if piece.strip())


def _pieces(parent: ET.Element) -> Iterator[str]:
    for element in parent:
        if element.tag == "path":
            yield _path(element)
        elif element.tag == "rect":
            yield from _rect(element)
        elif element.tag == "g" and "transform" not in element.attrib:
            yield from _pieces(element)  # a tall sign, put together from parts
        else:
            raise NotDrawable


def _path(element: ET.Element) -> str:
    data = element.get("d", "")
    thick = float(element.get("stroke-width", "0"))
    if not thick:
        return data
    stroke = _STROKE.fullmatch(data.strip())
    if stroke is None or element.get("marker-end"):
        raise NotDrawable
    x0, y0, x1, y1 = (float(each) for each in stroke.groups())
    length = math.hypot(x1 - x0, y1 - y0)
    if not length:
        return ""
    dx, dy = (y1 - y0) * thick / length / 2, (x0 - x1) * thick / length / 2
    corners = ((x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy), (x0 - dx, y0 - dy))
    return _polygon(corners)


def _rect(element: ET.Element) -> list[str]:
    x, y, wide, high = (float(element.get(name, "0")) for name in ("x", "y", "width", "height"))
    thick = float(element.get("stroke-width", "0"))
    half = thick / 2
    outer = _box(x - half, y - half, wide + thick, high + thick)
    if not thick:
        return [outer]
    left, top, right, bottom = x + half, y + half, x + wide - half, y + high - half
    # The hole runs the other way round, so the non-zero rule leaves it empty.
    return [outer, _polygon(((left, top), (left, bottom), (right, bottom), (right, top)))]


def _box(x: float, y: float, wide: float, high: float) -> str:
    return _polygon(((x, y), (x + wide, y), (x + wide, y + high), (x, y + high)))


def _polygon(corners: tuple[tuple[float, float], ...]) -> str:
    points = [f"{x:.1f} {y:.1f}" for x, y in corners]
    return f"M {points[0]} L " + " L ".join(points[1:]) + " Z"
