"""Random schemas, random walks through their grammars: whatever ends is valid."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import UserError
from app.engine.computing.llama_backend import LlamaBackend
from app.engine.computing.writing.native_grammar import NativeGrammar
from app.engine.turns.form.json_schema import grammar_of
from app.harmony.vocabulary import Vocabulary
from tests.support.schema_check import valid

LONGEST = 3000


@pytest.fixture(scope="module")
def backend(tiny_model: Path) -> Iterator[LlamaBackend]:
    backend = LlamaBackend()
    backend.load_model([tiny_model], lambda _done: None)
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def vocabulary(backend: LlamaBackend, tiny_model: Path) -> Vocabulary:
    header = backend.header(tiny_model)
    return Vocabulary.from_gguf_tokens(header.tokens, header.token_types)


def schema_at_random(rng: random.Random, depth: int = 0) -> Any:
    """Return a schema of any form that can be kept to; now and then an impossible one."""
    kinds = ["string", "integer", "number", "boolean", "null", "enum", "const", "format", "several"]
    kinds += ["object", "object", "array", "array", "any of", "pair"] if depth < 3 else []
    kind = rng.choice(kinds)
    low, high = sorted(rng.choice((0, rng.randint(-2000, 2000), rng.randint(-9, 99))) for _ in range(2))

    def inner() -> Any:
        return schema_at_random(rng, depth + 1)

    if kind == "string":
        least = rng.randint(0, 4)
        return {"type": "string", "minLength": least, "maxLength": least + rng.randint(0, 6)}
    if kind in ("integer", "number"):
        bounds = {"minimum": low, "maximum": high}
        kept = {name: bound for name, bound in bounds.items() if rng.random() < 0.7}
        return {"type": kind, **kept}
    if kind == "several":
        return {"type": rng.sample(["boolean", "null", "integer"], 2), "minimum": low}
    if kind == "enum":
        return {"enum": rng.sample(["a", 'q"\\', "ä\n\u2028", 7, -1.5, None, True, {"k": []}], 3)}
    if kind == "const":
        return {"const": rng.choice(["x", 0, [1, {"y": None}], "\x00\ud800"])}
    if kind == "format":
        return {"type": "string", "format": rng.choice(["date", "date-time", "uuid"])}
    if kind == "any of":
        return {"anyOf": [inner() for _ in range(rng.randint(1, 3))]}
    if kind == "pair":
        return {"type": "array", "prefixItems": [inner() for _ in range(rng.randint(1, 3))]}
    if kind == "array":
        least = rng.randint(0, 2)
        return {
            "type": "array",
            "items": inner(),
            "minItems": least,
            "maxItems": least + rng.randint(0, 3),
        }
    if kind == "object":
        names = rng.sample(["a", "b", 'c"d', "é", "long name", "$ref"], rng.randint(1, 4))
        return {
            "type": "object",
            "properties": {name: inner() for name in names},
            "required": [name for name in names if rng.random() < 0.5],
        }
    return {"type": kind}


def grammar_or_none(schema: Any) -> str | None:
    """Return the grammar; None for a schema nothing can meet."""
    try:
        return grammar_of(json.dumps(schema))
    except UserError as error:
        if error.code != "engine.schema_endless":
            raise
    return None


def walk(grammar: NativeGrammar, vocabulary: Vocabulary, ends: int, rng: random.Random) -> bytes | None:
    """Return what one random walk wrote; None when it was too long."""
    written = bytearray()
    for _ in range(LONGEST):
        others = range(128, vocabulary.control_floor)
        tokens = [*rng.sample(range(128), 128), *rng.sample(others, len(others))]
        tokens = [ends, *tokens] if rng.random() < 0.5 else [*tokens, ends]
        token = next((token for token in tokens if grammar.allows(token)), None)
        assert token is not None, f"a dead end after {bytes(written)!r}"
        if token == ends:
            return bytes(written)
        written += vocabulary.piece(token) or b""
        grammar.push(token)
    return None


def test_every_walk_that_ends_is_valid(backend: LlamaBackend, vocabulary: Vocabulary) -> None:
    ended = 0
    for seed in range(150):
        rng = random.Random(seed)
        schema = schema_at_random(rng)
        text = grammar_or_none(schema)
        for _ in range(3 if text else 0):
            grammar = backend.grammar(text or "")
            assert grammar is not None
            written = walk(grammar, vocabulary, vocabulary.special["return"], rng)
            grammar.close()
            if written is not None:
                ended += 1
                value = json.loads(written.decode("utf-8", "replace"))
                assert valid(value, schema, schema), (seed, schema, value)
    assert ended > 350
