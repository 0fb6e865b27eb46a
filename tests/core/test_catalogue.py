"""The catalogue of sentences is complete, used, and in the house's voice."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from app.core import texts

ROOT = Path(__file__).resolve().parents[2]
NEVER = re.compile(
    r"!|\boops\b|\bsorry\b|please wait|something went wrong|\bsimply\b|\bjust\b", re.IGNORECASE
)


def _literals() -> set[str]:
    """Every string the program's code holds; f-strings give their constant beginning plus ``*``."""
    found: set[str] = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                found.add(f"{node.values[0].value!s}*")
    return found


def _is_used(key: str, literals: set[str]) -> bool:
    names = {key}
    if key.startswith("errors."):
        names = {key.removeprefix("errors.").rsplit(".", 1)[0]}
    prefixes = [literal[:-1] for literal in literals if literal.endswith(".*") and len(literal) > 2]
    return bool(names & literals) or any(
        name.startswith(prefix) for name in names for prefix in prefixes
    )


def test_every_sentence_is_used() -> None:
    literals = _literals()
    assert sorted(key for key in texts.entries() if not _is_used(key, literals)) == []


def test_every_failure_has_its_three_parts() -> None:
    codes = {
        key.removeprefix("errors.").rsplit(".", 1)[0]
        for key in texts.entries()
        if key.startswith("errors.")
    }
    missing = [
        f"{code}.{part}"
        for code in sorted(codes)
        for part in ("safe", "what", "next")
        if f"errors.{code}.{part}" not in texts.entries()
    ]
    assert missing == []


@pytest.mark.parametrize("key", sorted(texts.entries()))
def test_the_voice_is_plain(key: str) -> None:
    sentence = texts.entries()[key]
    assert not NEVER.search(sentence), sentence
    assert sentence == sentence.strip()


@pytest.mark.parametrize("key", sorted(key for key in texts.entries() if key.startswith("errors.")))
def test_a_failure_ends_in_a_full_stop(key: str) -> None:
    sentence = texts.entries()[key]
    assert sentence == "" or sentence.endswith((".", "?")), sentence
