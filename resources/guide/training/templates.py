"""Words and sentence patterns of the training text; ``passages.py`` fills them in.

Job: make sampled text look like a manual and like questions. Rule: data only; ``{n}`` is a noun, ``{v}``
a verb, ``{a}`` an adjective, ``{N}`` a name, ``{K}`` a key, ``{x}`` a number, ``{u}`` a unit, ``{c}``
code; a capital letter starts the word with one.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

_LISTS = tomllib.loads(Path(__file__).with_name("lists.toml").read_text("utf-8"))


def _list(name: str) -> list[str]:
    return [" ".join(word.split()) for word in _LISTS[name].split(",")]


NOUNS, VERBS, ADJECTIVES = _list("nouns"), _list("verbs"), _list("adjectives")
NAMES, KEYS, UNITS = _list("names"), _list("keys"), _list("units")
CODE = [
    "python3 -m app ask",
    "python3 -m app chat --json",
    "python -m app doctor",
    "--no-manual",
    "--effort high",
    "--seed",
    "guide.gguf",
    "CLOISTER_HOME",
    "~/.local/share/cloister",
    "config.toml",
    "C:\\Users",
    "/home",
    "installers/dev.py run",
    "pip install",
    "ls -l",
    "print(x)",
    "a = b + 1",
    "file.md",
    "--max-tokens",
    "stdin",
    "{name}",
    "<title>",
    "user@host",
    "[x]",
    "https://example.org/a?b=c",
]

SENTENCES = (
    "{V} {the} {n} in {the} {n}, and {the} {n} is {a}.",
    "To {v} {the} {a} {n}, open {the} {n} and choose {N}.",
    "Press {K} to {v} {the} {n}.",
    "{K} {v}s {the} {n}; {K} does the same for {the} {n}.",
    "{The} {n} is {a} until you {v} {the} {n}.",
    "If {the} {n} is {a}, {v} it first and then {v} {the} {n}.",
    "You can {v} {the} {n} at any time, also while {the} {n} is {a}.",
    "Nothing you {v} leaves this {n}: {the} {n} and {the} {n} stay in {the} {a} {n}.",
    "{N} needs about {x} {u}, {x} {u} of them for {the} {n}.",
    "On {N}, {the} {n} is called {N}; on {N} it is {N}.",
    "{The} {n} keeps {the} last {x} {n}s, so that {the} {a} {n} is never lost.",
    "Choose {N}, {N} or {N} with {the} {n} below {the} {n}.",
    "Run `{c}` in a terminal to {v} {the} {n}, or `{c}` to {v} it.",
    'The {n} says "{The} {n} is {a}" when it cannot {v} {the} {n}.',
    "No {n} is {a} without {the} {n} (see {N}).",
    "Do not {v} {the} {n}: without it {the} {n} cannot be {a} again.",
    "Why {v} {the} {n}? Because {the} {n} would not be {a}.",
    "It takes {x} to {x} {u} to {v} {the} {n}, depending on {the} {n}.",
    "{The} {n}'s {n} is {a}, and you don't {v} it twice.",
    "First {v} {the} {n}, then {v} {the} {n}, and last {v} {the} {a} {n} - or leave it as it is.",
    "With {N} on, {the} {a} {n} and {the} {a} {n} can be seen by nobody else.",
    "{N} shows {the} {n}, its {n} and how {a} it is.",
    "Yes. {V} {the} {n} and {v} {the} {n}.",
    "No, {the} {n} cannot {v} {the} {n}.",
    "Example: {V} {x} {n}s, and {the} {n} has {x} {u} left.",
)
TITLES = (
    "{V} {the} {n}",
    "How to {v} {the} {n}",
    "The {a} {n}",
    "{N}",
    "{V} and {v} {n}s",
    "Where {the} {n} is",
    "What {the} {n} does",
    "{V}ing {the} {n}",
    "{N} and {the} {n}",
    "When {the} {n} is {a}",
    "{K}",
    "{V} {the} {a} {n} with {N}",
    "{A} {n}s",
    "{A} {n}s, {a} {n}s and {n}s",
    "Why {the} {n} is {a}",
)
QUESTIONS = (
    "How do I {v} {the} {n}?",
    "how to {v} {n}",
    "Can I {v} {the} {a} {n}?",
    "What is {the} {n}?",
    "where is {the} {n}",
    "Why is {the} {n} {a}?",
    "{V} {the} {n}",
    "what does {N} do?",
    "Is {the} {n} {a}?",
    "I want to {v} {the} {n}. What do I do?",
    "{n}",
    "{n} {n}",
    "{the} {n} is {a}, help",
    "Tell me about {N}.",
    "Who can {v} {the} {n}?",
    "What happens when I {v} {the} {n}?",
    "{x} {u} of {n}?",
    "and {the} {n}?",
    "Does it {v} {the} {n}?",
    "What about {the} {a} {n}?",
    "Hello",
    "thanks",
    "{K}?",
    "Please {v} {the} {n}",
    "which {n} should I {v}",
    "my {n} won't {v}",
    "Is it possible to {v} more than {x} {n}s at once?",
    "Write a poem about {the} {n}.",
    "Who was the first {n}?",
    "What is {x} plus {x}?",
    "again please",
)
