"""Endless text to copy: titles, passages and questions.

Job: sample text of every shape a manual page or a question may have, so that the Guide learns to
repeat whatever stands on a page instead of learning the pages. Rule: everything comes from one
``random.Random``, the word list beside this file and the manual's own pages; nothing is stored and
nothing under ``evaluation/`` is ever read.
"""

from __future__ import annotations

import random
import re
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

from templates import ADJECTIVES, CODE, KEYS, NAMES, NOUNS, QUESTIONS, SENTENCES, TITLES, UNITS, VERBS

GUIDE = Path(__file__).resolve().parent.parent
sys.path.append(str(GUIDE.parent.parent))  # the program itself: ``app`` is not installed here

from app.manual.pages import Page  # noqa: E402  path first

LONGEST = 110
"""Most words of a passage; the manual itself stays under 90."""


def kept_out(slug: str) -> bool:
    """Return whether training may not see the page: about one in five, the same for ever."""
    return zlib.crc32(slug.encode()) % 5 == 0


class TextSource:
    """Samples text. ``pages`` are the manual pages that training may see."""

    def __init__(self, rng: random.Random, pages: Sequence[Page] = ()) -> None:
        self.rng, self.pages = rng, tuple(pages)
        self.words = (GUIDE / "training" / "words.txt").read_text("utf-8").split()
        passages = [one for page in pages for one in page.passages]
        self._real = [one for text in passages for one in re.split(r"(?<=[.?]) ", text)]

    def passage(self) -> str:
        """Return one paragraph, seldom two, of up to :data:`LONGEST` words in all."""
        rng = self.rng
        if rng.random() < 0.2 and self.pages:
            passages = rng.choice(self.pages).passages
            return "\n\n".join(passages) if rng.random() < 0.3 else rng.choice(passages)
        if rng.random() < 0.1:
            return f"{self._paragraph(2)}\n\n{self._paragraph(2)}"
        return (
            self._echoing()
            if rng.random() < 0.06
            else self._paragraph(rng.choice((1, 2, 2, 3, 3, 4, 4, 5)))
        )

    def _paragraph(self, count: int) -> str:
        text = " ".join(self.sentence() for _ in range(count)).split(" ")
        return " ".join(text[:LONGEST])

    def shown_page(self) -> tuple[str, str, str]:
        """Return (question, title, passage) of one page of the manual, as the program places it."""
        rng, page = self.rng, self.rng.choice(self.pages)
        passage = rng.choice(page.passages)
        question = rng.choice((*page.names, page.title, page.ask or page.keywords[0]))
        kind = rng.random()
        if kind < 0.25:
            question = f"{question.rstrip('?')}?"
        elif kind < 0.5:
            question = self.question()
        return question, page.title, passage

    def title(self) -> str:
        """Return a page title: a few words without a full stop."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.2 and self.pages:
            title = rng.choice(self.pages).title
            return title if rng.random() < 0.6 else self._changed(title, 0.5)
        if kind < 0.65:
            return self._fill(rng.choice(TITLES))
        words = self._salad(rng.randint(1, 7))
        return (words[:1].upper() + words[1:]).rstrip(".,;:?! ") or "Notes"

    def question(self) -> str:
        """Return what a person may ask; it never says what the right answer is."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.6:
            text = self._fill(rng.choice(QUESTIONS))
        elif kind < 0.75:
            text = self._salad(rng.randint(1, 14))
        elif kind < 0.85:
            text = self.sentence()
        elif kind < 0.9:
            text = " ".join(self.sentence() for _ in range(rng.randint(2, 4)))
        elif kind < 0.93:
            text = "\n".join(self.sentence() for _ in range(rng.randint(2, 3)))
        else:
            text = f"{self._fill(rng.choice(QUESTIONS))} {self._fill(rng.choice(QUESTIONS))}"
        if rng.random() < 0.3:
            text = text.lower()
        if rng.random() < 0.15:
            text = self._misspelt(text)
        return text.strip() or "?"

    def with_words_of(self, question: str, text: str) -> str:
        """Return the question with one to three runs of words of ``text`` in it."""
        rng, there, asked = self.rng, text.split(), question.split(" ")
        if rng.random() < 0.25:
            asked = []
        for _ in range(rng.randint(1, 3)):
            begin = rng.randrange(len(there))
            run = " ".join(there[begin : begin + rng.randint(1, 7)])
            run = run.lower() if rng.random() < 0.4 else run
            asked.insert(rng.randrange(len(asked) + 1), run)
        return " ".join(asked).rstrip(".,;:") + rng.choice(("?", "?", "", "."))

    def sentence(self) -> str:
        """Return one sentence."""
        rng = self.rng
        kind = rng.random()
        if self._real and kind < 0.5:
            return self._changed(rng.choice(self._real), rng.choice((0.1, 0.3, 0.6)))
        if kind < 0.8:
            return self._fill(rng.choice(SENTENCES))
        text = self._salad(rng.randint(3, 20))
        return text[:1].upper() + text[1:] + rng.choice((".", ".", ".", ".", "?", ":", ";", ".)"))

    def result(self) -> str:
        """Return what a tool may answer: mostly a number, sometimes a word or a short line."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.75:
            return str(rng.randrange(10 ** rng.randint(1, 9)))
        return self.number() if kind < 0.9 else self._salad(rng.randint(1, 5))

    def number(self) -> str:
        """Return digits as people write them."""
        rng = self.rng
        plain = str(rng.randrange(10 ** rng.randint(1, 6)))
        kind = rng.random()
        if kind < 0.6:
            return plain
        if kind < 0.75:
            return f"{rng.randrange(100)}.{rng.randrange(100)}"
        if kind < 0.85:
            return f"{int(plain):,}"
        if kind < 0.93:
            return f"{rng.randrange(2020, 2035)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
        return f"{rng.randrange(24)}:{rng.randrange(60):02}"

    def _fill(self, template: str) -> str:
        rng = self.rng
        simple = {
            "n": lambda: rng.choice(NOUNS if rng.random() < 0.75 else self.words),
            "v": lambda: rng.choice(VERBS if rng.random() < 0.75 else self.words),
            "a": lambda: rng.choice(ADJECTIVES if rng.random() < 0.75 else self.words),
            "N": self._name,
            "K": self._key,
            "x": self.number,
            "u": lambda: rng.choice(UNITS),
            "c": lambda: rng.choice(CODE),
            "the": lambda: rng.choice(
                ("the", "the", "the", "a", "your", "this", "its", "every", "no", "that")
            ),
        }

        def one(match: re.Match[str]) -> str:
            name = match[1]
            if name in simple:
                return simple[name]()
            text = simple[name.lower()]()
            return text[:1].upper() + text[1:]

        return re.sub(r"\{(\w+)\}", one, template)

    def _name(self) -> str:
        rng = self.rng
        if rng.random() < 0.6:
            return rng.choice(NAMES)
        if rng.random() < 0.5:
            return rng.choice(self.words).capitalize()
        return self._invented().capitalize()

    def _key(self) -> str:
        rng = self.rng
        keys = rng.sample(KEYS[:4], rng.randint(0, 2))
        last = (
            rng.choice(KEYS[4:])
            if rng.random() < 0.4
            else rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ,./1234567890")
        )
        return "+".join([*keys, last])

    def _invented(self) -> str:
        rng = self.rng
        return "".join(
            rng.choice("bcdfghjklmnpqrstvwxz") + rng.choice("aeiouy") for _ in range(rng.randint(1, 4))
        )

    def _salad(self, count: int) -> str:
        rng, words = self.rng, []
        for place in range(count):
            kind = rng.random()
            if kind < 0.78:
                word = rng.choice(self.words[:150] if rng.random() < 0.3 else self.words)
            elif kind < 0.82:
                word = self._name()
            elif kind < 0.86:
                word = self.number()
            elif kind < 0.88:
                word = self._key()
            elif kind < 0.90:
                word = f"`{rng.choice(CODE)}`"
            elif kind < 0.93:
                word = self._invented()
            elif kind < 0.95:
                word = f"({rng.choice(self.words)})"
            elif kind < 0.97:
                word = f'"{rng.choice(self.words)} {rng.choice(self.words)}"'
            else:
                word = rng.choice(
                    (
                        "-",
                        "+",
                        "/",
                        "&",
                        "don't",
                        "e.g.",
                        "i.e.",
                        "...",
                        "é",
                        "ü",
                        "£5",
                        "100%",
                        "€",
                        "\N{EN DASH}",
                    )
                )
            if place + 1 < count and rng.random() < 0.08:
                word += rng.choice((",", ",", ",", ";", ":", "?", "."))
            words.append(word)
        return " ".join(words)

    def _echoing(self) -> str:
        """Return a passage that says the same few words again and again: the hardest to copy."""
        rng = self.rng
        few = [rng.choice(self.words) for _ in range(rng.randint(4, 14))]
        phrases = [
            " ".join(rng.choice(few) for _ in range(rng.randint(2, 5))) for _ in range(rng.randint(2, 5))
        ]
        parts: list[str] = []
        while len(parts) < rng.randint(8, 30):
            parts.append(rng.choice(phrases) if rng.random() < 0.5 else rng.choice(few))
        text = " ".join(parts)
        text = re.sub(r" (?=\w+ \w+ \w+)", lambda _: rng.choice((" ",) * 12 + (", ", ". The ")), text)
        return " ".join((text[:1].upper() + text[1:] + ".").split(" ")[:LONGEST])

    def _changed(self, text: str, share: float) -> str:
        rng = self.rng
        words = [
            word if rng.random() > share or not word.isalpha() else self._like(word)
            for word in text.split(" ")
        ]
        return " ".join(words)

    def _like(self, word: str) -> str:
        rng = self.rng
        other = (
            rng.choice(self.words)
            if rng.random() < 0.9
            else rng.choice((self._invented(), self.number()))
        )
        return other.capitalize() if word[:1].isupper() else other

    def _misspelt(self, text: str) -> str:
        rng = self.rng
        if len(text) < 4:
            return text
        place = rng.randrange(len(text) - 1)
        return rng.choice(
            (
                text[:place] + text[place + 1 :],
                text[:place] + text[place + 1] + text[place] + text[place + 2 :],
                text[:place] + rng.choice("aeiostnr") + text[place:],
            )
        )


def first_sentence(passage: str) -> str:
    """Return the passage up to its first sentence end that white space or the end follows."""
    found = re.match(r".*?[.?!](?=\s|$)", passage)
    return found[0] if found else passage
