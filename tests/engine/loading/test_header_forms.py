"""Forms of a header that no file of the architecture has: named before llama.cpp would end the process.

Found by half an hour of false headers, entry by entry, with every key that llama.cpp reads.
"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.engine.client import EngineClient
from app.engine.protocol.plan import Wishes
from app.engine.protocol.requests import LoadRequest
from tests.engine.loading.test_adapters import ask
from tests.support.models import tiny_gguf

Entry = dict[str, int | str | list[bool]]
PATTERN = "attention.sliding_window_pattern"


def load(client: EngineClient, path: Path, entries: Entry) -> None:
    recipe = tiny_gguf.Recipe(layers=4, overrides=entries)
    tiny_gguf.write(path, recipe)
    client.load(LoadRequest(str(path), Wishes(context=512)), lambda _event: None)


@pytest.mark.parametrize(
    "entries",
    [
        {"rope.scaling.type": "yarm"},
        {"rope.scaling.type": "x" * 300},
        {"nextn_predict_layers": 5},
        {"expert_group_count": 8},
        {"expert_group_count": 3},
        {"attention.key_length_swa": 64},
        {"attention.value_length_swa": 1},
        {"rope.dimension_count_swa": 64},
        {PATTERN: 1},
        {PATTERN: 4},
        {PATTERN: [False, False, False, False]},
        {PATTERN: [True, False]},
        {"attention.causal": False},
    ],
    ids=str,
)
def test_a_form_that_no_such_model_has_is_named(
    client: EngineClient, tmp_path: Path, entries: Entry
) -> None:
    with pytest.raises(UserError) as refused:
        load(client, tmp_path / "form.gguf", entries)
    assert refused.value.code == "plan.foreign_form"
    assert refused.value.values["part"] in entries
    assert refused.value.words.next


@pytest.mark.parametrize(
    ("tensor", "kind"),
    [
        ("blk.0.attn_sinks.weight", 24),  # of 8 bits
        ("blk.0.attn_sinks.weight", 1),  # of 16
        ("blk.1.ffn_gate_inp.bias", 1),
        ("blk.0.attn_q.weight", 26),  # whole numbers of 32 bits
        ("token_embd.weight", 26),
    ],
)
def test_numbers_that_cannot_be_computed_with_are_named(
    client: EngineClient, tmp_path: Path, tensor: str, kind: int
) -> None:
    path = tiny_gguf.write(tmp_path / "kind.gguf")
    data = bytearray(path.read_bytes())
    name = tensor.encode()
    place = data.index(struct.pack("<Q", len(name)) + name) + 8 + len(name)
    place += 4 + 8 * struct.unpack_from("<I", data, place)[0]
    assert struct.unpack_from("<I", data, place) == (0,)
    struct.pack_into("<I", data, place, kind)
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"plan\.foreign_form"):
        client.load(LoadRequest(str(path), Wishes(context=512)), lambda _event: None)


@pytest.mark.parametrize(
    "entries",
    [
        {"block_count": 513},
        {"expert_count": 1025, "expert_used_count": 2},
    ],
    ids=str,
)
def test_more_than_llama_cpp_holds_is_no_shape(
    client: EngineClient, tmp_path: Path, entries: Entry
) -> None:
    with pytest.raises(UserError, match=r"plan\.bad_shape"):
        load(client, tmp_path / "form.gguf", entries)


@pytest.mark.parametrize(
    "entries",
    [
        {PATTERN: 2},
        {PATTERN: [True, False, True, False]},
        {"attention.causal": True, "nextn_predict_layers": 0},
        {"rope.scaling.type": "none"},
        {"attention.key_length_swa": 32, "attention.value_length_swa": 32},
    ],
    ids=str,
)
def test_what_only_says_what_is_usual_is_loaded(
    client: EngineClient, tmp_path: Path, entries: Entry
) -> None:
    load(client, tmp_path / "form.gguf", entries)
    assert ask(client).completion_tokens
