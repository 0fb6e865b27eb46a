"""Whatever is chosen as a model file, the answer is one sentence with a next step, and soon."""

from __future__ import annotations

import os
import random
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.conversation.message import user_message
from app.core.conversation.sampling import Sampling
from app.core.errors import UserError
from app.engine.client import EngineClient
from app.engine.computing.llama_backend import LlamaBackend, LoadFailedError
from app.engine.host.files import model_file
from app.engine.protocol.plan import Wishes
from app.engine.protocol.requests import LoadRequest, TurnRequest
from tests.support.models import tiny_gguf


def _worked() -> float:
    """Return the seconds of a processor that children have used; a busy computer makes them no more."""
    times = os.times()
    return times.children_user + times.children_system


def refusal(client: EngineClient, path: Path | str) -> UserError:
    """Load the file, which must fail after little work, and return why."""
    began = _worked()
    with pytest.raises(UserError) as caught:
        client.load(LoadRequest(str(path)), lambda _event: None)
    assert _worked() - began < 10
    assert caught.value.words.what
    assert caught.value.words.next
    assert client.loaded is None
    return caught.value


def outcome(client: EngineClient, path: Path, *, answer: bool = False) -> str:
    """Load the file (and ask something) and return what came of it."""
    try:
        client.load(LoadRequest(str(path), Wishes(context=512)), lambda _event: None)
        if answer:
            request = TurnRequest((user_message("Hello"),), sampling=Sampling(max_tokens=4))
            client.generate(request, lambda _event: None)
    except UserError as error:
        return error.code
    return "answered" if answer else "loaded"


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def make_nothing(_path: Path) -> None:
    pass


def make_loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (make_nothing, "file_missing"),
        (lambda path: path.mkdir(), "file_not_a_file"),
        (os.mkfifo, "file_not_a_file"),
        (make_loop, "file_unreadable"),
        (lambda path: path.symlink_to(path.with_name("nowhere")), "file_missing"),
        (lambda path: write(path, b""), "file_foreign"),
        (lambda path: write(path, b"<html>" * 1000), "file_foreign"),
        (lambda path: write(path, bytes(5000)), "file_foreign"),
        (lambda path: write(path, random.Random(1).randbytes(5000)), "file_foreign"),
        (lambda path: write(path, b"GGUF" + bytes(5000)), "file_damaged"),
        (lambda path: write(path, b"GGUF" + b"\xff" * 5000), "file_damaged"),
    ],
)
def test_what_is_no_model_file(
    client: EngineClient, tmp_path: Path, make: Callable[[Path], object], code: str
) -> None:
    path = tmp_path / "chosen.gguf"
    make(path)
    assert refusal(client, path).code == f"engine.{code}"


@pytest.mark.parametrize("name", ["", "\x00", "a" * 5000, "no/such/folder/x.gguf"])
def test_strange_names(client: EngineClient, name: str) -> None:
    assert refusal(client, name).code in (
        "engine.file_not_a_file",
        "engine.file_missing",
        "engine.file_unreadable",
    )


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read anything")
def test_a_file_without_permission(client: EngineClient, tmp_path: Path, tiny_model: Path) -> None:
    path = write(tmp_path / "closed.gguf", tiny_model.read_bytes())
    path.chmod(0)
    assert refusal(client, path).code == "engine.file_unreadable"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_devices(client: EngineClient, device: str) -> None:
    assert refusal(client, device).code == "engine.file_not_a_file"


def test_a_truncated_file_says_how_much_is_there(
    client: EngineClient, tmp_path: Path, tiny_model: Path
) -> None:
    data = tiny_model.read_bytes()
    path = tmp_path / "cut.gguf"
    for cut in (16, 5000):
        code = refusal(client, write(path, data[:cut])).code
        assert code == ("engine.file_foreign" if cut < 24 else "engine.file_damaged")
    error = refusal(client, write(path, data[: len(data) // 2]))
    assert error.code == "engine.file_incomplete"
    assert error.values["percent"] == 50


def test_every_cut_is_noticed(tmp_path: Path, tiny_model: Path) -> None:
    data, path = tiny_model.read_bytes(), tmp_path / "cut.gguf"
    backend = LlamaBackend()
    whole = backend.header(tiny_model).size_needed
    assert whole == len(data)
    cuts = [*range(24, 200, 8), *range(200, 12000, 500), *range(12000, whole, 200_000), whole - 1]
    for cut in cuts:
        write(path, data[:cut])
        found = "complete"
        try:
            model_file.check_size(cut, backend.header(path).size_needed)
        except LoadFailedError as failure:
            found = failure.reason
        except UserError as error:
            found = error.code
        assert found not in ("", "complete")
    backend.close()


def test_another_architecture(client: EngineClient, tmp_path: Path, tiny_model: Path) -> None:
    length = struct.pack("<Q", 7)
    changed = tiny_model.read_bytes().replace(length + b"gpt-oss", length + b"llama-x", 1)
    error = refusal(client, write(tmp_path / "other.gguf", changed))
    assert (error.code, error.values["architecture"]) == ("engine.file_other_kind", "llama-x")
    with pytest.raises(UserError) as caught:
        model_file.check_architecture("\x1b[31m\u202e!" * 50)
    assert str(caught.value.values["architecture"]).isprintable()


@pytest.mark.parametrize(
    "overrides",
    [
        {"block_count": 0},
        {"block_count": 100000},
        {"expert_count": 0},
        {"expert_used_count": 1000},
        {"embedding_length": 65},
        {"attention.head_count": 0},
        {"attention.sliding_window": 2**31},
        {"context_length": 0},
    ],
    ids=str,
)
def test_falsified_metadata_never_hurts_the_parent(
    client: EngineClient, tmp_path: Path, overrides: dict[str, int]
) -> None:
    """Some of these make llama.cpp abort its process, some load: then the engine must still answer."""
    path = tiny_gguf.write(tmp_path / "false.gguf", tiny_gguf.Recipe(overrides=overrides))
    assert outcome(client, path, answer=True) in (
        "plan.bad_shape",
        "answered",
        "engine.file_damaged",
        "engine.load_crashed",
        "engine.no_memory",
        "engine.stopped",
        "engine.computing_failed",
    )


def test_flipped_bytes_never_hurt_the_parent(
    client: EngineClient, tmp_path: Path, tiny_model: Path
) -> None:
    numbers = random.Random(11)
    original = tiny_model.read_bytes()
    outcomes: list[str] = []
    for end in (300, 300, 2000, 12000, len(original), len(original)):
        data = bytearray(original)
        for _ in range(3):
            data[numbers.randrange(end)] ^= 1 << numbers.randrange(8)
        outcomes.append(outcome(client, write(tmp_path / "flipped.gguf", bytes(data))))
    assert len(set(outcomes)) > 1, "the flips reach more than one check"


def test_a_vocabulary_without_control_tokens(
    client: EngineClient, tmp_path: Path, tiny_model: Path
) -> None:
    data = tiny_model.read_bytes().replace(b"<|message|>", b"<|massage|>")
    error = refusal(client, write(tmp_path / "words.gguf", data))
    assert error.code.startswith("harmony.vocabulary_")


def test_the_sentence_holds_no_path(client: EngineClient, tmp_path: Path) -> None:
    path = write(tmp_path / "Smith-v-Jones.gguf", b"GGUF" + bytes(3000))
    assert "Smith" not in refusal(client, path).sentence
