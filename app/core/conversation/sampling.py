"""How the next token is chosen.

Job: the sampling settings of one generation, always within bounds. Rule: values from a file, a
command line or another process pass through :meth:`Sampling.clamped` before they are used.
Defaults: temperature 1 and top_p 1 are the model makers' own; min_p 0.01 is llama.cpp's preset.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

MAX_TEMPERATURE = 2.0
MAX_SEED = 2**32 - 2
"""llama.cpp reads 2**32 - 1 as "choose a seed yourself", which could not be recorded."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling settings.

    ``temperature`` 0 means greedy. ``top_p`` and ``min_p`` are probabilities, 1 and 0 switch them
    off. ``seed`` None lets the engine draw one; the seed used is always reported back.
    ``max_tokens`` is the most tokens one generation may add; None leaves it to the context.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    min_p: float = 0.01
    seed: int | None = None
    max_tokens: int | None = None

    def clamped(self) -> Sampling:
        """Return the nearest allowed settings; a value that is not a number becomes its default."""
        return Sampling(
            temperature=_within(self.temperature, 0.0, MAX_TEMPERATURE, 1.0),
            top_p=_within(self.top_p, 0.01, 1.0, 1.0),
            min_p=_within(self.min_p, 0.0, 0.5, 0.01),
            seed=None if self.seed is None else max(0, min(int(self.seed), MAX_SEED)),
            max_tokens=None if self.max_tokens is None else max(1, min(int(self.max_tokens), 2**20)),
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain data for a process border."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Sampling:
        """Rebuild settings from :meth:`to_json`, clamped; raises TypeError on unknown names."""
        return cls(**data).clamped()


def _within(value: float, low: float, high: float, default: float) -> float:
    return default if not math.isfinite(value) else max(low, min(float(value), high))
