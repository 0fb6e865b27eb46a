"""The header of a model file is read without being believed."""

from __future__ import annotations

import contextlib
import os
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import UserError
from app.library import gguf


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def _entry(key: str, kind: int, value: bytes) -> bytes:
    return _text(key) + struct.pack("<I", kind) + value


def _array(kind: int, count: int, values: bytes) -> bytes:
    return struct.pack("<IQ", kind, count) + values


def _file(*entries: bytes, version: int = 3, tensors: int = 0, count: int | None = None) -> bytes:
    number = len(entries) if count is None else count
    return b"GGUF" + struct.pack("<IQQ", version, tensors, number) + b"".join(entries)


WORDS = _entry("tokenizer.ggml.tokens", 9, _array(8, 2, _text("a") + _text("é")))
TYPES = _entry("tokenizer.ggml.token_type", 9, _array(5, 2, struct.pack("<ii", 1, 3)))
GOOD = _file(
    _entry("general.architecture", 8, _text("gpt-oss")),
    _entry("gpt-oss.block_count", 4, struct.pack("<I", 24)),
    _entry("gpt-oss.rope.freq_base", 6, struct.pack("<f", 150000.0)),
    _entry("flag", 7, b"\x01"),
    WORDS,
    TYPES,
    tensors=459,
)


def _write(folder: Path, data: bytes) -> Path:
    path = folder / "x.gguf"
    path.write_bytes(data)
    return path


def _code(folder: Path, data: bytes) -> str:
    with pytest.raises(UserError) as caught:
        gguf.read_token_list(_write(folder, data))
    return caught.value.code


@pytest.mark.parametrize("version", [2, 3])
def test_values_are_read(version: int, tmp_path: Path) -> None:
    data = GOOD[:4] + struct.pack("<I", version) + GOOD[8:]
    header = gguf.read_header(_write(tmp_path, data))
    assert (header.version, header.tensors) == (version, 459)
    assert header.text("general.architecture") == "gpt-oss"
    assert header.number("gpt-oss.block_count") == 24
    assert header.metadata["gpt-oss.rope.freq_base"] == 150000.0
    assert header.metadata["flag"] is True
    assert header.metadata["tokenizer.ggml.tokens"] == ("a", "é")
    assert (header.text("flag", "none"), header.number("flag", 7)) == ("none", 7)


def test_only_wanted_keys_are_kept(tmp_path: Path) -> None:
    header = gguf.read_header(_write(tmp_path, GOOD), ["general.architecture"])
    assert header.metadata == {"general.architecture": "gpt-oss"}


def test_a_token_list(tmp_path: Path) -> None:
    path = _write(tmp_path, GOOD)
    assert gguf.read_token_list(path) == gguf.TokenList(("a", "é"), (1, 3))
    assert gguf.is_gguf(path)
    assert not gguf.is_gguf(tmp_path / "no")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "library.not_a_model"),
        (b"GGU", "library.not_a_model"),
        (b"PK\x03\x04" + GOOD[4:], "library.not_a_model"),
        (_file(version=1), "library.other_version"),
        (_file(version=0x03000000), "library.other_version"),  # big-endian
        (b"GGUF\x03", "library.cut_short"),
        (GOOD[:-1], "library.cut_short"),
        (_file(count=1), "library.cut_short"),
        (_file(count=2**63), "library.damaged"),
        (_file(tensors=2**60), "library.damaged"),
        (_file(struct.pack("<Q", 2**62)), "library.damaged"),
        (_file(_entry("k", 8, struct.pack("<Q", 2**40))), "library.damaged"),
        (_file(_entry("k", 13, b"")), "library.damaged"),
        (_file(_entry("k", 9, _array(4, 2**40, b""))), "library.damaged"),
        (_file(_entry("k", 9, _array(4, 2**20, b""))), "library.cut_short"),
        (_file(_entry("k", 9, _array(8, 2**20, b""))), "library.cut_short"),
        (_file(_entry("k", 9, _array(9, 1, _array(4, 0, b"")))), "library.damaged"),
        (_file(_entry("k", 7, b"\x01"), _entry("k", 7, b"\x01")), "library.damaged"),
        (_file(), "library.no_vocabulary"),
        (_file(WORDS), "library.no_vocabulary"),
        (_file(TYPES, _entry("tokenizer.ggml.tokens", 8, _text("a"))), "library.no_vocabulary"),
        (_file(TYPES, _entry("tokenizer.ggml.tokens", 9, _array(8, 0, b""))), "library.no_vocabulary"),
    ],
)
def test_hostile_and_broken_files(data: bytes, code: str, tmp_path: Path) -> None:
    assert _code(tmp_path, data) == code


def test_missing_and_unreadable_files(tmp_path: Path) -> None:
    cases = [(tmp_path / "no.gguf", "library.missing"), (tmp_path, "library.unreadable")]
    if hasattr(os, "mkfifo"):  # a pipe would be waited for
        os.mkfifo(tmp_path / "pipe")
        cases.append((tmp_path / "pipe", "library.unreadable"))
        assert not gguf.is_gguf(tmp_path / "pipe")
    for path, code in cases:
        with pytest.raises(UserError) as caught:
            gguf.read_header(path)
        assert caught.value.code == code


def test_the_header_may_not_be_endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gguf, "MAX_HEADER_BYTES", 100)
    assert _code(tmp_path, GOOD) == "library.damaged"


@settings(max_examples=150)
@given(st.integers(0, len(GOOD)), st.binary(max_size=12))
def test_damage_anywhere_is_a_sentence_or_a_header(
    tmp_path_factory: pytest.TempPathFactory, position: int, damage: bytes
) -> None:
    data = GOOD[:position] + damage + GOOD[position + len(damage) :]
    path = _write(tmp_path_factory.getbasetemp(), data)
    with contextlib.suppress(UserError):  # anything else that is raised fails the test
        assert gguf.read_header(path).version in (2, 3)
