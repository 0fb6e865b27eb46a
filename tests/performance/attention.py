"""Both kinds of attention on the processor, side by side: time, memory, states, and their numbers.

Job: one model file, once with flash attention and once without, in one process, in turns. Rule: each
ratio (without / with) comes from four pieces of work that stand next to each other, with, without,
without, with, or the other way round; the median counts. Nothing of the turn's machinery takes part.
Times are processor time, of one thread unless asked otherwise, so that other programs hardly count.

``python -m tests.performance.attention MODEL [--depths 0,2048,7680] [--micro-batches 64,128,256,512]``
prints one JSON object. A file of 2 layers as wide as gpt-oss-20b's (``tests.performance.full_size FILE
--layers 2``) holds one layer of each kind; the whole model has twelve of each and the same last matrix.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from app.core.paths import guide_model_path
from app.engine.computing.llama_backend import ContextSettings, LlamaBackend
from app.engine.computing.loading.weights import WeightSettings

MIB = 2**20
FLASH, PLAIN = True, False
FEW = 36
"""Tokens of a batch as a question's end makes it: too few for llama.cpp's tiles of 64."""
WORD_IDS = 199_000
"""Ids below this are ordinary in every vocabulary of the family; a smaller one has fewer."""


class Side:
    """One model file with one kind of attention; close it."""

    def __init__(self, model: Path, settings: ContextSettings) -> None:
        self._process = psutil.Process()
        self.backend = LlamaBackend()
        weights = WeightSettings(mmap=True, repack=False)
        self.backend.load_model([model], lambda _fraction: None, weights)
        self.settings = settings
        before = self._resident()
        self.backend.open_context(settings)
        self.set_aside_mib = self.backend.sizes.cache_mib + self.backend.sizes.compute_mib
        self.compute_mib = self.backend.sizes.compute_mib
        self._before = before
        self.position = 0

    @property
    def resident_mib(self) -> float:
        """What the process grew by since before the context, weights' pages aside."""
        return self._resident() - self._before

    def read(self, tokens: Sequence[int], logits: bool = True) -> None:
        """Read on, a micro-batch at a time; ``logits`` for the last token."""
        for start in range(0, len(tokens), self.settings.micro_batch):
            piece = tokens[start : start + self.settings.micro_batch]
            last = start + len(piece) == len(tokens)
            assert self.backend.decode(piece, self.position, logits and last)
            self.position += len(piece)

    def back_to(self, position: int) -> None:
        """Forget what lies behind ``position``; not further back than the window reaches."""
        self.backend.remove_from(position)
        self.position = position

    def _resident(self) -> float:
        return float(self._process.memory_full_info().uss) / MIB


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens to read; without ``logits`` the last matrix does not count, which is one for all layers."""

    tokens: Sequence[int]
    logits: bool


def pair(model: Path, context: int, micro_batch: int, threads: int) -> tuple[Side, Side]:
    """Return the side with flash attention and the one without."""
    with_flash, without = (
        Side(model, ContextSettings(context, micro_batch, threads, flash_attention=flash))
        for flash in (FLASH, PLAIN)
    )
    return with_flash, without


def depth_rows(
    model: Path, depths: Sequence[int], micro_batch: int, threads: int, fours: int
) -> list[dict[str, Any]]:
    """Return, for each depth, how long one token, a few, and a micro-batch take on both sides."""
    room = max(depths) + 2 * micro_batch + 64
    sides = pair(model, room, micro_batch, threads)
    ids = Ids(sides[0].backend.vocabulary_size)
    rows = []
    for depth in sorted(depths):
        text = ids.next(depth - sides[0].position)
        seconds = []
        for side in sides:
            began = time.process_time()
            if text:
                side.read(text)
            seconds.append(time.process_time() - began)
        row: dict[str, Any] = {"depth": depth, "micro_batch": micro_batch}
        if text:
            row["read_since_s"] = [round(second, 2) for second in seconds]
            row["logits"] = _apart(sides)
        for name, count, times, logits in (
            ("token", 1, 4, True),
            ("token_in_layers", 1, 4, False),
            ("few", FEW, 1, True),
            ("micro_batch", micro_batch, 1, True),
        ):
            row[name] = _in_turns(sides, depth, Piece(ids.next(count), logits), times, fours)
        if depth:
            row["state"] = [_state(side) for side in sides]
            row["window"] = [_window(side) for side in sides]
        rows.append(row)
    for side in sides:
        side.backend.close()
    return rows


def _in_turns(
    sides: tuple[Side, Side], depth: int, piece: Piece, times: int, fours: int
) -> dict[str, Any]:
    """Return milliseconds with and without flash attention, and the median of without / with."""
    spent: tuple[list[float], list[float]] = ([], [])
    ratios = []
    for number in range(fours + 1):
        four: tuple[list[float], list[float]] = ([], [])
        for which in (0, 1, 1, 0) if number % 2 else (1, 0, 0, 1):
            four[which].append(_again(sides[which], depth, piece, times) / times)
        if number:  # the first warms both up
            spent[0].extend(four[0])
            spent[1].extend(four[1])
            ratios.append(sum(four[1]) / sum(four[0]))
    return {
        "flash_ms": round(1000 * statistics.median(spent[0]), 3),
        "plain_ms": round(1000 * statistics.median(spent[1]), 3),
        "least_ms": [round(1000 * min(side), 3) for side in spent],
        "plain_to_flash": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
    }


def _again(side: Side, depth: int, piece: Piece, times: int) -> float:
    """Read a piece so many times from the same place; returns the seconds."""
    began = time.process_time()
    for _ in range(times):
        side.read(piece.tokens, piece.logits)
        side.back_to(depth)
    return time.process_time() - began


def _apart(sides: tuple[Side, Side]) -> dict[str, float]:
    """Return how far the last logits of both lie apart, and how far they spread."""
    flash, plain = (side.backend.logits() for side in sides)
    return {
        "greatest_difference": round(max(abs(a - b) for a, b in zip(flash, plain, strict=True)), 5),
        "spread": round(statistics.stdev(plain), 5),
        "same_choice": flash.index(max(flash)) == plain.index(max(plain)),
    }


def _state(side: Side) -> dict[str, float]:
    """Return what a snapshot of the whole cache takes, and that it comes back as it was."""
    began = time.process_time()
    state = side.backend.save_state()
    saved = time.process_time()
    copy = bytearray(state)
    restoring = time.process_time()
    assert side.backend.restore_state(copy)
    restored = time.process_time()
    return {
        "mib": round(len(state) / MIB, 2),
        "save_ms": round(1000 * (saved - began), 2),
        "restore_ms": round(1000 * (restored - restoring), 2),
        "same": side.backend.save_state() == state,
    }


def _window(side: Side) -> dict[str, float]:
    """Return what a checkpoint of the sliding window takes."""
    began = time.process_time()
    state = side.backend.save_window()
    saved = time.process_time()
    assert side.backend.restore_window(state)
    restored = time.process_time()
    return {
        "mib": round(len(state) / MIB, 3),
        "save_ms": round(1000 * (saved - began), 2),
        "restore_ms": round(1000 * (restored - saved), 2),
    }


def reading_rows(
    model: Path, depth: int, micro_batches: Sequence[int], context: int, threads: int
) -> list[dict[str, Any]]:
    """Return how fast ``depth`` tokens are read from nothing, for each micro-batch and both kinds.

    Memory: what llama.cpp says it set aside for computing, and what the process grew by with the cache
    and what is used while computing (which llama.cpp does not say).
    """
    rows = []
    for micro_batch in micro_batches:
        row: dict[str, Any] = {"micro_batch": micro_batch, "context": context, "tokens": depth}
        for name, flash in (("flash", FLASH), ("plain", PLAIN)):
            side = Side(model, ContextSettings(context, micro_batch, threads, flash_attention=flash))
            ids = Ids(side.backend.vocabulary_size).next(depth)
            began = time.process_time()
            side.read(ids)
            seconds = time.process_time() - began
            row[name] = {
                "tokens_per_second": round(depth / seconds, 2),
                "compute_mib": round(side.compute_mib, 1),
                "set_aside_mib": round(side.set_aside_mib, 1),
                "grown_mib": round(side.resident_mib, 1),
            }
            side.backend.close()
        rows.append(row)
    return rows


class Ids:
    """Random words, the same ones for the same vocabulary."""

    def __init__(self, vocabulary: int) -> None:
        self._random = random.Random(3)
        self._most = min(vocabulary - 100, WORD_IDS)

    def next(self, count: int) -> list[int]:
        """Return ``count`` more."""
        return [self._random.randrange(self._most) for _ in range(max(0, count))]


def main() -> int:
    """Measure the model file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, nargs="?", default=guide_model_path())
    parser.add_argument("--depths", default="0,2048,7680")
    parser.add_argument("--micro-batch", type=int, default=256, help="for the depths")
    parser.add_argument("--micro-batches", default="", help="to read with, 0 tokens to --read")
    parser.add_argument("--read", type=int, default=4096)
    parser.add_argument("--context", type=int, default=8192, help="set up while reading")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--fours", type=int, default=5)
    given = parser.parse_args()
    found: dict[str, Any] = {"model": given.model.name, "threads": given.threads}
    if given.depths:
        depths = [int(depth) for depth in given.depths.split(",")]
        found["depths"] = depth_rows(given.model, depths, given.micro_batch, given.threads, given.fours)
    if given.micro_batches:
        sizes = [int(size) for size in given.micro_batches.split(",")]
        found["reading"] = reading_rows(given.model, given.read, sizes, given.context, given.threads)
    print(json.dumps(found, indent=1))  # noqa: T201 - a command's answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
