"""Vocabularies are read from token lists, and refused when they cannot be trusted."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.harmony.vocabulary import CONTROL, NORMAL, OFFICIAL_CONTROLS, USER_DEFINED, Vocabulary
from tests.harmony.conftest import SMALL_CONTROLS, gguf_tokens, printable, small_pieces


def _refused(tokens: list[str], types: list[int]) -> str:
    with pytest.raises(UserError) as caught:
        Vocabulary.from_gguf_tokens(tokens, types)
    return caught.value.code


def _list() -> tuple[list[str], list[int]]:
    return gguf_tokens(small_pieces(), SMALL_CONTROLS)


def test_a_small_vocabulary_is_found_by_its_texts(small: Vocabulary) -> None:
    floor = len(small_pieces())
    assert small.control_floor == floor
    assert small.size == floor + len(SMALL_CONTROLS)
    assert small.special["start"] == floor + SMALL_CONTROLS.index("start")
    assert [small.piece(i) for i in range(floor)] == small_pieces()
    assert small.piece(floor) is None
    assert small.piece(-1) is None
    assert not small.is_control(small.size)
    assert len(small.encode("analysis")) == 1
    assert small.describe([small.special["reserved_200013"], *small.encode("é"), 10**9]) == (
        "<|reserved_200013|>é\ufffd"
    )


def test_the_official_vocabulary_from_a_token_list(official: Vocabulary) -> None:
    """As a model file lists it: some numbers past the control tokens are unused padding."""
    pieces = [piece for i in range(official.control_floor) if (piece := official.piece(i)) is not None]
    tokens = [printable(piece) for piece in pieces]
    types = [NORMAL] * len(tokens)
    names = {number: name for name, number in official.special.items()}
    for number in range(official.control_floor, official.size):
        used = number <= 200_018
        tokens.append(f"<|{names[number]}|>" if used else f"[PAD{number}]")
        types.append(CONTROL if used else 5)
    built = Vocabulary.from_gguf_tokens(tokens, types)
    assert (built.control_floor, built.size) == (199_998, 201_088)
    assert {name: built.special[name] for name in OFFICIAL_CONTROLS} == dict(OFFICIAL_CONTROLS)
    sample = "नमस्ते, สวัสดี 3.14 <|start|>don't\r\n\t😀"
    assert built.encode(sample) == official.encode(sample)
    start, end = (OFFICIAL_CONTROLS[name] for name in ("start", "end"))
    tokens[start], tokens[end] = tokens[end], tokens[start]
    assert _refused(tokens, types) == "harmony.vocabulary_misplaced"


@pytest.mark.parametrize(
    "name", ["start", "end", "message", "channel", "constrain", "return", "call", "endoftext"]
)
def test_a_missing_control_token_is_named(name: str) -> None:
    controls = [control for control in SMALL_CONTROLS if control != name]
    with pytest.raises(UserError) as caught:
        Vocabulary.from_gguf_tokens(*gguf_tokens(small_pieces(), controls))
    assert caught.value.code == "harmony.vocabulary_incomplete"
    assert f"named {name}," in caught.value.sentence


def test_a_control_token_among_the_words_is_refused() -> None:
    tokens, types = _list()
    tokens.insert(0, tokens.pop())
    types.insert(0, types.pop())
    assert _refused(tokens, types) == "harmony.vocabulary_misplaced"


def test_a_control_token_that_counts_as_a_word_is_refused() -> None:
    tokens, types = _list()
    types[tokens.index("<|start|>")] = NORMAL
    assert _refused(tokens, types) == "harmony.vocabulary_misplaced"
    tokens, types = _list()
    assert _refused(tokens, [NORMAL] * len(types)) == "harmony.vocabulary_misplaced"


def test_a_control_token_that_stands_twice_is_refused() -> None:
    tokens, types = _list()
    assert _refused([*tokens, "<|start|>"], [*types, CONTROL]) == "harmony.vocabulary_misplaced"


def test_an_unused_number_is_no_control_token() -> None:
    tokens, types = _list()
    types[tokens.index("<|call|>")] = 5
    assert _refused(tokens, types) == "harmony.vocabulary_incomplete"


def test_user_defined_control_tokens_are_accepted() -> None:
    """llama.cpp reports five of them so, whatever the file says."""
    tokens, types = _list()
    types = [USER_DEFINED if kind == CONTROL else kind for kind in types]
    built = Vocabulary.from_gguf_tokens(tokens, types)
    assert all(token < built.control_floor for token in built.encode("<|start|>"))


def test_damaged_lists_are_refused() -> None:
    tokens, types = _list()
    assert _refused([], []) == "harmony.vocabulary_damaged"
    assert _refused(tokens, types[:-1]) == "harmony.vocabulary_damaged"
    assert _refused(["\u4e2d", *tokens[1:]], types) == "harmony.vocabulary_damaged"
    assert _refused([" ", *tokens[1:]], types) == "harmony.vocabulary_damaged"  # a bare blank
    assert _refused([tokens[1], *tokens[1:]], types) == "harmony.vocabulary_damaged"  # twice
    assert _refused(tokens[1:], types[1:]) == "harmony.vocabulary_damaged"  # a byte is missing


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"IQ== 0\nIg== 2\n", b"IQ==\n", b"!!! 0\n", b"IQ== 0\n", b"IQ== x\n"],
)
def test_foreign_vocabulary_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.tiktoken"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        Vocabulary.from_tiktoken_file(path)
    assert caught.value.code == "harmony.vocabulary_foreign"


def test_a_long_foreign_file_is_refused(tmp_path: Path) -> None:
    """As long as the real one, but of nonsense."""
    path = tmp_path / "x.tiktoken"
    lines = (base64.b64encode(b"%d" % i) + b" %d\n" % i for i in range(199_998))
    path.write_bytes(b"".join(lines))
    with pytest.raises(UserError) as caught:
        Vocabulary.from_tiktoken_file(path)
    assert caught.value.code == "harmony.vocabulary_damaged"


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        Vocabulary.from_tiktoken_file(tmp_path / "no.tiktoken")
    assert caught.value.code == "harmony.file_unreadable"


def test_long_blank_runs_are_cut_only_when_very_long(official: Vocabulary) -> None:
    plain = official._encoding.encode_ordinary
    for count in (100, 4000, 8192, 8193):
        assert official.encode(" " * count + "x") == plain(" " * count + "x")
