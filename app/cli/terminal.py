"""Where the command line's words leave the program.

Job: print sentences, lines that are written over, and JSON; ask for what must not be seen. Rule: the
only file of the command line that prints; a name, a path, a title or a model's word that stands in a
sentence reaches a terminal as letters and never as a control sequence.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.core.errors import UserError

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
_OVERRIDES = range(0x202A, 0x202F)
"""They turn the rest of a line around, whatever it says."""
_CONTROL = {
    code: "\ufffd" for code in (*range(32), *range(127, 160), *_OVERRIDES) if chr(code) not in "\n\t"
}


def say(words: str = "", *, aside: bool = False, end: str = "\n", dim: bool = False) -> None:
    """Print on standard output, or ``aside`` on standard error; ``dim`` for a terminal only."""
    words = words.translate(_CONTROL)
    if dim:
        words = f"{_DIM}{words}{_PLAIN}"
    print(words, end=end, flush=True, file=sys.stderr if aside else sys.stdout)


def say_over(words: str, *, end: str = "") -> None:
    """Print on standard error over what stands on the line."""
    print(f"\r{words.translate(_CONTROL)}", end=end, flush=True, file=sys.stderr)


def say_json(value: Any, indent: int | None = None) -> None:
    """Print as JSON, which spells control characters out."""
    print(json.dumps(value, indent=indent), flush=True)


def say_report(
    report: Mapping[str, Any], lines: Callable[[Any], Iterable[str]], *, as_json: bool
) -> None:
    """Print a report as JSON, or in the words that ``lines`` makes of it."""
    if as_json:
        say_json(report, indent=2)
    else:
        say("\n".join(lines(report)))


def ask_hidden(question: str) -> str:
    """Return a line typed unseen, or the next line of input where there is no terminal.

    Raises UserError ``cli.nothing_typed`` at the end of the input (Ctrl+D), or for what is no text.
    """
    try:
        if sys.stdin.isatty():
            return getpass.getpass(f"{question} ")
        if line := sys.stdin.readline():
            return line.rstrip("\n")
    except (EOFError, UnicodeDecodeError):
        say(aside=True)  # the question's line is still open
    raise UserError("cli.nothing_typed")
