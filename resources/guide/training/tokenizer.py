"""The Guide's vocabulary: 2032 byte-level pieces and 16 control tokens.

Job: learn the merges (``python tokenizer.py`` writes ``tokenizer.json``) and load them for training,
encoded by the program's own ``app.harmony``. Rule: digits never merge, the words a Harmony header needs
are single tokens, control tokens stand at the end in the order of o200k_harmony.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from passages import TextSource

from app.harmony.vocabulary import Vocabulary
from app.manual.pages import load_pages

_CUTS = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
)
PATTERN = "|".join(_CUTS)
"""How o200k text is cut before merging; llama.cpp calls it ``gpt-4o``."""

PLAIN = 2032
NORMAL_TYPE, CONTROL_TYPE = 1, 3
CONTROL = (
    "<|startoftext|>",
    "<|endoftext|>",
    "<|reserved_200000|>",
    "<|reserved_200001|>",
    "<|return|>",
    "<|constrain|>",
    "<|reserved_200004|>",
    "<|channel|>",
    "<|start|>",
    "<|end|>",
    "<|message|>",
    "<|reserved_200009|>",
    "<|reserved_200010|>",
    "<|reserved_200011|>",
    "<|call|>",
    "<|reserved_200013|>",
)
SINGLE = (
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
    "low",
    " low",
    "medium",
    " medium",
    "high",
    " high",
    "Manual",
    " none",
    " to",
    "Reasoning",
    "Page",
    "No",
    " manual",
    " page",
    "\n\n",
    ".\n\n",
)
FILE = Path(__file__).with_name("tokenizer.json")


def load(path: Path = FILE) -> Vocabulary:
    """Return the program's own vocabulary over the pieces learnt by :func:`learn`."""
    return _vocabulary(json.loads(path.read_text("utf-8"))["pieces"])


def _vocabulary(pieces: list[str]) -> Vocabulary:
    types = [NORMAL_TYPE] * len(pieces) + [CONTROL_TYPE] * len(CONTROL)
    return Vocabulary.from_gguf_tokens([*pieces, *CONTROL], types)


def _text() -> Iterator[str]:
    source = TextSource(random.Random(1), pages := load_pages())
    for page in pages:
        for _ in range(12):
            yield f"Manual: {page.title}\n" + "\n\n".join(page.passages)
    replies = (Path(__file__).parent.parent / "replies.json").read_text("utf-8")
    system = "You are ChatGPT, a large language model trained by OpenAI.\nKnowledge cutoff: 2024-06\n"
    system += "Current date: "
    channels = (
        "# Valid channels: analysis, commentary, final. Channel must be included for every message."
    )
    for _ in range(300):
        yield f"{system}\n\nReasoning: low\n\n{channels}\n\n# Instructions\n\n# Tools\n\n## python\n\n"
        yield replies
    yield from (one for one in SINGLE for _ in range(40_000))
    for _ in range(6000):
        yield source.passage()
        yield source.title()
        yield source.question()


def learn() -> tuple[list[str], list[str]]:
    """Return the pieces in id order and the merges in rank order."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer: Any = Tokenizer(models.BPE())
    cut = pre_tokenizers.Split(Regex(PATTERN), behavior="isolated")
    digits = pre_tokenizers.Digits(individual_digits=True)
    letters = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([cut, digits, letters])
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer: Any = trainers.BpeTrainer(vocab_size=PLAIN, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(_text(), trainer)
    state = json.loads(tokenizer.to_str())["model"]
    pieces = sorted(state["vocab"], key=state["vocab"].__getitem__)
    merges = [one if isinstance(one, str) else " ".join(one) for one in state["merges"]]
    return pieces, merges


def main() -> None:
    """Learn the vocabulary, check it and write it."""
    pieces, merges = learn()
    assert len(pieces) == PLAIN
    assert len(merges) == PLAIN - 256
    vocabulary = _vocabulary(pieces)
    for word in SINGLE:
        assert len(vocabulary.encode(word)) == 1, word
    assert len(vocabulary.encode("0123456789")) == 10
    FILE.write_text(json.dumps({"pieces": pieces, "merges": merges}, ensure_ascii=False) + "\n", "utf-8")
    pages = load_pages()
    words = sum(len(text.split()) for page in pages for text in page.passages)
    ids = sum(len(vocabulary.encode(text)) for page in pages for text in page.passages)
    print(f"{len(pages)} pages, {ids / words:.2f} ids a word")


if __name__ == "__main__":
    main()
