"""The committed model file: whole, small, and of the form the program expects."""

from __future__ import annotations

import hashlib
import json

from app.core.paths import guide_model_path, resources_dir
from app.engine.computing.llama_backend import LlamaBackend
from app.harmony.vocabulary import CONTROL, NORMAL, Vocabulary

LARGEST = 10_000_000
SINGLE = [
    "analysis",
    "commentary",
    "final",
    "assistant",
    "user",
    "system",
    "developer",
    "python",
    " code",
    " json",
]


def test_the_file_is_the_recorded_one_and_small() -> None:
    path = guide_model_path()
    digest, name = path.with_suffix(".sha256").read_text("utf-8").split()
    assert name == path.name
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    assert path.stat().st_size <= LARGEST


def test_the_vocabulary_is_the_trained_one_with_control_tokens_last() -> None:
    backend = LlamaBackend()
    facts = backend.header(guide_model_path())
    backend.close()
    learnt = json.loads((resources_dir() / "guide" / "training" / "tokenizer.json").read_text("utf-8"))
    plain = len(learnt["pieces"])
    assert facts.architecture == "gpt-oss"
    assert list(facts.tokens[:plain]) == learnt["pieces"]
    assert facts.token_types == (NORMAL,) * plain + (CONTROL,) * (len(facts.tokens) - plain)
    vocabulary = Vocabulary.from_gguf_tokens(facts.tokens, facts.token_types)
    assert min(vocabulary.special.values()) == vocabulary.control_floor == plain
    assert [word for word in SINGLE if len(vocabulary.encode(word)) != 1] == []
    assert len(vocabulary.encode("0123456789")) == len("0123456789"), "digits never merge"
