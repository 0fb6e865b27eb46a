"""How fast weights are gone through here: a figure that can be, in a moment, and nothing kept."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import cast

import psutil
import pytest

from app.engine.computing.llama_backend import LlamaBackend
from app.engine.host import survey
from app.engine.planning import sizes
from app.engine.planning.shape import ModelShape
from tests.support.models.model_shapes import card, computer, shape


def test_it_is_a_speed_that_a_computer_can_have_and_costs_no_memory() -> None:
    backend, process = LlamaBackend(), psutil.Process()
    backend.weights_gbs(1)  # what the library keeps once for all
    before, began = process.memory_info().rss, time.process_time()
    found = backend.weights_gbs(1)
    spent = time.process_time() - began
    backend.close()
    assert 0.3 < found < 500
    assert spent < 2
    assert process.memory_info().rss - before < 16 * 2**20


class _Asked:
    """Counts how often it is asked how fast it is."""

    def __init__(self) -> None:
        self.cores: list[int] = []

    def weights_gbs(self, cores: int) -> float:
        self.cores.append(cores)
        return 21.04


@pytest.mark.parametrize(
    ("file_bytes", "available", "device", "tried"),
    [
        (12 * 10**9, 24000.0, 0.0, True),
        (12 * 10**9, 24000.0, 8000.0, True),  # some experts will stay with the processor
        (12 * 10**9, 24000.0, 24000.0, False),
        (12 * 10**9, 400.0, 0.0, False),  # no room to try
        (sizes.ONE_THREAD_BELOW - 1, 24000.0, 0.0, False),
    ],
)
def test_it_is_tried_only_where_a_plan_needs_it(
    file_bytes: int, available: float, device: float, tried: bool
) -> None:
    asked, devices = _Asked(), (card(device),) if device else ()
    machine = computer(available, devices=devices)
    found = survey.with_speed(machine, _sized(file_bytes), cast("LlamaBackend", asked))
    assert found == (replace(machine, weights_gbs=21.0) if tried else machine)
    assert asked.cores == ([8] if tried else [])


def _sized(file_bytes: int) -> ModelShape:
    """Return a shape of which only the size of its file matters."""
    whole = shape()
    tiny = (1,) * whole.layers
    small = replace(whole, embedding_bytes=1, output_bytes=1, layer_bytes=tiny, expert_bytes=tiny)
    return replace(small, file_bytes=file_bytes)
