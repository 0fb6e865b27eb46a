"""Weights and contexts where settings put them, and a dry run that says so beforehand."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.engine.client import EngineClient
from app.engine.computing.llama_backend import (
    ContextSettings,
    LlamaBackend,
    LoadFailedError,
)
from app.engine.computing.llama_library import load_library, registry_of
from app.engine.computing.loading.dry_run import expected
from app.engine.computing.loading.llama_log import hear
from app.engine.computing.loading.load_journal import BufferSizes, LoadJournal
from app.engine.computing.loading.weights import ModelParameters, WeightSettings
from app.engine.host import device_nodes
from app.engine.host.files import headers, model_file
from app.engine.planning import sizes
from app.engine.protocol.errands import Planned
from app.engine.protocol.events import Event, Loaded
from app.engine.protocol.plan import Verdict, Wishes
from app.engine.protocol.requests import LoadRequest
from tests.support.models import tiny_gguf

TOLERANCE = 0.03
SETTINGS = [
    ContextSettings(4096, 256, 1),
    ContextSettings(8192, 256, 1),
    ContextSettings(8192, 512, 1),
    ContextSettings(16384, 512, 1, "q8_0"),
    ContextSettings(32768, 256, 1, "q8_0"),
    ContextSettings(32768, 512, 1),
    ContextSettings(8192, 128, 1, flash_attention=False),
    ContextSettings(16384, 64, 1, flash_attention=False),
]


WAYS = [(True, True), (True, False), (False, True), (False, False)]
"""Mapped or copied, rearranged or not."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a file with the types of the published ones: MXFP4 experts, Q8_0 attention."""
    folder = tmp_path_factory.mktemp("load")
    return tiny_gguf.write(folder / "q8.gguf", tiny_gguf.Recipe(precision="q8_0", width=256))


def total(found: BufferSizes) -> float:
    return found.weights_mib + found.cache_mib + found.compute_mib


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize(("mmap", "repack"), WAYS)
def test_a_dry_run_says_what_a_load_sets_aside(
    published: Path, settings: ContextSettings, mmap: bool, repack: bool
) -> None:
    backend = LlamaBackend()
    weights = WeightSettings(mmap=mmap, repack=repack, layers=4)
    header = backend.header(published)
    foretold = backend.dry_run([published], header.tensors, weights, settings)["CPU"]
    backend.load_model([published], lambda _fraction: None, weights)
    backend.open_context(settings)
    real = backend.sizes_by_device(())["CPU"]
    backend.close()
    assert total(foretold) / total(real) == pytest.approx(1, abs=TOLERANCE)
    assert foretold.weights_mib == pytest.approx(real.weights_mib, abs=0.05)
    assert foretold.cache_mib == pytest.approx(real.cache_mib, abs=0.05)
    assert foretold.compute_mib == pytest.approx(real.compute_mib, abs=0.05)


@pytest.mark.parametrize(("mmap", "repack"), WAYS)
def test_however_it_is_loaded_it_computes_the_same(published: Path, mmap: bool, repack: bool) -> None:
    rows = []
    for weights in (WeightSettings(mmap=True), WeightSettings(mmap=mmap, repack=repack)):
        backend = LlamaBackend()
        backend.load_model([published], lambda _fraction: None, weights)
        backend.open_context(ContextSettings(512, 64, 1))
        assert backend.decode([number % 200 for number in range(60)], 0, logits=True)
        rows.append(backend.logits())
        backend.close()
    spread = max(rows[0]) - min(rows[0])
    assert max(abs(one - other) for one, other in zip(*rows, strict=True)) < 0.02 * spread


def test_a_dry_run_of_a_broken_file_fails(published: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(published.read_bytes()[:4000])
    with pytest.raises(LoadFailedError):
        LlamaBackend().dry_run([broken], (), WeightSettings(), ContextSettings(512, 64, 1))


@pytest.mark.skipif(sys.platform != "linux", reason="pages are given back on Linux only")
def test_pages_of_rearranged_matrices_are_given_back(tmp_path: Path) -> None:
    recipe = tiny_gguf.Recipe(precision="q8_0", width=1024, experts=16, layers=1)
    path = tiny_gguf.write(tmp_path / "wide.gguf", recipe)
    size = path.stat().st_size
    assert size > 25 * 2**20, "far more than a load takes besides"
    backend = LlamaBackend()
    before = psutil.Process().memory_info().rss
    backend.load_model([path], lambda _fraction: None, WeightSettings(mmap=True, repack=True))
    grown = psutil.Process().memory_info().rss - before
    counted = backend.sizes_by_device(())["CPU"].weights_mib
    backend.close()
    assert counted == pytest.approx(size / 2**20, rel=TOLERANCE), "weights count once"
    assert grown < 1.3 * size, "the file's pages and the copy are not both held"


def test_experts_of_the_first_layers_on_a_device_stay_with_the_processor() -> None:
    settings = WeightSettings(gpu_layers=25, cpu_expert_layers=3, layers=24)
    kept = [layer for layer in range(24) if settings.keeps_experts(f"blk.{layer}.ffn_up_exps.weight")]
    assert kept == [0, 1, 2]
    assert not settings.keeps_experts("blk.1.attn_q.weight")
    partly = WeightSettings(gpu_layers=11, cpu_expert_layers=2, layers=24)
    kept = [layer for layer in range(24) if partly.keeps_experts(f"blk.{layer}.ffn_down_exps.bias")]
    assert kept == [14, 15]
    assert WeightSettings(layers=24, cpu_expert_layers=5).expert_pattern == ""


class Log:
    """What llama.cpp says."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def take(self, _level: int, text: bytes) -> None:
        self.lines.append(text.decode())


def test_overrides_reach_llama_cpp(published: Path) -> None:
    """Its log says which tensors were taken to the processor: exactly the pattern's."""
    library = load_library()
    log = Log()
    hear(library, log.take)
    settings = WeightSettings(gpu_layers=5, cpu_expert_layers=2, layers=4)
    parameters = ModelParameters(library, registry_of(library).base, settings)
    parameters.simulate()
    model = library.llama_model_load_from_file(str(published).encode(), parameters.raw)
    library.llama_model_free(model)
    moved = [line.split()[1] for line in log.lines if "buffer type overridden" in line]
    assert {name.split(".")[1] for name in moved} == {"0", "1"}
    assert {name.split(".")[2] for name in moved} == {"ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"}


def test_a_dry_run_adds_up_by_device() -> None:
    """The lines are those of a run with one layer's experts left to the processor."""
    journal = LoadJournal()
    for line in (
        *(f"load_tensors: layer   {n} assigned to device MTL0, is_swa = 0\n" for n in range(3)),
        *(f"llama_kv_cache: layer   {n}: dev = MTL0\n" for n in range(2)),
        "llama_kv_cache: size =    8.00 MiB (  1024 cells,   2 layers,  1/1 seqs), K (f16)\n",
        "sched_reserve:       MTL0 compute buffer size =   398.00 MiB\n",
        "sched_reserve:        CPU compute buffer size =   116.00 MiB\n",
        "llama_context:        CPU  output buffer size =     0.77 MiB\n",
    ):
        journal.note(2, line)
    mib = 2**20
    tensors = [
        ("token_embd.weight", 10 * mib),
        ("output.weight", 20 * mib),
        ("blk.0.attn_q.weight", 1 * mib),
        ("blk.0.ffn_up_exps.weight", 5 * mib),
        ("blk.1.ffn_up_exps.weight", 5 * mib),
    ]
    weights = WeightSettings(gpu_layers=3, cpu_expert_layers=1, layers=2)
    found = expected(journal, tensors, weights, ["MTL0"])
    assert found["MTL0"] == BufferSizes(26.0, 8.0, 398.0)
    assert found["CPU"] == BufferSizes(15.0, 0.0, 116.77)


def test_buffers_belong_to_their_devices() -> None:
    journal = LoadJournal()
    for name, mib in (
        ("CUDA0", 100),
        ("CUDA1", 7),
        ("CUDA_Host", 5),
        ("CPU_Mapped", 3),
        ("MTL0_Mapped", 2),
    ):
        journal.note(2, f"load_tensors: {name:>12} model buffer size = {mib:8.2f} MiB\n")
    found = journal.sizes_by_device(["CUDA0", "CUDA1", "MTL0"])
    weights = {name: sizes.weights_mib for name, sizes in found.items()}
    assert weights == {"CPU": 8.0, "CUDA0": 100.0, "CUDA1": 7.0, "MTL0": 2.0}


@pytest.mark.parametrize("load_mode", ["mmap", "read"])
@pytest.mark.parametrize("cache_type", ["f16", "q8_0"])
def test_what_was_planned_is_what_was_set_aside(
    client: EngineClient, any_model: Path, load_mode: str, cache_type: str
) -> None:
    wishes = Wishes(context=4096, load_mode=load_mode, cache_type=cache_type)
    events: list[Event] = []
    loaded = client.load(LoadRequest(str(any_model), wishes), events.append)
    assert loaded.plan
    assert (loaded.plan.load_mode, loaded.plan.cache_type) == (load_mode, cache_type)
    assert next(event for event in events if isinstance(event, Planned)).plan == loaded.plan
    assert [device.name for device in loaded.allocated] == [
        device.name for device in loaded.plan.devices
    ]
    for planned, real in zip(loaded.plan.devices, loaded.allocated, strict=True):
        assert planned.total_mib / real.total_mib == pytest.approx(1, abs=TOLERANCE)


def test_the_guide_loads_at_once(client: EngineClient) -> None:
    if not guide_model_path().is_file():
        pytest.skip("the built-in guide is not made yet")
    loaded = client.load(LoadRequest(str(guide_model_path())), lambda _event: None)
    assert loaded.load_ms < 500


def test_what_does_not_fit_is_refused_with_its_plan_and_loaded_all_the_same_when_told(
    client: EngineClient, tiny_model: Path
) -> None:
    events: list[Event] = []
    greedy = Wishes(others_mib=1e9)
    with pytest.raises(UserError) as caught:
        client.load(LoadRequest(str(tiny_model), greedy), events.append)
    assert caught.value.code == "engine.refused"
    plan = next(event for event in events if isinstance(event, Planned)).plan
    assert plan.verdict is Verdict.REFUSED
    assert caught.value.values == {"missing": round(plan.missing_mib)}
    forced = Wishes(others_mib=1e9, force=True)
    assert isinstance(client.load(LoadRequest(str(tiny_model), forced), events.append), Loaded)


def test_without_a_gpu_backend_no_device_is_reachable() -> None:
    if device_nodes.backends():
        pytest.skip("this installation brings a GPU backend")
    assert device_nodes.nodes() == ()
    assert device_nodes.readable() == ()


def test_the_compute_law_holds_for_the_guide() -> None:
    if not guide_model_path().is_file():
        pytest.skip("the built-in guide is not made yet")
    backend = LlamaBackend()
    header = backend.header(guide_model_path())
    shape = headers.shape([header], model_file.find(guide_model_path()))
    for settings in SETTINGS:
        found = backend.dry_run([guide_model_path()], header.tensors, WeightSettings(), settings)["CPU"]
        law = (
            sizes.weights_mib(shape)
            + sizes.cache_mib(shape, settings.context, settings.micro_batch, settings.cache_type)
            + sizes.compute_mib(shape, settings.context, settings.micro_batch, settings.flash_attention)
        )
        assert law / total(found) == pytest.approx(1, abs=TOLERANCE)
