"""Measure the shipped Guide as a person meets it: search, engine process, header mask, greedy.

``python resources/guide/training/evaluate.py`` with the program's own environment prints the figures
that ``README.md`` beside the model quotes. Job: ask every question of ``evaluation/`` and count. Rule:
nothing here is read by the training, and nothing of the training is read here.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GUIDE = Path(__file__).resolve().parent.parent
sys.path.append(str(GUIDE.parent.parent))

from app.core.conversation.message import (  # noqa: E402  path first
    Effort,
    Message,
    Part,
    PartKind,
    Stop,
    assistant_message,
    user_message,
)
from app.core.conversation.sampling import Sampling  # noqa: E402  path first
from app.core.paths import guide_model_path  # noqa: E402  path first
from app.engine.client import EngineClient  # noqa: E402  path first
from app.engine.protocol.events import Event, TurnDone  # noqa: E402  path first
from app.engine.protocol.plan import Wishes  # noqa: E402  path first
from app.engine.protocol.requests import LoadRequest, TurnRequest  # noqa: E402  path first
from app.manual.finder import NO_PAGE, ManualFinder  # noqa: E402  path first

REPLIES: dict[str, Any] = json.loads((GUIDE / "replies.json").read_text("utf-8"))
DATE = "2026-01-15"
LONGEST = 700
EFFORTS = tuple(Effort)
PARTS = ("own", "plain", "foreign", "copies", "follow-ups", "demonstrations", "without-manual")
FOLLOW_UPS = ("Tell me more about that.", "And then?", "Is there more?", "Can you explain that further?")


@dataclass
class Tally:
    """Counts by name: how many of how many, and what went wrong."""

    good: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    all: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wrong: list[str] = field(default_factory=list)

    def count(self, name: str, good: bool, what: str = "") -> None:
        """Add one case; ``what`` describes a bad one."""
        self.all[name] += 1
        self.good[name] += good
        if not good and what:
            self.wrong.append(f"{name}: {what}")

    def line(self, name: str) -> str:
        """Return one figure as text."""
        if not self.all[name]:
            return f"{name}: none"
        good, every = self.good[name], self.all[name]
        return f"{name}: {100 * good / every:.1f} % ({good} of {every})"


class Bench:
    """Asks the Guide through a real engine process."""

    def __init__(self, path: Path) -> None:
        self.finder = ManualFinder.open()
        self.client = EngineClient()
        self.tally = Tally()
        self.words: dict[Effort, list[int]] = defaultdict(list)
        self.client.load(LoadRequest(str(path), Wishes(threads=1)), _ignore)

    def ask(
        self,
        messages: tuple[Message, ...],
        effort: Effort,
        tools: tuple[str, ...] = (),
        temperature: float = 0,
    ) -> TurnDone:
        """Run one turn and count whether it is well-formed: reasoning, then an answer or a call."""
        sampling = Sampling(temperature=temperature, seed=1, max_tokens=LONGEST)
        done = self.client.generate(
            TurnRequest(messages, effort, sampling, date=DATE, tools=tools), _ignore
        )
        last = PartKind.TOOL_CALL if done.stop is Stop.CALL else PartKind.ANSWER
        calls = any(part.kind is PartKind.TOOL_RESULT for part in messages[-1].parts)
        expected = [[PartKind.REASONING, last], *([[last]] if calls else [])]
        formed = [part.kind for part in done.parts] in expected and not done.repaired
        formed = formed and done.stop in (Stop.RETURN, Stop.CALL)
        self.tally.count("well-formed", formed, repr(messages[-1].question[:60]))
        return done

    def own(self, path: Path, temperature: float) -> None:
        """Ask the questions that a page answers."""
        for number, line in enumerate(path.read_text("utf-8").splitlines()):
            item = json.loads(line)
            pages = [item["page"]] if isinstance(item["page"], str) else item["page"]
            effort = EFFORTS[number % len(EFFORTS)]
            part = self.finder.place(item["question"])
            done = self.ask((user_message(item["question"], part),), effort, temperature=temperature)
            answer, found = _answer(done), part.name in pages
            said = answer == _expected(part)
            self.words[effort].append(sum(len(p.text.split()) for p in done.parts[:1]))
            self.tally.count(
                "page found", found, f"{item['question']!r} -> {part.name or 'none'}, not {pages[0]}"
            )
            self.tally.count("placed text repeated", said, f"{part.name} {effort}: {answer[:90]!r}")
            self.tally.count("right", found and said)

    def plain(self, path: Path) -> None:
        """Ask as people do who never saw the manual: not the page alone, its passage must say it.

        ``says`` holds words of which the answer must have one; without a page the question is foreign.
        """
        for number, line in enumerate(path.read_text("utf-8").splitlines()):
            item = json.loads(line)
            pages = [item["page"]] if isinstance(item["page"], str) else item["page"]
            part = self.finder.place(item["question"])
            done = self.ask((user_message(item["question"], part),), EFFORTS[number % len(EFFORTS)])
            answer, what = _answer(done), f"{item['question']!r} -> {part.name or 'none'}"
            if not pages:
                self.tally.count("plain, foreign declined", answer == REPLIES["decline"], what)
                continue
            found, said = part.name in pages, answer == _expected(part)
            fits = any(words in answer for words in item.get("says", ("",)))
            self.tally.count("plain, page found", found, what)
            self.tally.count("plain, right", found and said and fits, f"{what}: {answer[:60]!r}")

    def foreign(self, path: Path) -> None:
        """Ask the questions that have nothing to do with the program."""
        for number, line in enumerate(path.read_text("utf-8").splitlines()):
            question = json.loads(line)["question"]
            part = self.finder.place(question)
            done = self.ask((user_message(question, part),), EFFORTS[number % len(EFFORTS)])
            declined = _answer(done) == REPLIES["decline"]
            self.tally.count("foreign declined", declined, f"{question!r} -> {part.name or 'none'}")

    def copies(self) -> None:
        """Have every passage of the manual repeated, whatever the search thinks."""
        for number, page in enumerate(self.finder.pages):
            for passage in page.passages:
                effort = EFFORTS[number % len(EFFORTS)]
                part = Part(PartKind.MANUAL, f"Manual: {page.title}\n{passage}", name=page.slug)
                done = self.ask((user_message(page.ask or f"{page.keywords[0]}?", part),), effort)
                said = _answer(done)
                self.tally.count(
                    "every passage repeated", said == passage, f"{page.slug} {effort}: {said[:200]!r}"
                )

    def follow_ups(self) -> None:
        """Ask four turns about each suggested page: the later ones must stay on it."""
        asked = [page for page in self.finder.pages if page.ask]
        for number, page in enumerate(asked):
            messages: tuple[Message, ...] = ()
            previous: Part | None = None
            for turn, question in enumerate((page.ask, *FOLLOW_UPS[:3])):
                part = self.finder.place(question, previous)
                messages += (user_message(question, part),)
                done = self.ask(messages, EFFORTS[number % len(EFFORTS)])
                if turn:
                    stays = part.name == page.slug and _answer(done) == _expected(part)
                    self.tally.count(
                        "follow-up stays on page", stays, f"{page.slug}, {question!r} -> {part.name}"
                    )
                messages += (assistant_message(done.parts),)
                previous = part if part.name else previous

    def demonstrations(self) -> None:
        """Offer python and ask for the fixed demonstrations; answer the call, read the end."""
        for shown in REPLIES["demonstrations"]:
            for effort in EFFORTS:
                asked = user_message(shown["question"], self.finder.place(shown["question"]))
                done = self.ask((asked,), effort, ("python",))
                call = done.parts[-1]
                proper = (done.stop, call.name, call.text) == (Stop.CALL, "python", shown["code"])
                self.tally.count("demonstration called", proper, f"{effort}: {call.text!r}")
                if not proper:
                    continue
                result = Part(PartKind.TOOL_RESULT, shown["result"], name="python")
                done = self.ask((asked, assistant_message((*done.parts, result))), effort, ("python",))
                ended = _answer(done) == REPLIES["tool_lead_in"] + shown["result"]
                self.tally.count("demonstration ended", ended, _answer(done))

    def without_manual(self) -> None:
        """Ask without any manual line."""
        for effort in EFFORTS:
            for question in ("How do I rename a conversation?", "What is the capital of France?"):
                done = self.ask((user_message(question),), effort)
                self.tally.count(
                    "says it needs the manual", _answer(done) == REPLIES["no_manual"], _answer(done)
                )


def _expected(part: Part) -> str:
    return str(REPLIES["decline"]) if part.text == NO_PAGE else part.text.partition("\n")[2]


def _answer(done: TurnDone) -> str:
    return "".join(part.text for part in done.parts if part.kind is PartKind.ANSWER)


def _ignore(_event: Event) -> None:
    pass


def main() -> None:
    """Run everything and print the figures; ``--wrong`` lists what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model-file", type=Path, default=guide_model_path())
    parser.add_argument("--temperature", type=float, default=0.0, help="for the held-out questions")
    parser.add_argument("--wrong", action="store_true", help="list the cases that went wrong")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="measure these only")
    arguments = parser.parse_args()
    bench = Bench(arguments.model_file)
    steps = {
        "own": lambda: bench.own(GUIDE / "evaluation" / "held_out.jsonl", arguments.temperature),
        "plain": lambda: bench.plain(GUIDE / "evaluation" / "plain.jsonl"),
        "foreign": lambda: bench.foreign(GUIDE / "evaluation" / "foreign.jsonl"),
        "copies": bench.copies,
        "follow-ups": bench.follow_ups,
        "demonstrations": bench.demonstrations,
        "without-manual": bench.without_manual,
    }
    try:
        for name in arguments.parts:
            steps[name]()
    finally:
        bench.client.close()
    for name in bench.tally.all:
        print(bench.tally.line(name))
    if bench.words:
        lengths = (f"{effort} {sum(all_) / len(all_):.1f}" for effort, all_ in bench.words.items())
        print(f"words of reasoning: {', '.join(lengths)}")
    if arguments.wrong:
        print(*bench.tally.wrong, sep="\n")


if __name__ == "__main__":
    main()
