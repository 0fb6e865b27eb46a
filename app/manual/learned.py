"""The learned part of the search: how much each word speaks for each page.

Job: read the linear weights that ``resources/guide/search/train.py`` fitted, and turn the features of a
question into one number per page and one for "no page". Rule: plain data (one line of JSON and the rows'
bytes, compressed; no pickles); a page the weights do not know gets none and is found by its words alone.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from app.core.errors import UserError
from app.manual.pages import Page

WEIGHTS_FILE = "search_weights.bin"
NO_PAGE_CLASS = ""
_LARGEST = 127
_SMALLEST = 10
"""Fewer steps than this say nothing and would only make the file larger."""


class LearnedWeights:
    """Weights of features for pages; rows are bytes of -127 to 127, times ``scale``."""

    def __init__(
        self,
        rarities: Mapping[str, float],
        names: Sequence[str],
        slugs: Sequence[str],
        rows: bytes,
        scale: float,
        made_from: str,
    ) -> None:
        self.rarities = rarities
        self.slugs = tuple(slugs)
        self.made_from = made_from
        self.names: Mapping[str, int] = {name: number for number, name in enumerate(names)}
        self._scale = scale
        self._rows = array("b", rows)
        if len(self._rows) != len(names) * len(slugs):
            raise UserError("manual.missing")

    @classmethod
    def load(cls, path: Path) -> LearnedWeights:
        """Read the weights; raises UserError("manual.missing") when they are absent or damaged."""
        try:
            head, _, rows = zlib.decompress(path.read_bytes()).partition(b"\n")
            data = json.loads(head)
            scale = float(data["scale"])
            return cls(data["rarities"], data["names"], data["slugs"], rows, scale, data["made_from"])
        except (OSError, ValueError, KeyError, TypeError, zlib.error) as problem:
            raise UserError("manual.missing") from problem

    def sums(self, found: Mapping[str, float]) -> dict[str, float]:
        """Return for each page (and :data:`NO_PAGE_CLASS`) how much these features speak for it."""
        width = len(self.slugs)
        totals = [0.0] * width
        for name, value in found.items():
            number = self.names.get(name)
            if number is not None:
                row = self._rows[number * width : (number + 1) * width]
                totals = [total + value * weight for total, weight in zip(totals, row, strict=True)]
        return {slug: total * self._scale for slug, total in zip(self.slugs, totals, strict=True)}


def write_weights(
    path: Path,
    rarities: Mapping[str, float],
    names: Sequence[str],
    slugs: Sequence[str],
    rows: Iterable[Sequence[float]],
    made_from: str,
) -> None:
    """Write weights as :meth:`LearnedWeights.load` reads them."""
    table = [list(row) for row in rows]
    scale = max((abs(value) for row in table for value in row), default=1.0) / _LARGEST or 1.0
    steps = (round(value / scale) for row in table for value in row)
    bytes_of = array("b", (step if abs(step) >= _SMALLEST else 0 for step in steps)).tobytes()
    data = {
        "rarities": {name: round(value, 3) for name, value in sorted(rarities.items())},
        "names": list(names),
        "slugs": list(slugs),
        "scale": scale,
        "made_from": made_from,
    }
    head = json.dumps(data, separators=(",", ":")).encode("utf-8")  # one line: JSON escapes line breaks
    path.write_bytes(zlib.compress(head + b"\n" + bytes_of, 9))


def digest(pages: Iterable[Page]) -> str:
    """Return a fingerprint of what the weights are made from: all that the pages say and are called."""
    names = json.dumps([[page.slug, *page.names, *page.related, *page.passages] for page in pages])
    return hashlib.sha256(names.encode("utf-8")).hexdigest()
