"""The laws of memory: against published figures by hand, and against what llama.cpp sets aside here."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.paths import guide_model_path
from app.engine.computing.llama_backend import ContextSettings, LlamaBackend
from app.engine.planning import sizes
from app.engine.planning.shape import ModelShape, shape_of
from tests.support.models import tiny_gguf
from tests.support.models.model_shapes import shape


@pytest.mark.parametrize(
    ("context", "micro_batch", "cache_type", "mib"),
    [
        (4096, 512, "f16", 114),
        (8192, 512, "f16", 210),
        (16384, 512, "f16", 402),
        (32768, 512, "f16", 786),
        (131072, 512, "f16", 3090),
        (8192, 256, "f16", 204),
        (4096, 512, "q8_0", 61),
        (8192, 512, "q8_0", 112),
        (131072, 512, "q8_0", 1642),
    ],
)
def test_the_cache_of_20b_is_the_published_one(
    context: int, micro_batch: int, cache_type: str, mib: float
) -> None:
    assert sizes.cache_mib(shape(), context, micro_batch, cache_type) == pytest.approx(mib, abs=0.6)


def test_the_cache_of_120b_is_half_as_large_again() -> None:
    small, large = (
        sizes.cache_mib(shape(name), 8192, 512, "f16") for name in ("gpt-oss-20b", "gpt-oss-120b")
    )
    assert large == pytest.approx(1.5 * small)


@pytest.mark.parametrize(
    ("context", "micro_batch", "mib"),
    [
        (4096, 64, 12.08),
        (4096, 256, 48.45),
        (4096, 512, 97.14),
        (4096, 2048, 394.58),
        (32768, 256, 62.45),
        (131072, 512, 221.14),
        (131072, 2048, 890.58),
        (256, 16, 2.90),
    ],
)
def test_compute_buffers_of_20b_are_those_in_llama_cpps_log(
    context: int, micro_batch: int, mib: float
) -> None:
    """Logged for the full-size file by llama.cpp of llama-cpp-python 0.3.36 on a processor."""
    assert sizes.compute_mib(shape(), context, micro_batch) == pytest.approx(mib, abs=0.06)


@pytest.mark.parametrize(
    ("context", "micro_batch", "mib"),
    [
        (512, 128, 25.60),
        (2048, 128, 74.35),
        (4096, 64, 69.67),
        (8192, 64, 134.67),
        (8192, 128, 269.35),
        (8192, 512, 1078.39),
        (32768, 16, 131.17),
        (32768, 512, 4198.39),
    ],
)
def test_without_flash_attention_they_are_those_in_its_log_too(
    context: int, micro_batch: int, mib: float
) -> None:
    """Logged likewise for a file of two such layers (more take no more), less its row of logits."""
    assert sizes.compute_mib(shape(), context, micro_batch, flash=False) == pytest.approx(mib, abs=0.06)
    copy = sizes.scores_copy_mib(shape(), context, micro_batch, flash=False)
    assert copy == pytest.approx(64 * context * micro_batch * 2 / 2**20)
    assert sizes.scores_copy_mib(shape(), context, micro_batch, flash=True) == 0


def test_weights_are_those_in_llama_cpps_log() -> None:
    assert sizes.weights_mib(shape()) == pytest.approx(11536.18, abs=0.01)
    assert sizes.weights_mib(shape("gpt-oss-120b")) == pytest.approx(60438.5, abs=0.1)
    assert sizes.expert_layers_mib(shape(), 1) == pytest.approx(404.5, abs=0.1)
    assert sizes.embedding_mib(shape()) == pytest.approx(586.8, abs=0.1)


RECIPES = {
    "four layers": tiny_gguf.Recipe(),
    "odd layers": tiny_gguf.Recipe(layers=3),
    "wide window": tiny_gguf.Recipe(window=1000, width=128),
    "many experts": tiny_gguf.Recipe(experts=16, experts_used=4, width=256),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("shapes")
    found = {
        name: tiny_gguf.write(folder / f"{number}.gguf", recipe)
        for number, (name, recipe) in enumerate(RECIPES.items())
    }
    return {**found, "the Guide": guide_model_path()}


@pytest.mark.parametrize("name", [*RECIPES, "the Guide"])
@pytest.mark.parametrize(
    ("context", "micro_batch", "cache_type", "flash"),
    [
        (512, 64, "f16", True),
        (2048, 256, "f16", True),
        (4096, 512, "f16", True),
        (8192, 128, "f16", True),
        (4096, 256, "q8_0", True),
        (512, 64, "f16", False),
        (2048, 256, "f16", False),
        (4096, 64, "f16", False),
        (8192, 128, "f16", False),
    ],
)
def test_predicted_is_what_is_set_aside_here(
    files: dict[str, Path], name: str, context: int, micro_batch: int, cache_type: str, flash: bool
) -> None:
    backend = LlamaBackend()
    try:
        path = files[name]
        found = _shape(backend, path)
        backend.load_model((path,), lambda _: None)
        backend.open_context(ContextSettings(context, micro_batch, 1, cache_type, flash))
        real = backend.sizes
    finally:
        backend.close()
    weights, cache = sizes.weights_mib(found), sizes.cache_mib(found, context, micro_batch, cache_type)
    assert weights == pytest.approx(real.weights_mib, rel=0.03, abs=0.02)
    assert cache == pytest.approx(real.cache_mib, rel=0.03, abs=0.02)
    compute = sizes.compute_mib(found, context, micro_batch, flash)
    whole = weights + cache + compute
    assert whole == pytest.approx(real.weights_mib + real.cache_mib + real.compute_mib, rel=0.03)


def _shape(backend: LlamaBackend, path: Path) -> ModelShape:
    header = backend.header(path)
    return shape_of(
        header.tensors, header.numbers, vocabulary=len(header.tokens), file_bytes=path.stat().st_size
    )
