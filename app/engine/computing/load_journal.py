"""What llama.cpp says while it loads, reduced to what may be kept.

Job: collect sizes of buffers and the last complaints from llama.cpp's log lines. Rule: lines are read,
never stored as they are; a reason is one short printable line without a path, because parts of it
come from a file nobody has checked.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

ERROR = 4
"""The level of ggml's log that carries complaints (2 is information, 3 a warning)."""
_MAX_REASON = 160
_BUFFER = re.compile(r"^\S+:\s+(\S+)\s+(model|KV|compute) buffer size\s*=\s*([0-9.]+) MiB")
_PATH = re.compile(r"['\"]?(?:[A-Za-z]:)?[\\/][^\s'\"]+['\"]?")


@dataclass(frozen=True, slots=True)
class BufferSizes:
    """Memory really set aside, in MiB."""

    weights_mib: float
    cache_mib: float
    compute_mib: float


class LoadJournal:
    """Collects what the log callback passes on; :meth:`note` may be called from any thread."""

    def __init__(self) -> None:
        self._complaints: deque[str] = deque(maxlen=8)
        self._weights: dict[str, float] = {}
        self._cache: list[float] = []
        self._compute: dict[str, float] = {}

    def note(self, level: int, text: str) -> None:
        """Take one log line; ``level`` as in ggml."""
        if level == ERROR:
            self._complaints.append(printable_reason(text))
        found = _BUFFER.match(text)
        if not found:
            return
        device, kind, mib = found[1], found[2], float(found[3])
        if kind == "model":
            self._weights[device] = self._weights.get(device, 0.0) + mib
        elif kind == "KV":
            self._cache.append(mib)
        else:
            self._compute[device] = mib  # reserved more than once; the last one stays

    @property
    def sizes(self) -> BufferSizes:
        """What the lines so far add up to."""
        return BufferSizes(sum(self._weights.values()), sum(self._cache), sum(self._compute.values()))

    @property
    def complaints(self) -> tuple[str, ...]:
        """The last complaints, oldest first."""
        return tuple(self._complaints)

    def reason(self) -> str:
        """Return the first complaint, which names the fault; empty without any."""
        return self._complaints[0] if self._complaints else ""


def printable_reason(text: str) -> str:
    """Return ``text`` as one short printable line without paths and function names."""
    line = _PATH.sub("the file", " ".join(text.split()))
    line = re.sub(r"^(?:[a-z_0-9]+: |error loading model: )+", "", line)
    line = "".join(mark if mark.isascii() and mark.isprintable() else "?" for mark in line)
    return line if len(line) <= _MAX_REASON else line[: _MAX_REASON - 3] + "..."
