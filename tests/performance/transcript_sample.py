"""Made-up conversations for the transcript's measurements: always the same for the same numbers."""

from __future__ import annotations

import random

from app.core.conversation.message import Part, PartKind, Role
from app.ui.transcript.model import TranscriptItem

_TEXT = (
    "the notice clause lease tenant landlord period date served written reply court order "
    "patient ward discharge table count value result method sample review evidence claim shall "
    "may not before after under within reasonable payment interest costs hearing bundle witness "
    "statement expert opinion "
)
_WORDS = _TEXT.split()


def sentence(rng: random.Random, words: int) -> str:
    """Return one made-up sentence with a little emphasis."""
    chosen = [rng.choice(_WORDS) for _ in range(words)]
    if words > 8:
        place = rng.randrange(words)
        chosen[place] = rng.choice(("**{}**", "`{}`", "*{}*", "[{}](https://example.org/a)")).format(
            chosen[place]
        )
    return " ".join(chosen).capitalize() + "."


def answer(rng: random.Random, blocks: int) -> str:
    """Return made-up Markdown of some blocks."""
    pieces: list[str] = []
    for _ in range(blocks):
        kind = rng.random()
        if kind < 0.5:
            pieces.append(" ".join(sentence(rng, rng.randint(6, 16)) for _ in range(rng.randint(1, 4))))
        elif kind < 0.7:
            pieces.append("\n".join(f"- {sentence(rng, 7)}" for _ in range(rng.randint(2, 5))))
        elif kind < 0.78:
            pieces.append(f"## {sentence(rng, 4)}")
        elif kind < 0.92:
            lines = [
                f"    x{n} = {rng.choice(_WORDS)}({n}, 'text')  # note" for n in range(rng.randint(3, 9))
            ]
            pieces.append("```python\ndef run():\n" + "\n".join(lines) + "\n```")
        else:
            rows = [
                f"| {rng.choice(_WORDS)} | {n} | {sentence(rng, 3)} |" for n in range(rng.randint(2, 5))
            ]
            pieces.append("| What | No. | Note |\n|---|--:|---|\n" + "\n".join(rows))
    return "\n\n".join(pieces)


def conversation(count: int, seed: int = 1) -> list[TranscriptItem]:
    """Return ``count`` messages, questions and answers in turn."""
    rng = random.Random(seed)
    items: list[TranscriptItem] = []
    for number in range(count):
        if number % 2 == 0:
            parts: tuple[Part, ...] = (Part(PartKind.TEXT, sentence(rng, 14)),)
            items.append(TranscriptItem(number + 1, Role.USER, parts))
            continue
        parts = (Part(PartKind.ANSWER, answer(rng, rng.randint(2, 9))),)
        if rng.random() < 0.3:
            parts = (Part(PartKind.REASONING, sentence(rng, 60)), *parts)
        items.append(
            TranscriptItem(number + 1, Role.ASSISTANT, parts, model_name="guide", thinking_ms=3000)
        )
    return items


def tokens(text: str, seed: int = 2) -> list[str]:
    """Cut a text into pieces of the size of tokens."""
    rng = random.Random(seed)
    pieces: list[str] = []
    place = 0
    while place < len(text):
        size = rng.randint(2, 6)
        pieces.append(text[place : place + size])
        place += size
    return pieces
