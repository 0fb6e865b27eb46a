"""The questions that measure the Guide stand nowhere that shaped it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.manual.pages import load_pages

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "resources" / "guide"


def plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def questions(path: Path) -> list[str]:
    return [json.loads(line)["question"] for line in path.read_text("utf-8").splitlines()]


def shaped_by() -> set[str]:
    """Everything the search was fitted on or looks words up in."""
    texts = [*(GUIDE / "search" / "foreign.txt").read_text("utf-8").splitlines()]
    for name in ("development.jsonl", "unseen.jsonl"):
        texts += questions(ROOT / "tests" / "manual" / "data" / name)
    for path in (GUIDE / "manual").glob("*.toml"):
        texts += strings(tomllib.loads(path.read_text("utf-8")))
    texts += [name for page in load_pages() for name in page.names]
    return {plain(text) for text in texts}


@pytest.mark.parametrize(("name", "least"), [("held_out", 150), ("foreign", 60), ("plain", 90)])
def test_the_questions_are_enough_and_seen_nowhere(name: str, least: int) -> None:
    asked = questions(GUIDE / "evaluation" / f"{name}.jsonl")
    assert len(asked) >= least
    assert len({plain(question) for question in asked}) == len(asked)
    seen = shaped_by()
    assert [question for question in asked if plain(question) in seen] == []


@pytest.mark.parametrize("name", ["held_out", "plain"])
def test_what_is_expected_stands_in_the_manual(name: str) -> None:
    pages = {page.slug: page for page in load_pages()}
    lines = (GUIDE / "evaluation" / f"{name}.jsonl").read_text("utf-8").splitlines()
    for item in map(json.loads, lines):
        named = [item["page"]] if isinstance(item["page"], str) else item["page"]
        assert set(named) <= pages.keys(), item
        said = " ".join(text for slug in named for text in pages[slug].passages)
        assert not item.get("says") or any(words in said for words in item["says"]), item
