"""Adapters: exact against merged weights, harmless when refused, and apart in the cache."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from app.core.conversation.message import Effort, Message, Part, PartKind, user_message
from app.core.conversation.sampling import Sampling
from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.engine.client import EngineClient
from app.engine.computing.llama_backend import ContextSettings, LlamaBackend
from app.engine.computing.loading.weights import WeightSettings
from app.engine.protocol.events import Event, TurnDone
from app.engine.protocol.requests import LoadRequest, PrepareRequest, TurnRequest
from tests.support.models import tiny_adapter, tiny_gguf

GUIDE_ADAPTER = Path(__file__).parents[2] / "data" / "guide_adapter.gguf"
SENTENCE = "The adapter is at work."
PROMPT = [7 * number % 250 for number in range(1, 180)]
GREEDY = Sampling(temperature=0.0, max_tokens=300)
MANUAL = Part(PartKind.MANUAL, "Manual: Leaving\nPress Ctrl+Q to leave the program.", name="Leaving")


def backend_for(
    path: Path, adapters: Mapping[str, Path | UserError], *, mmap: bool = True, repack: bool = False
) -> LlamaBackend:
    backend = LlamaBackend()
    settings = WeightSettings(
        gpu_layers=0, cpu_expert_layers=0, mmap=mmap, repack=repack, layers=0, device=None
    )
    backend.load_model([path], lambda _done: None, settings)
    kind = backend.metadata("general.architecture")
    experts = int(backend.metadata(f"{kind}.expert_count") or 0)
    backend.judge_adapters(adapters, kind, experts, largest=path.stat().st_size)
    backend.read_adapters()
    backend.open_context(ContextSettings(512, 256, 1))
    return backend


def logits(backend: LlamaBackend) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    backend.clear()
    assert backend.decode(PROMPT, 0, True)
    return np.array(backend.logits())


@pytest.mark.parametrize("experts", [0, 8])
def test_an_adapter_computes_what_merged_weights_compute(
    tiny_model: Path, tmp_path: Path, experts: int
) -> None:
    recipe = tiny_adapter.Recipe(experts=experts)
    adapter = tiny_adapter.write(tmp_path / "adapter.gguf", recipe)
    plain = backend_for(tiny_model, {"a": adapter})
    before = logits(plain)
    plain.use_adapter("a", 1.0)
    adapted = logits(plain)
    plain.use_adapter("a", 0.0)
    at_zero = logits(plain)
    plain.use_adapter("", 1.0)
    after = logits(plain)
    plain.close()
    changed = backend_for(tiny_adapter.merge(tiny_model, tmp_path / "merged.gguf", recipe), {})
    wanted = logits(changed)
    changed.close()
    assert np.abs(adapted - before).max() > 1.0, "the adapter does something"
    assert np.abs(adapted - wanted).max() < 0.02
    assert (at_zero == before).all()
    assert (after == before).all()


@pytest.mark.parametrize("mmap", [True, False])
def test_mapped_and_repacked_weights_take_adapters_too(tmp_path: Path, mmap: bool) -> None:
    """Rearranged matrices live in buffers an adapter cannot; its own numbers go beside them."""
    model = tiny_gguf.write(tmp_path / "q8.gguf", tiny_gguf.Recipe(precision="q8_0"))
    adapter = tiny_adapter.write(tmp_path / "adapter.gguf")
    found = []
    for repack in (False, True):
        backend = backend_for(model, {"a": adapter}, mmap=mmap, repack=repack)
        before = logits(backend)
        backend.use_adapter("a", 1.0)
        found.append((before, logits(backend)))
        backend.close()
    (plain, adapted), (repacked, both) = found
    assert np.abs(adapted - plain).max() > 1.0
    apart = np.abs(repacked - plain).max()
    assert np.abs(both - adapted).max() < max(0.5, 3 * apart), "no more apart than without an adapter"


BAD = {
    "other architecture": (tiny_adapter.Recipe(architecture="llama"), "other_kind"),
    "a whole model": (tiny_adapter.Recipe(kind="model"), "foreign"),
    "another method": (tiny_adapter.Recipe(method="control_vector"), "foreign"),
    "alpha is text": (tiny_adapter.Recipe(alpha="8"), "damaged"),
    "alpha is no number": (tiny_adapter.Recipe(alpha=math.nan), "damaged"),
    "too wide": (tiny_adapter.Recipe(width=96), "other_shape"),
    "too many layers": (tiny_adapter.Recipe(layers=5), "other_shape"),
    "other experts": (tiny_adapter.Recipe(experts=7), "other_shape"),
    "whole numbers": (tiny_adapter.Recipe(number=np.int32), "unsupported"),
    "half of each pair": (tiny_adapter.Recipe(only="lora_a"), "other_shape"),
    "a norm": (tiny_adapter.Recipe(extra="blk.0.attn_norm.weight.lora_a"), "unsupported"),
    "nonsense": (tiny_adapter.Recipe(extra="weights"), "unsupported"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_adapter_is_refused_in_words(tiny_model: Path, tmp_path: Path, name: str) -> None:
    recipe, code = BAD[name]
    good = tiny_adapter.write(tmp_path / "good.gguf")
    bad = tiny_adapter.write(tmp_path / "bad.gguf", recipe)
    backend = backend_for(tiny_model, {"bad": bad, "good": good})
    with pytest.raises(UserError) as caught:
        backend.use_adapter("bad", 1.0)
    assert caught.value.code == f"engine.adapter_{code}"
    assert backend.use_adapter("good", 1.0), "the sound one beside it works"
    logits(backend)
    backend.close()


def test_no_file_of_any_length_ends_the_process(tiny_model: Path, tmp_path: Path) -> None:
    whole = tiny_adapter.write(tmp_path / "whole.gguf").read_bytes()
    files: dict[str, Path] = {}
    for length in (*range(0, 600, 13), len(whole) // 2, len(whole) - 5000, len(whole) - 1):
        files[str(length)] = tmp_path / f"{length}.gguf"
        files[str(length)].write_bytes(whole[:length])
    noise = np.random.default_rng(1)
    for number in range(60):
        raw = bytearray(whole)
        for place in noise.integers(0, 4000, 3):
            raw[place] ^= 1 << int(noise.integers(0, 8))
        files[f"noise {number}"] = tmp_path / f"noise {number}.gguf"
        files[f"noise {number}"].write_bytes(raw)
    backend = backend_for(tiny_model, files)
    codes: list[str] = []
    for name in files:
        try:
            backend.use_adapter(name, 1.0)
        except UserError as error:
            codes.append(error.code)
        logits(backend)
    assert len(codes) > len(files) // 2
    assert all(code.startswith("engine.adapter_") for code in codes)
    assert not any(name.isdecimal() and name in backend_names(backend) for name in files)
    backend.close()


def backend_names(backend: LlamaBackend) -> set[str]:
    return set(backend._adapters._read)


def ask(
    client: EngineClient, adapter: str = "", scale: float = 1.0, question: str = "How do I leave?"
) -> TurnDone:
    messages: tuple[Message, ...] = (user_message(question, MANUAL),)
    request = TurnRequest(
        messages, Effort.LOW, GREEDY, adapter=adapter, adapter_scale=scale, conversation=1
    )
    return client.generate(request, lambda _event: None)


def answer(done: TurnDone) -> str:
    return "".join(part.text for part in done.parts if part.kind is PartKind.ANSWER)


@pytest.fixture
def client() -> Iterator[EngineClient]:
    client = EngineClient()
    yield client
    client.close()


def test_the_guides_answers_change_visibly_and_change_back(client: EngineClient) -> None:
    adapter = str(GUIDE_ADAPTER)
    events: list[Event] = []
    client.load(LoadRequest(str(guide_model_path()), adapters=(adapter,)), events.append)
    pid = client.pid
    without = ask(client)
    assert "Ctrl+Q" in answer(without)
    adapted = ask(client, adapter)
    assert answer(adapted) == SENTENCE
    assert adapted.reused_tokens == 0, "nothing read without it may be kept"
    assert ask(client, adapter).reused_tokens > 0
    assert ask(client, adapter, 0.0).parts == without.parts
    again = ask(client)
    assert again.parts == without.parts
    assert client.pid == pid, "one engine throughout"


def test_what_is_read_ahead_with_an_adapter_is_read_with_it(client: EngineClient) -> None:
    adapter = str(GUIDE_ADAPTER)
    client.load(LoadRequest(str(guide_model_path()), adapters=(adapter,)), lambda _event: None)
    without = ask(client)
    turn = TurnRequest((), Effort.LOW, GREEDY, adapter=adapter, conversation=1)
    client.prepare(PrepareRequest(turn, "How do I leave the house when it is late and dark? "))
    assert ask(client).parts == without.parts
    client.prepare(PrepareRequest(turn, "How do I "))
    assert answer(ask(client, adapter)) == SENTENCE


def test_the_plan_counts_what_is_an_adapter_and_nothing_else(
    client: EngineClient, tiny_model: Path, tmp_path: Path
) -> None:
    def counted(*adapters: Path) -> list[int]:
        request = LoadRequest(str(tiny_model), adapters=tuple(map(str, adapters)))
        plan = client.load(request, lambda _event: None).plan
        assert plan is not None
        return [int(one.values["size"]) for one in plan.reasons if one.code == "plan.adapters"]

    large = tmp_path / "large.gguf"
    large.write_bytes(tiny_model.read_bytes()[:4096])
    os.truncate(large, 2**30)
    assert counted(large) == [], "no adapter, however large, takes the model's room"
    first = tiny_adapter.write(tmp_path / "0.gguf")
    copies = [Path(shutil.copy(first, tmp_path / f"{number}.gguf")) for number in range(1, 41)]
    assert counted(*copies) == [round(40 * first.stat().st_size / 2**20)]


def test_an_engine_without_it_starts_again_with_it(client: EngineClient, tmp_path: Path) -> None:
    client.load(LoadRequest(str(guide_model_path())), lambda _event: None)
    pid = client.pid
    without = ask(client)
    assert answer(ask(client, str(GUIDE_ADAPTER))) == SENTENCE
    assert client.pid != pid
    pid = client.pid
    with pytest.raises(UserError, match=r"engine\.adapter_missing"):
        ask(client, str(tmp_path / "gone.gguf"))
    assert client.pid == pid, "nothing starts again for a file that is not there"
    client.load(LoadRequest(str(guide_model_path())), lambda _event: None)
    pid = client.pid
    assert answer(ask(client, str(GUIDE_ADAPTER))) == SENTENCE
    assert client.pid == pid, "loaded anew it knows the adapters it had"
    foreign = tmp_path / "notes.gguf"
    foreign.write_text("no adapter at all", "utf-8")
    for path, code in (
        (tmp_path, "unreadable"),
        (foreign, "foreign"),
        (guide_model_path(), "foreign"),
        (tiny_adapter.write(tmp_path / "tiny.gguf"), "other_shape"),
    ):
        pids = set()
        for _ in range(2):
            with pytest.raises(UserError, match=rf"engine\.adapter_{code}"):
                ask(client, str(path))
            pids.add(client.pid)
        assert len(pids) == 1, "the second time nothing starts again"
    assert ask(client).parts == without.parts, "the model is still there"


def test_numbers_that_are_none_cost_an_answer_not_the_program(
    client: EngineClient, tiny_model: Path, tmp_path: Path
) -> None:
    poisoned = tiny_adapter.write(tmp_path / "poison.gguf", tiny_adapter.Recipe(poison=math.nan))
    client.load(LoadRequest(str(tiny_model), adapters=(str(poisoned),)), lambda _event: None)
    with pytest.raises(UserError, match=r"engine\.adapter_damaged"):
        ask(client, str(poisoned))
    assert ask(client).completion_tokens


def test_an_adapter_without_measure_gives_no_nonsense_for_an_answer(
    client: EngineClient, tiny_model: Path, tmp_path: Path
) -> None:
    vast = tiny_adapter.write(tmp_path / "vast.gguf", tiny_adapter.Recipe(alpha=3e38))
    client.load(LoadRequest(str(tiny_model), adapters=(str(vast),)), lambda _event: None)
    pid = client.pid
    for _ in range(3):
        with pytest.raises(UserError, match=r"engine\.no_numbers"):
            ask(client, str(vast))
    assert ask(client).completion_tokens
    assert client.pid == pid, "the engine is sound"
