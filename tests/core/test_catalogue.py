"""The catalogue of sentences is complete, used, and in the house's voice."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from app.core import texts

ROOT = Path(__file__).resolve().parents[2]
NEVER = re.compile(
    r"!|\boops\b|\bsorry\b|please wait|something went wrong|\bsimply\b|\bjust\b", re.IGNORECASE
)


def _words_of_the_code() -> tuple[set[str], list[re.Pattern[str]]]:
    """Return every string the program's code holds, and its f-strings as patterns."""
    whole: set[str] = set()
    composed: list[re.Pattern[str]] = []
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                pieces = [
                    re.escape(str(piece.value)) if isinstance(piece, ast.Constant) else "(.+)"
                    for piece in node.values
                ]
                if any("." in piece and piece != "(.+)" for piece in pieces):
                    composed.append(re.compile("".join(pieces)))
    return whole, composed


FORMS = re.compile(r"_(none|zero|one|two|few|many|other)$")
"""What ``texts.plural`` puts after a key."""


def _is_used(key: str, whole: set[str], composed: list[re.Pattern[str]]) -> bool:
    name = key.removeprefix("errors.").rsplit(".", 1)[0] if key.startswith("errors.") else key
    if FORMS.search(name) and _is_used(FORMS.sub("", name), whole, composed):
        return True
    if name in whole:
        return True
    for pattern in composed:
        found = pattern.fullmatch(name)
        # An f-string that begins with a variable counts only where that beginning is in the code too.
        if found and (not pattern.pattern.startswith("(") or found[1] in whole):
            return True
    return False


COUNTED = re.compile(
    r"\{\w+(:,)?\} (tokens a second|bytes|files|parts|lines|layers|threads|(processor )?cores"
    r"|(\w+ )?messages|conversations|(\w+ )?connections|minutes|hours|days)\b"
)
NEVER_ONE = {
    *("models.drop_many", "models.row.size_imported_parts", "models.step.approve_parts"),
    *("models.step.import_offer_parts", "models.left.minutes", "models.left.hours"),
    *("errors.library.part_missing.what", "errors.library.parts_missing.what", "shelf.cli.parts"),
    *("kit.cli.made", "kit.cli.verified", "attach.too_many", "ui.composer.hint_full"),
    *("errors.attach.too_large.what", "errors.attach.far_too_large.what", "ui.status.speed_tip"),
    *("plan.threads", "plan.threads_wished", "plan.experts_on_processor"),
}
"""Where one is said by a sentence of its own, or cannot be."""


def test_what_is_counted_has_a_form_for_one() -> None:
    """A speed of 1 read "1 tokens a second"."""
    plain = {key for key, words in texts.entries().items() if COUNTED.search(words)}
    assert {key for key in plain if not FORMS.search(key)} <= NEVER_ONE
    assert set(texts.entries()) >= NEVER_ONE


def test_every_sentence_is_used() -> None:
    whole, composed = _words_of_the_code()
    assert sorted(key for key in texts.entries() if not _is_used(key, whole, composed)) == []


KEY = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")


ASKED = {"text": ("",), "plural": ("_other",), "UserError": (".safe", ".what", ".next")}
"""Who is asked for a key, and what of the catalogue is read for it."""


def _asked_for() -> list[tuple[str, str, str, frozenset[str] | None]]:
    """Return each key that the code names whole: where, of whom, the key, and its values."""
    found = []
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            asked = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
            values: frozenset[str] | None = frozenset(
                keyword.arg for keyword in node.keywords if keyword.arg
            )
            if any(keyword.arg is None for keyword in node.keywords):
                values = None
            first = node.args[0]
            for one in [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]:
                if not (isinstance(one, ast.Constant) and isinstance(one.value, str)):
                    continue
                if asked in ASKED and KEY.fullmatch(one.value):
                    found.append((f"{path.name}:{node.lineno}", asked, one.value, values))
    return found


def test_every_sentence_that_is_asked_for_exists_and_gets_its_values() -> None:
    known, wrong = texts.entries(), []
    asked = _asked_for()
    assert {how for _, how, _, _ in asked} == set(ASKED)
    for where, how, key, values in asked:
        for part in ASKED[how]:
            full = f"errors.{key}{part}" if how == "UserError" else f"{key}{part}"
            names = {name for _, name, _, _ in string.Formatter().parse(known.get(full, "")) if name}
            given = names if values is None else values | {"count"}
            if full not in known or not names <= given:
                wrong.append(f"{where} {full}")
    assert wrong == []


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


def test_numbers_and_plurals_are_those_of_plain_english() -> None:
    assert texts.number(1234567.3, 1) == "1,234,567.3"
    assert texts.number(16.04, 1, short=True) == "16"
    assert texts.plural("ui.sidebar.count", 0) == "Nothing found"
    assert texts.plural("ui.sidebar.count", 1) == "1 result"
    assert texts.plural("ui.sidebar.count", 3) == "3 results, newest first"
