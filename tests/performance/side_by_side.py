"""Every bar of the engine in one run, as one JSON table.

Job: run each measurement of this folder as a process of its own and put what it found beside its bar.
Rule: measures nothing itself; a measurement that fails is a row that says so, never a row left out, and
the exit code is 1 unless every bar is met. The machine should have nothing else to do.

``python -m tests.performance.side_by_side MODEL --server BINARY`` takes about two hours with the
full-size file on two cores: reading 8,000 tokens again alone takes five to ten minutes. See
``full_size`` and ``llama_server`` for what to give it, ``--only`` for a part of it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from app.core.paths import guide_model_path

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure of a measurement and where it has to lie; either end None: open, both: only shown."""

    what: str
    figure: Callable[[Figures], float]
    least: float | None = None
    most: float | None = None

    def row(self, measurement: str, found: Figures) -> Figures:
        """Return the figure beside the bar."""
        value = self.figure(found)
        low = self.least is None or value >= self.least
        high = self.most is None or value <= self.most
        return {
            "measurement": measurement,
            "what": self.what,
            "measured": value,
            "at_least": self.least,
            "at_most": self.most,
            "met": low and high,
        }


@dataclass(frozen=True, slots=True)
class Measurement:
    """A script of this folder, what it is given, and the bars its figures have to meet."""

    name: str
    script: str
    arguments: tuple[str, ...]
    bars: tuple[Bar, ...]
    screen: bool = False


def measurements(model: Path, server: Path, tokens: int, context: int) -> tuple[Measurement, ...]:
    """Return all of them; ``tokens`` is how long the reopened conversation is."""
    file, threads = str(model), f"--threads={psutil.cpu_count(logical=False) or 1}"
    length = (f"--tokens={tokens}", f"--context={context}")
    reopened = (
        Bar("first token after reopening, s", lambda found: found["reopening"]["reopened_ms"] / 1000),
        Bar("reading again / reopening", lambda found: found["ratio_to_reading_again"]),
    )
    within_half_a_second = (Bar(reopened[0].what, reopened[0].figure, most=0.5), reopened[1])
    return (
        Measurement(
            "speed",
            "speed",
            (file, threads),
            (
                Bar(
                    "writing, ours / llama.cpp", lambda found: found["write_ratio"]["median"], least=0.99
                ),
                Bar(
                    "reading, ours / llama.cpp", lambda found: found["read_ratio"]["median"], least=0.98
                ),
            ),
        ),
        Measurement(
            "second_turn",
            "second_turn",
            (file, threads, f"--server={server}"),
            (
                Bar(
                    "first token of turn two, ours / llama-server",
                    lambda found: found["ratio"]["median"],
                    most=0.2,
                ),
            ),
        ),
        Measurement("reopen_guide", "reopen", (str(guide_model_path()), *length), within_half_a_second),
        Measurement("reopen", "reopen", (file, *length), within_half_a_second),
        Measurement(
            "memory",
            "load_settings",
            (file,),
            (
                Bar("predicted / allocated, least", lambda found: found["least_ratio"], least=0.97),
                Bar("predicted / allocated, greatest", lambda found: found["greatest_ratio"], most=1.03),
            ),
        ),
        Measurement(
            "small_memory",
            "small_memory",
            (file,),
            (
                Bar("killed in 13 GiB", lambda found: found["limited"]["kills"], most=0),
                Bar("decode in 13 GiB / unlimited", lambda found: found["write_ratio"], least=0.8),
            ),
        ),
        Measurement(
            "overhead",
            "engine_overhead",
            (),
            (
                Bar(
                    "processor s per 1,000 tokens over llama.cpp",
                    lambda found: found["cpu_s_per_1000_tokens"]["difference"],
                ),
                Bar("MiB without weights", lambda found: found["mib_without_weights"]["ours"]),
            ),
        ),
        Measurement(
            "token_to_screen",
            "token_to_screen",
            (),
            (Bar("token to screen, p99, ms", lambda found: found["p99_ms"], most=40),),
            screen=True,
        ),
    )


def rows(measurement: Measurement) -> tuple[list[Figures], Figures]:
    """Run one measurement; returns its rows and everything it printed."""
    command = [sys.executable, "-m", f"tests.performance.{measurement.script}", *measurement.arguments]
    if measurement.screen and sys.platform == "linux" and not os.environ.get("DISPLAY"):
        command = ["xvfb-run", "-a", "-s", "-screen 0 1280x800x24", *command]
    started = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)
    took = {"seconds": round(time.monotonic() - started, 1), "exit_code": done.returncode}
    try:
        found: Figures = json.loads(done.stdout)
        return [bar.row(measurement.name, found) for bar in measurement.bars], {**found, **took}
    except (ValueError, KeyError, TypeError):
        failed = {"measurement": measurement.name, "what": "did not finish", "met": False}
        return [failed], took


def table(chosen: Sequence[Measurement]) -> Figures:
    """Return the whole table, with the computer named and everything measured below it."""
    bars: list[Figures] = []
    details: Figures = {}
    for measurement in chosen:
        found, details[measurement.name] = rows(measurement)
        bars += found
        met = all(row["met"] for row in found)
        print(measurement.name, "met" if met else "NOT met", file=sys.stderr)  # noqa: T201 - progress
    return {
        "computer": f"{platform.machine()}, {psutil.cpu_count(logical=False)} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB, {platform.system()}",
        "bars": bars,
        "details": details,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns 1 when a bar is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--server", type=Path, default=Path("llama-server"), help="for second_turn")
    parser.add_argument("--tokens", type=int, default=8000, help="of the reopened conversation")
    parser.add_argument("--context", type=int, default=8192)
    parser.add_argument("--only", default="", help="names of measurements, with commas between")
    given = parser.parse_args(arguments)
    every = measurements(given.model, given.server, given.tokens, given.context)
    only = set(given.only.split(",")) if given.only else {one.name for one in every}
    if unknown := only - {one.name for one in every}:
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    found = table([one for one in every if one.name in only])
    print(json.dumps(found, indent=2))  # noqa: T201 - a command's answer
    return 0 if all(row["met"] for row in found["bars"]) else 1


if __name__ == "__main__":
    sys.exit(main())
