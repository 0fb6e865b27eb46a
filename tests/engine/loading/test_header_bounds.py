"""Headers that ask for more memory than there is: refused before llama.cpp sets it aside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.engine.client import EngineClient
from app.engine.computing.headers import bounds
from app.engine.computing.headers.bounds import is_bounded
from app.engine.protocol.requests import LoadRequest
from tests.engine.loading.test_adapters import ask
from tests.support.models import raw_gguf, tiny_gguf
from tests.support.models.raw_gguf import ADAPTER, TEXT, entry, list_entry

U8, U64 = 0, 10
MANY = 2**24
"""Empty texts: 128 MiB of a hole, for which llama.cpp would set aside half a GiB."""

BOMBS: dict[str, Callable[[Path], Path]] = {
    "texts": lambda path: raw_gguf.write(path, (*ADAPTER, list_entry("x", TEXT, MANY)), hole=8 * MANY),
    "numbers": lambda path: raw_gguf.write(path, (*ADAPTER, list_entry("x", U64, MANY)), hole=8 * MANY),
    "behind a sound list": lambda path: raw_gguf.write(
        path,
        (*ADAPTER, list_entry("tokens", TEXT, 2, raw_gguf.text("a") * 2), list_entry("x", U8, 2**29)),
        hole=2**29,
    ),
    "one long text": lambda path: raw_gguf.write(
        path,
        (*ADAPTER, raw_gguf.text("x") + (TEXT).to_bytes(4, "little") + (2**29).to_bytes(8, "little")),
        hole=2**29,
    ),
    "entries": lambda path: raw_gguf.write(path, [entry(str(number), "") for number in range(5000)]),
    "tensors": lambda path: raw_gguf.write(path, ADAPTER, [("x", (1,))] * (bounds.MOST_TENSORS + 1)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_more_than_any_real_header_has_is_refused(tmp_path: Path, name: str) -> None:
    assert not is_bounded(BOMBS[name](tmp_path / "bomb.gguf"))


def test_real_files_pass(tiny_model: Path, tmp_path: Path) -> None:
    assert is_bounded(tiny_model)
    assert is_bounded(guide_model_path())
    long_texts = list_entry("x", TEXT, 300, raw_gguf.text("y" * 9_999) * 300)
    behind = entry("behind", "it")
    assert is_bounded(raw_gguf.write(tmp_path / "long.gguf", [long_texts, behind]))
    assert not is_bounded(
        raw_gguf.write(tmp_path / "bomb.gguf", [long_texts, list_entry("x", TEXT, MANY)])
    ), "what stands behind texts longer than a block is met"


@pytest.mark.parametrize("length", range(0, 4000, 97))
def test_what_ends_early_or_makes_no_sense_is_left_to_llama_cpp(
    tiny_model: Path, tmp_path: Path, length: int
) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_model.read_bytes()[:length])
    assert is_bounded(cut)
    assert is_bounded(raw_gguf.write(tmp_path / "kind.gguf", [list_entry("x", 99, 1)]))


def test_a_model_file_with_such_a_header_is_a_damaged_file(client: EngineClient, tmp_path: Path) -> None:
    path = tiny_gguf.write(tmp_path / "model.gguf")
    whole = path.read_bytes()
    entries = int.from_bytes(whole[16:24], "little") + 1
    bomb = list_entry("x", U8, 2**24, bytes(2**24))
    path.write_bytes(whole[:16] + entries.to_bytes(8, "little") + bomb + whole[24:])
    with pytest.raises(UserError, match=r"engine\.file_damaged"):
        client.load(LoadRequest(str(path)), lambda _event: None)


def test_an_adapter_may_cost_a_turn_and_never_the_model(
    client: EngineClient, tiny_model: Path, tmp_path: Path
) -> None:
    bomb = BOMBS["texts"](tmp_path / "bomb.gguf")
    rank, name = 2**16, "blk.0.attn_q.weight.lora_"
    vast = raw_gguf.write(
        tmp_path / "vast.gguf", ADAPTER, [(f"{name}a", (64, rank)), (f"{name}b", (rank, 128))]
    )
    adapters = (str(bomb), str(vast))
    plan = client.load(LoadRequest(str(tiny_model), adapters=adapters), lambda _event: None).plan
    assert plan is not None
    assert not [one for one in plan.reasons if one.code == "plan.adapters"], "neither takes its room"
    for adapter, code in zip(adapters, ("damaged", "other_shape"), strict=True):
        with pytest.raises(UserError, match=rf"engine\.adapter_{code}"):
            ask(client, adapter)
    assert ask(client).completion_tokens
