"""Waiting for a state, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

from tests.end2end.witness import Witness


def wait_for(condition: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Return once ``condition`` holds; raises AssertionError with ``what`` when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)


def written_in_slices(engine: psutil.Process, witness: Witness, slice_s: float = 0.004) -> bool:
    """Let the engine work for some milliseconds; say whether the vault holds words of an answer.

    The Guide is done within a tenth of a second, so only in slices can it be met in the middle.
    """
    engine.resume()
    time.sleep(slice_s)
    engine.suspend()
    time.sleep(0.9)  # streamed text is saved at least every second
    return bool(witness.last().parts)
