"""The backend on real files: sizes, sampling, interruption, and a cache that equals a cold run."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from app.core.conversation.sampling import Sampling
from app.core.errors import UserError
from app.engine.computing.llama_backend import (
    ContextSettings,
    LlamaBackend,
    LoadCancelledError,
    LoadFailedError,
)
from app.engine.turns.prefix_cache import PrefixCache
from tests.support.models import exactness, tiny_gguf

SMALL_BATCH = 64
"""So small that the window's cells are reused within a short text: the trap of stale windows."""
NOISE = 0.1
"""Other micro-batch borders and another order of cells move logits by 0.04 (their spread is 1)."""


def open_backend(path: Path, micro_batch: int = SMALL_BATCH, context: int = 4096) -> LlamaBackend:
    backend = LlamaBackend()
    backend.load_model([path], lambda _fraction: None)
    backend.open_context(ContextSettings(context, micro_batch, threads=1))
    return backend


@pytest.fixture
def backend(any_model: Path) -> Iterator[LlamaBackend]:
    opened = open_backend(any_model)
    yield opened
    opened.close()


def read(backend: LlamaBackend, cache: PrefixCache, prompt: list[int]) -> int:
    """Bring ``prompt`` into the cache as the engine does; returns how much was reused."""
    reused = position = cache.reuse(prompt)
    while position < len(prompt) - 1:
        chunk = prompt[position : min(len(prompt) - 1, position + backend.micro_batch)]
        assert backend.decode(chunk, position, logits=False)
        cache.extend(chunk)
        position += len(chunk)
    cache.checkpoint()
    assert backend.decode(prompt[-1:], position, logits=True)
    cache.extend(prompt[-1:])
    return reused


def row(backend: LlamaBackend) -> npt.NDArray[np.float32]:
    return np.array(backend.logits(), np.float32)


def cold(path: Path, prompt: list[int]) -> npt.NDArray[np.float32]:
    backend = open_backend(path)
    try:
        read(backend, PrefixCache(backend), prompt)
        return row(backend)
    finally:
        backend.close()


def assert_equal_to_cold(backend: LlamaBackend, path: Path, prompt: list[int]) -> None:
    warm, fresh = row(backend), cold(path, prompt)
    assert np.abs(warm - fresh).max() < NOISE * max(1.0, float(fresh.std()))


def text_of(length: int, seed: int = 1) -> list[int]:
    numbers = random.Random(seed)
    return [numbers.randrange(256) for _ in range(length)]


def test_sizes_are_those_really_set_aside(tiny_model: Path) -> None:
    backend = open_backend(tiny_model, micro_batch=64, context=4096)
    sizes = backend.sizes
    backend.close()
    assert sizes.weights_mib == pytest.approx(2.08, abs=0.02)
    # 2 full layers x 4096 cells and 2 window layers x 256 cells, 64 numbers each for K and V, 2 bytes
    assert sizes.cache_mib == pytest.approx((2 * 4096 + 2 * 256) * 64 * 2 * 2 / 2**20, abs=0.02)
    assert 0 < sizes.compute_mib < 8


def test_facts_of_the_file(backend: LlamaBackend) -> None:
    assert backend.metadata("general.architecture") == "gpt-oss"
    assert backend.metadata("no.such.key") == ""
    assert backend.window == 128
    assert backend.micro_batch == SMALL_BATCH
    assert backend.context == 4096
    assert backend.trained_context == 8192
    assert "gpt-oss" in backend.description


def test_appending_reads_only_what_is_new(backend: LlamaBackend, any_model: Path) -> None:
    cache, first = PrefixCache(backend), text_of(600)
    assert read(backend, cache, first) == 0
    longer = first + text_of(300, seed=2)
    assert read(backend, cache, longer) == 600
    assert_equal_to_cold(backend, any_model, longer)


def test_editing_the_middle_equals_a_cold_run(backend: LlamaBackend, any_model: Path) -> None:
    cache, first = PrefixCache(backend), text_of(500)
    read(backend, cache, first)
    second = first + text_of(500, seed=2)
    read(backend, cache, second)
    edited = first[:-1] + text_of(400, seed=3)
    assert read(backend, cache, edited) == 499, "the checkpoint at the end of the first prompt serves"
    assert_equal_to_cold(backend, any_model, edited)
    before = first[:300] + text_of(400, seed=4)
    assert read(backend, cache, before) == 0, "no checkpoint lies before the edit: read it all again"
    assert_equal_to_cold(backend, any_model, before)


def test_a_blind_rewind_would_be_wrong(tiny_model: Path) -> None:
    """The trap the guard is for: llama.cpp takes the rewind, and computes something else."""
    backend = open_backend(tiny_model)
    read(backend, PrefixCache(backend), text_of(700))
    edited = text_of(700)[:300] + text_of(200, seed=5)
    backend.remove_from(300)
    for start in range(300, len(edited), SMALL_BATCH):
        chunk = edited[start : start + SMALL_BATCH]
        assert backend.decode(chunk, start, logits=start + len(chunk) == len(edited))
    assert np.abs(row(backend) - cold(tiny_model, edited)).max() > 3 * NOISE
    backend.close()


def test_branch_switch_and_regenerate(backend: LlamaBackend, any_model: Path) -> None:
    cache, shared = PrefixCache(backend), text_of(400)
    left, right = shared + text_of(300, seed=2), shared + text_of(350, seed=3)
    read(backend, cache, shared)
    for branch in (left, right, left):
        assert read(backend, cache, branch) >= 399
        assert_equal_to_cold(backend, any_model, branch)
    assert read(backend, cache, left) == len(left) - 1, "asking again costs one token"
    assert_equal_to_cold(backend, any_model, left)


def test_a_short_rewind_needs_no_checkpoint(tiny_model: Path) -> None:
    backend = open_backend(tiny_model, micro_batch=256)
    cache, first = PrefixCache(backend), text_of(300)
    read(backend, cache, first)
    edited = first[:280] + text_of(60, seed=2)
    assert read(backend, cache, edited) == 280
    assert_equal_to_cold(backend, tiny_model, edited)
    backend.close()


def test_interrupted_reading_leaves_the_cache_right(backend: LlamaBackend, any_model: Path) -> None:
    cache, first = PrefixCache(backend), text_of(500)
    read(backend, cache, first)
    longer = first + text_of(500, seed=2)
    position = cache.reuse(longer)
    for _ in range(3):
        chunk = longer[position : position + SMALL_BATCH]
        assert backend.decode(chunk, position, logits=False)
        cache.extend(chunk)
        position += len(chunk)
    backend.interrupt()
    assert not backend.decode(longer[position : position + SMALL_BATCH], position, logits=False)
    cache.undo_partial()
    backend.interrupt(False)
    assert len(cache) == position
    read(backend, cache, longer)
    assert_equal_to_cold(backend, any_model, longer)
    edited = first[:490] + text_of(200, seed=3)
    read(backend, cache, edited)
    assert_equal_to_cold(backend, any_model, edited)


def test_the_same_seed_draws_the_same_tokens(backend: LlamaBackend) -> None:
    def draw(seed: int, sampling: Sampling) -> list[int]:
        backend.clear()
        backend.decode(text_of(20), 0, logits=True)
        sampler = backend.sampler(sampling, seed)
        tokens = []
        for position in range(20, 60):
            tokens.append(sampler.next())
            backend.decode(tokens[-1:], position, logits=True)
        sampler.close()
        return tokens

    warm = Sampling(temperature=1.0, min_p=0.0)
    assert draw(3, warm) == draw(3, warm) != draw(4, warm)
    greedy = Sampling(temperature=0.0)
    assert draw(3, greedy) == draw(4, greedy)
    assert draw(5, Sampling(temperature=1.5, top_p=0.5, min_p=0.02)) != draw(5, warm)


def test_greedy_takes_the_highest_logit_and_a_mask_is_obeyed(backend: LlamaBackend) -> None:
    backend.decode(text_of(50), 0, logits=True)
    logits = row(backend)
    sampler = backend.sampler(Sampling(temperature=0.0), 1)
    assert sampler.next() == int(logits.argmax())
    # Neighbours in the middle of the ranking: about as likely as each other, whatever the weights.
    middle = len(logits) // 2
    few = sorted(int(token) for token in logits.argsort()[middle : middle + 3])
    assert sampler.next(few) == max(few, key=lambda token: logits[token])
    sampler.close()
    drawing = backend.sampler(Sampling(min_p=0.0), 1)
    drawn = {drawing.next(few) for _ in range(200)}
    assert drawn <= set(few)
    assert len(drawn) > 1
    assert drawing.next([7]) == 7
    drawing.close()


def test_min_p_cuts_the_tail(tiny_model: Path) -> None:
    backend = open_backend(tiny_model)
    backend.decode(text_of(50), 0, logits=True)
    logits = row(backend)
    chances = np.exp(logits - logits.max())
    sampler = backend.sampler(Sampling(min_p=0.3), 1)
    assert all(chances[sampler.next()] >= 0.3 * 0.999 for _ in range(300))
    sampler.close()
    backend.close()


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(),
        Sampling(min_p=0.3),
        Sampling(temperature=0.0),
        Sampling(temperature=1.7, min_p=0.001, top_p=0.7),
        Sampling(min_p=0.0),
    ],
)
def test_what_is_left_out_beforehand_changes_no_choice(tiny_model: Path, sampling: Sampling) -> None:
    """Our preselection beside llama.cpp's samplers over the whole row: the same token every time."""
    backend = open_backend(tiny_model)
    lib, context = backend._lib, backend._context
    ours, theirs = backend.sampler(sampling, 5), backend.sampler(sampling, 5)
    backend.decode(text_of(50), 0, logits=True)
    for position in range(50, 90):
        token = ours.next()
        assert token == lib.llama_sampler_sample(theirs._chain, context, -1)
        backend.decode([token], position, logits=True)
    ours.close()
    theirs.close()
    backend.close()


@pytest.mark.parametrize("broken", [np.nan, np.inf])
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("sampling", [Sampling(), Sampling(temperature=0.0), Sampling(min_p=0.0)])
def test_logits_that_are_no_numbers_are_no_answer(
    tiny_model: Path, broken: float, whole: bool, sampling: Sampling
) -> None:
    backend = open_backend(tiny_model)
    backend.decode(text_of(50), 0, logits=True)
    sampler = backend.sampler(sampling, 1)
    sampler._row()[: None if whole else 3] = broken
    for allowed in (None, (1, 2)):
        with pytest.raises(UserError, match=r"engine\.no_numbers"):
            sampler.next(allowed)
    sampler.close()
    backend.close()


def test_what_is_impossible_is_no_broken_number(tiny_model: Path) -> None:
    backend = open_backend(tiny_model)
    backend.decode(text_of(50), 0, logits=True)
    sampler = backend.sampler(Sampling(), 1)
    sampler._row()[:3] = -np.inf
    assert 3 <= sampler.next() < backend.vocabulary_size
    sampler.close()
    backend.close()


def test_loading_can_be_interrupted_and_reports_progress(tiny_model: Path) -> None:
    seen: list[float] = []
    backend = LlamaBackend()
    backend.load_model([tiny_model], seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    backend.close()
    backend = LlamaBackend()
    with pytest.raises(LoadCancelledError):
        backend.load_model([tiny_model], lambda _fraction: backend.interrupt())
    backend.close()


def test_a_reason_for_a_foreign_file(tmp_path: Path) -> None:
    path = tmp_path / "secret-name.gguf"
    path.write_bytes(b"GGUF" + b"\x00" * 100)
    backend = LlamaBackend()
    with pytest.raises(LoadFailedError) as caught:
        backend.load_model([path], lambda _fraction: None)
    assert caught.value.reason
    assert "secret-name" not in caught.value.reason
    backend.close()


def test_an_interrupt_ends_a_running_decode(endless_model: Path) -> None:
    backend = open_backend(endless_model, micro_batch=4096)
    timer = threading.Timer(0.05, backend.interrupt)
    timer.start()
    position = 0
    while backend.decode(text_of(4096), position, logits=False):
        backend.remove_from(0)
    timer.join()
    assert backend.interrupted
    backend.close()


def test_no_library_is_taken_from_the_environment_or_the_current_folder(tmp_path: Path) -> None:
    planted = tmp_path / "libggml-cpu-planted.so"
    planted.write_bytes(b"not a library, but its opening would be noticed")
    program = (
        "import os, sys\n"
        "opened = []\n"
        "hook = lambda name, args: opened.append(str(args[0])) if 'dlopen' in name else None\n"
        "sys.addaudithook(hook)\n"
        "from app.engine.computing.llama_library import load_library\n"
        "load_library()\n"
        "assert 'GGML_BACKEND_PATH' not in os.environ\n"
        "assert not any('planted' in name for name in opened), opened\n"
    )
    root = Path(__file__).resolve().parents[3]
    environment = {
        **os.environ,
        "GGML_BACKEND_PATH": str(planted),
        "LLAMA_CPP_LIB_PATH": str(tmp_path),
        "PYTHONPATH": str(root),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_both_kinds_of_attention_compute_the_same(tmp_path: Path) -> None:
    """Over several windows, read in pieces and token by token, with the sinks of every head."""
    path, tokens = tiny_gguf.write(tmp_path / "exact.gguf", exactness.RECIPE), text_of(700)
    rows = []
    for flash in (True, False):
        backend = exactness.open_backend(path, 1024, flash=flash)
        found = []
        for begin in (*range(0, 640, 64), *range(640, 700)):
            piece = tokens[begin : begin + (64 if begin < 640 else 1)]
            assert backend.decode(piece, begin, logits=True)
            found.append(row(backend))
        backend.close()
        rows.append(np.array(found))
        rows[-1][:, list(exactness.STOPS)] = 0.0  # their bias multiplies the noise with a thousand
    assert np.abs(rows[0] - rows[1]).max() < exactness.NOISE
    assert not np.array_equal(rows[0], rows[1]), "they are two ways of computing it"
