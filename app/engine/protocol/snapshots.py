"""What is known of a stored state of the cache: the facts that decide whether it may be used again.

Job: describe the bytes of a snapshot and what they were computed with. Rule: plain values; two states
may stand in for each other only when :meth:`SnapshotFacts.misfit` finds nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from app.core.plain_values import rebuilt

FORMAT = 1
"""The layout of the bytes: tokens (4 bytes each, little-endian), the state, then the windows."""

_MADE_WITH = (
    "format",
    "fingerprint",
    "vocabulary",
    "engine",
    "cache_type",
    "window",
    "context",
    "micro_batch",
    "placing",
    "adapter",
)


@dataclass(frozen=True, slots=True)
class SnapshotFacts:
    """What a snapshot was made with, and how its bytes are cut; sizes in bytes, the rest in tokens.

    ``fingerprint`` names the model file, ``vocabulary`` its tokens, ``engine`` the build that computed,
    ``placing`` how the plan laid it out, ``adapter`` what changed the weights ("" for nothing).
    ``prefix`` is a digest of the ``tokens`` tokens. ``windows`` are the checkpoints: position and
    size, ascending.
    """

    fingerprint: str
    vocabulary: str
    engine: str
    cache_type: str
    window: int
    context: int
    micro_batch: int
    placing: str = ""
    adapter: str = ""
    prefix: str = ""
    tokens: int = 0
    state_bytes: int = 0
    windows: tuple[tuple[int, int], ...] = ()
    format: int = FORMAT

    @property
    def total_bytes(self) -> int:
        """All bytes that belong to these facts."""
        return 4 * self.tokens + self.state_bytes + sum(size for _, size in self.windows)

    def misfit(self, here: SnapshotFacts) -> str:
        """Return the first fact in which this state was made otherwise than ``here``; "" for none."""
        return next((name for name in _MADE_WITH if getattr(self, name) != getattr(here, name)), "")

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    def checked(self) -> SnapshotFacts:
        """Return the facts; ValueError where they count less than nothing."""
        numbers = (self.tokens, self.state_bytes, *(number for pair in self.windows for number in pair))
        if min(numbers) < 0:
            raise ValueError("a count that is none")
        return self

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SnapshotFacts:
        """Rebuild from :meth:`to_json`; raises TypeError or ValueError on anything else."""
        return rebuilt(cls, data).checked()
