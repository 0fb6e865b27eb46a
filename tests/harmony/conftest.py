"""Vocabularies for the Harmony tests: the official one, and a small one like the built-in guide's."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from app.harmony.vocabulary import CONTROL, NORMAL, Vocabulary

ROOT = Path(__file__).resolve().parents[2]

SMALL_CONTROLS = (
    *("startoftext", "endoftext", "reserved_200000", "reserved_200001", "return", "constrain"),
    *("reserved_200004", "channel", "start", "end", "message", "reserved_200009"),
    *("reserved_200010", "reserved_200011", "call", "reserved_200013"),
)
_PAIRS = (b"th", b"he", b"in", b"er", b"an", b"re", b"on", b"at", b"en", b"nd", b"es", b"or", b" t")


@dataclass(frozen=True)
class Writer:
    """Writes test streams: text with control tokens spelled out becomes ids."""

    vocabulary: Vocabulary

    def __call__(self, text: str) -> list[int]:
        ids: list[int] = []
        for index, piece in enumerate(text.replace("|>", "<|").split("<|")):
            ids += [self.vocabulary.special[piece]] if index % 2 else self.vocabulary.encode(piece)
        return ids


@cache
def _letters() -> dict[int, str]:
    """Return the printable stand-in of every byte; written here anew to check the reading of it."""
    ranges = (("!", "~"), ("¡", "¬"), ("®", "ÿ"))
    letters = {n: chr(n) for low, high in ranges for n in range(ord(low), ord(high) + 1)}
    others = [byte for byte in range(256) if byte not in letters]
    return letters | {byte: chr(256 + index) for index, byte in enumerate(others)}


def printable(piece: bytes) -> str:
    """Write bytes as byte-level vocabularies do."""
    return "".join(_letters()[byte] for byte in piece)


def gguf_tokens(pieces: Sequence[bytes], controls: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return token texts and types as a GGUF lists them."""
    tokens = [printable(piece) for piece in pieces] + [f"<|{name}|>" for name in controls]
    return tokens, [NORMAL] * len(pieces) + [CONTROL] * len(controls)


def small_pieces() -> list[bytes]:
    """Return the pieces of a small vocabulary: all bytes, some pairs, some whole words."""
    words = [b"analysis", b"final", b"assistant", b"user", b"system", b"developer", b"python", b" code"]
    return [bytes((byte,)) for byte in range(256)] + [*_PAIRS, *words]


def conformance_dir() -> Path:
    """Return the shared folder, or skip (fail with CLOISTER_REQUIRE_CONFORMANCE=1)."""
    override = os.environ.get("CLOISTER_CONFORMANCE")
    folder = Path(override) if override else ROOT.parent / "shared" / "conformance"
    if not (folder / "o200k_base.tiktoken").is_file():
        reason = "the conformance data is not beside this checkout (set CLOISTER_CONFORMANCE)"
        if os.environ.get("CLOISTER_REQUIRE_CONFORMANCE") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def conformance() -> Path:
    return conformance_dir()


@pytest.fixture(scope="session")
def official(conformance: Path) -> Vocabulary:
    return Vocabulary.from_tiktoken_file(conformance / "o200k_base.tiktoken")


@pytest.fixture(scope="session")
def small() -> Vocabulary:
    return Vocabulary.from_gguf_tokens(*gguf_tokens(small_pieces(), SMALL_CONTROLS))


@pytest.fixture(scope="session")
def write(small: Vocabulary) -> Writer:
    return Writer(small)


@pytest.fixture(scope="session")
def write_official(official: Vocabulary) -> Writer:
    return Writer(official)
