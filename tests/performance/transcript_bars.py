"""The bars of the transcript in one table, beside one document for the whole conversation.

Job: run both sides and both starts, each in a process of its own, and print what they cost. Rule:
processor time and ratios; a bar that is missed makes the exit code 1.

``QT_QPA_PLATFORM=offscreen python -m tests.performance.transcript_bars``
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from tests.performance import cold_start

FLAT = 1.6
"""An update of a long answer costs at most so many times one of a short answer."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a figure of both sides in ``unit``, and the most that ours may be."""

    words: str
    key: str
    unit: str
    most: float


BARS = (
    Bar("open 5,000 messages", "open_ms", "ms", 90),
    Bar("an update at 100 tokens", "update_100_ms", "ms", 4),
    Bar("an update at 1,000 tokens", "update_1000_ms", "ms", 4),
    Bar("an update at 10,000 tokens", "update_10000_ms", "ms", 4),
    Bar("longest stall while streaming", "stall_ms", "ms", 25),
    Bar("scroll by 120 pixels", "scroll_ms", "ms", 5),
    Bar("memory for 1,000 messages", "mib_per_1000", "MiB", 4),
)


def side(name: str) -> dict[str, float]:
    """Return the figures of ``ours`` or ``naive``."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.performance.transcript_sides", name],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def row(words: str, ours: float, naive: float, unit: str, most: float) -> bool:
    """Print a row; returns whether the bar holds."""
    ratio = naive / ours if ours else float("inf")
    bar = f"{most:.1f} {unit}" if most else "-"
    figures = f"{ours:10.2f} {unit:4}{naive:10.2f} {unit:4}{ratio:8.1f} x   {bar:>8}"
    print(f"{words:36}{figures}")  # noqa: T201
    return not most or ours <= most


def main() -> int:
    """Print the table."""
    ours, naive = side("ours"), side("naive")
    print(f"{'':36}{'transcript':>14} {'one document':>14} {'ratio':>8}   {'bar':>10}")  # noqa: T201
    slow = ours["slowness"]
    held = [
        row(
            bar.words,
            ours[bar.key],
            naive[bar.key],
            bar.unit,
            bar.most * (slow if bar.unit == "ms" else 1),
        )
        for bar in BARS
    ]
    growth, naive_growth = (each["update_10000_ms"] / each["update_100_ms"] for each in (ours, naive))
    held.append(row("10,000 tokens beside 100", growth, naive_growth, "x", FLAT))
    program, bare = cold_start.measure("program"), cold_start.measure("bare")
    row("cold start, processor (bare window)", program["cpu"], bare["cpu"], "ms", 0)
    row("cold start until a letter stands", program["editable"], bare["editable"], "ms", 0)
    print(f"The bars in ms are scaled by {slow:.2f}, as fast as this machine is right now.")  # noqa: T201
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())
