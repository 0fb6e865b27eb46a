"""Values that more than one verb takes, read from the command line.

Job: turn a word into a number or a choice within its bounds. Rule: for argparse: what is wrong is an
ArgumentTypeError with a sentence of the catalogue.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from app.core.conversation.message import Effort
from app.core.conversation.sampling import MAX_SEED, MAX_TEMPERATURE
from app.core.texts import text
from app.engine.protocol.requests import STRONGEST

GUIDE = "guide"
"""What the built-in model file is called."""
MOST_CONTEXT = 2**20
"""More tokens than any model file of this kind was trained for."""


def effort(word: str) -> Effort:
    """Read an effort."""
    if word not in list(Effort):
        raise argparse.ArgumentTypeError(text("cli.options.bad_effort"))
    return Effort(word)


def temperature(word: str) -> float:
    """Read a sampling temperature."""
    number = _number(word, float)
    if number is None or not math.isfinite(number) or not 0 <= number <= MAX_TEMPERATURE:
        raise argparse.ArgumentTypeError(text("cli.options.bad_temperature"))
    return number


def adapter_scale(word: str) -> float:
    """Read how strongly an adapter acts; negative against what it was made for."""
    number = _number(word, float)
    if number is None or not math.isfinite(number) or abs(number) > STRONGEST:
        raise argparse.ArgumentTypeError(text("cli.options.bad_adapter_scale", highest=int(STRONGEST)))
    return number


def file_name(word: str) -> str:
    """Read a file's name; an empty one (a script's variable that was never set) is none."""
    if not word:
        raise argparse.ArgumentTypeError(text("cli.options.bad_file_name"))
    return word


def path(word: str) -> Path:
    """Read the place of a file or a folder; an empty one is none, where it would be this folder."""
    return Path(file_name(word))


def seed(word: str) -> int:
    """Read a seed of the sampling."""
    number = _number(word, int)
    if number is None or not 0 <= number <= MAX_SEED:
        raise argparse.ArgumentTypeError(text("cli.options.bad_seed", highest=MAX_SEED))
    return int(number)


def tokens(word: str) -> int:
    """Read a number of tokens, at least one."""
    number = _number(word, int)
    if number is None or number < 1:
        raise argparse.ArgumentTypeError(text("cli.options.bad_max_tokens"))
    return int(number)


def context(word: str) -> int:
    """Read the size of a context window in tokens."""
    number = _number(word, int)
    if number is None or not 1 <= number <= MOST_CONTEXT:
        raise argparse.ArgumentTypeError(text("cli.options.bad_context", highest=MOST_CONTEXT))
    return int(number)


def _number(word: str, kind: type[int | float]) -> float | None:
    try:
        return kind(word)
    except (ValueError, OverflowError):
        return None
