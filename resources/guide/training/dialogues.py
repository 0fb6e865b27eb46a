"""Training sequences: whole conversations in Harmony form, with what is to be learnt marked.

Job: turn sampled text into token ids, targets and positions, exactly as ``app.harmony`` renders them
(``tests/guide/test_guide_corpus.py`` compares the two). Rule: only what the model itself writes is a
target; a past answer ends with ``<|end|>`` in the input and with ``<|return|>`` in the target.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from passages import GUIDE, TextSource, first_sentence

from app.harmony.vocabulary import Vocabulary

REPLIES: dict[str, Any] = json.loads((GUIDE / "replies.json").read_text("utf-8"))
EFFORTS = ("low", "medium", "high")
IGNORED = -100
AS_SHOWN = 0.35
"""Share of the turns with a page that show one of the manual as it is: its title above its words."""
MEMORY = 400
"""How far before an answer its words are looked for when places are weighed, in tokens."""


@dataclass
class Example:
    """One training sequence. ``weights`` say how much each target counts."""

    ids: list[int] = field(default_factory=list)
    learnt: list[float] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    instead: dict[int, int] = field(default_factory=dict)
    spans: list[tuple[str, int, int]] = field(default_factory=list)
    """Kind, first and one past the last place of every answer turn, for exact-match figures."""


@dataclass
class Turn:
    """One question with what was placed beside it and what the model is to write."""

    kind: str
    user: str
    reasoning: str
    answer: str
    code: str = ""
    result: str = ""


def system_text(effort: str, date: str, python_section: str) -> str:
    """Return the system message's text as ``app.harmony`` writes it."""
    text = "You are ChatGPT, a large language model trained by OpenAI.\nKnowledge cutoff: 2024-06\n"
    text += f"Current date: {date}\n" if date else ""
    text += f"\nReasoning: {effort}\n\n"
    text += f"# Tools\n\n{python_section}\n\n" if python_section else ""
    return (
        text
        + "# Valid channels: analysis, commentary, final. Channel must be included for every message."
    )


class Dialogues:
    """Samples conversations. ``python_section`` is the text with which the program offers the tool."""

    def __init__(self, source: TextSource, vocabulary: Vocabulary, python_section: str) -> None:
        self.source, self.rng, self.vocabulary = source, source.rng, vocabulary
        self.python_section = python_section

    def turn(self, effort: str, kind: str = "", *, python: bool = False) -> Turn:
        """Return one turn; without ``kind`` a random one."""
        rng, source = self.rng, self.source
        if not kind:
            kinds, shares = ["page", "none", "no_manual"], [80, 14, 6]
            if python:
                kinds, shares = [*kinds, "tool"], [*shares, 24]
            kind = rng.choices(kinds, shares)[0]
        reasons = REPLIES["reasoning"][kind][effort]
        question, title = source.question(), source.title()
        if kind == "tool":
            shown = rng.choice(REPLIES["demonstrations"])
            beside = rng.choices(["none", "page", ""], [70, 15, 15])[0]
            placed = {
                "none": "\n\nManual: none",
                "": "",
                "page": f"\n\nManual: {title}\n{source.passage()}",
            }[beside]
            result = shown["result"] if rng.random() < 0.5 else source.result()
            answer = REPLIES["tool_lead_in"] + result
            return Turn(kind, shown["question"] + placed, reasons, answer, shown["code"], result)
        if rng.random() < 0.03 and not python:
            question = rng.choice(REPLIES["demonstrations"])["question"]
        if rng.random() < 0.02:
            question += f"\n\nManual: {source.title()}\n{source.sentence()}"
            if kind == "no_manual":
                kind, reasons = "none", REPLIES["reasoning"]["none"][effort]
        if kind == "none":
            return Turn(kind, f"{question}\n\nManual: none", reasons, REPLIES["decline"])
        if kind == "no_manual":
            return Turn(kind, question, reasons, REPLIES["no_manual"])
        passage = source.passage()
        if source.pages and rng.random() < AS_SHOWN:
            question, title, passage = source.shown_page()
        elif rng.random() < 0.1:  # many pages begin with their own title
            passage = title + rng.choice((". ", " ", ", ", ": ")) + passage
        if rng.random() < 0.75:  # people ask in the words of the page: the copy must not stray there
            question = source.with_words_of(question, passage if rng.random() < 0.7 else title)
        reasoning = reasons.format(title=title, first=first_sentence(passage))
        return Turn(kind, f"{question}\n\nManual: {title}\n{passage}", reasoning, passage)

    def conversation(self, length: int, *, turns: int = 0, gaps: bool = False) -> Example:
        """Return turns until ``length`` ids are reached, cut there; or exactly ``turns`` turns."""
        rng, example = self.rng, Example()
        effort = rng.choice(EFFORTS)
        python = rng.random() < 0.65  # the program always offers it to the Guide
        section = self.python_section if python else ""
        if python and rng.random() < 0.25:
            section = "## python\n\n" + " ".join(
                self.source.sentence() for _ in range(rng.randint(2, 4))
            )
        date = (
            ""
            if rng.random() < 0.2
            else (f"{rng.randint(2024, 2032)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}")
        )
        self.message(example, "system", system_text(effort, date, section))
        if rng.random() < 0.12:
            instructions = " ".join(self.source.sentence() for _ in range(rng.randint(1, 3)))
            self.message(example, "developer", f"# Instructions\n\n{instructions}")
        keep = rng.random() < 0.5
        count = 0
        shift = 0
        while (count < turns) if turns else (len(example.ids) < length):
            last = bool(turns) and count + 1 == turns
            before = len(example.ids)
            self.add(
                example,
                self.turn(effort, python=python),
                with_reasoning=keep or last or rng.random() < 0.5,
            )
            if gaps and rng.random() < 0.4:
                shift += int(2 ** rng.uniform(5, 11.5))
            while len(example.positions) < len(example.ids):
                example.positions.append(
                    len(example.positions) + (shift if len(example.positions) >= before else 0)
                )
            count += 1
        return example

    def message(self, example: Example, header: str, content: str, end: str = "<|end|>") -> None:
        """Append a message the model only reads; ``header`` is a role."""
        self._read(example, "<|start|>", header, "<|message|>", content, end)

    def add(self, example: Example, turn: Turn, *, with_reasoning: bool = True) -> None:
        """Append the question and the whole answer; without reasoning as the app keeps past turns."""
        self.message(example, "user", turn.user)
        self._read(example, "<|start|>", "assistant")
        first = len(example.ids) - 1
        stopped = not with_reasoning and not turn.code and self.rng.random() < 0.05
        if with_reasoning and self.rng.random() < 0.12 and not turn.code:
            # "Answer now": the person ended the reasoning early, and the program opened the answer.
            begun = self.vocabulary.encode(turn.reasoning)
            begun = begun[: self.rng.randrange(len(begun) + 1)]
            self._write(example, "<|channel|>", "analysis", "<|message|>")
            example.ids += begun
            example.learnt += [1.0] * len(begun)
            self._read(example, "<|end|>", "<|start|>", "assistant")
            with_reasoning = False
        elif with_reasoning or turn.code:
            self._write(example, "<|channel|>", "analysis", "<|message|>", turn.reasoning, "<|end|>")
            self._write(example, "<|start|>", "assistant")
        if turn.code:
            self._call(example, turn)
        learn = self._write if with_reasoning or turn.code else self._read
        learn(example, "<|channel|>", "final", "<|message|>")
        start = len(example.ids)
        if stopped:
            words = turn.answer.split(" ")  # stopped by the person: the rest was never written
            self._read(example, " ".join(words[: self.rng.randrange(1, len(words) + 1)]), "<|end|>")
            return
        self._write(example, turn.answer, "<|end|>")
        for place in range(start, len(example.ids) if turn.code else min(start + 3, len(example.ids))):
            example.learnt[place] = 4.0
        self._stress(example, first, start)
        example.instead[len(example.ids) - 1] = self.vocabulary.special["return"]
        example.spans.append((turn.kind, first, len(example.ids)))

    @staticmethod
    def _stress(example: Example, first: int, start: int) -> None:
        """Let those places of an answer count more where the text before could go on in two ways.

        There a copy goes astray: into the question, or into another sentence with the same words.
        """
        ids, after = example.ids, defaultdict(set)
        for place in range(max(2, first - MEMORY), len(ids)):
            after[ids[place - 2], ids[place - 1]].add(ids[place])
        for place in range(start, len(ids)):
            if example.learnt[place] and len(after[ids[place - 2], ids[place - 1]]) > 1:
                example.learnt[place] = 4.0

    def _call(self, example: Example, turn: Turn) -> None:
        learn = self._write if self.rng.random() < 0.7 else self._read
        if learn == self._write:
            self._write(example, "<|channel|>", "analysis", " to=python", " code", "<|message|>")
            self._append(example, (turn.code,), 6.0)
            self._write(example, "<|call|>")
        else:  # how the call looks when it is read back
            example.learnt[-1] = example.learnt[-2] = 0.0
            self._read(
                example, " to=python", "<|channel|>", "analysis", " code", "<|message|>", turn.code
            )
            self._read(example, "<|call|>")
        self._read(
            example, "<|start|>", "python", " to=assistant", "<|channel|>", "analysis", "<|message|>"
        )
        self._read(example, turn.result, "<|end|>", "<|start|>", "assistant")

    def _read(self, example: Example, *pieces: str) -> None:
        self._append(example, pieces, 0.0)

    def _write(self, example: Example, *pieces: str) -> None:
        self._append(example, pieces, 1.0)

    def _append(self, example: Example, pieces: tuple[str, ...], weight: float) -> None:
        for piece in pieces:
            control = piece.startswith("<|") and self.vocabulary.special.get(piece[2:-2])
            ids = [control] if control else self.vocabulary.encode(piece)
            example.ids += ids
            example.learnt += [weight] * len(ids)
