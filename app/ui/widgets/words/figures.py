"""Numbers as the views write them.

Job: tokens, sizes and speeds with their units, the same everywhere. Rule: short and rounded the way a
person reads them; whoever needs the exact figure asks the values themselves.
"""

from __future__ import annotations

from app.core import texts

BINARY_K = 1024
SMALL_WINDOW = 8192
MIB_OF_A_GB = 1024.0
WHOLE_FROM_GB = 4
"""From so much memory on a fraction says only what the firmware keeps for itself."""


def tokens(count: int) -> str:
    """Return a number of tokens in a sentence: 840, 6.2k, 16k."""
    if count < 1000:
        return str(count)
    return texts.text("panels.figures.thousands", value=texts.number(count / 1000, 1, short=True))


def pace(tokens_per_second: float) -> str:
    """Return what comes in a second, to be followed by these words: 1 token, 26 tokens."""
    return texts.plural("panels.figures.tokens", round(tokens_per_second))


def token_column(count: int, context: int = 0) -> str:
    """Return a number of tokens in a column, with one digit after the point: 30, 0.4k, 8.0k.

    Of a small ``context`` every token is shown: 404, 7,787.
    """
    if abs(count) < 100 or 0 < context <= SMALL_WINDOW:
        return texts.number(count)
    return texts.text("panels.figures.thousands", value=texts.number(count / 1000, 1))


def window(count: int) -> str:
    """Return a context window or reserve as people name it: 16,384 tokens are 16k."""
    if count >= BINARY_K and count % BINARY_K == 0:
        return texts.text("panels.figures.thousands", value=count // BINARY_K)
    return tokens(count)


def gigabytes(mib: float) -> str:
    """Return a size given in MiB as a number of gigabytes: 11.9, 16."""
    return texts.number(mib / MIB_OF_A_GB, 1, short=True)


def ram_number(mib: float) -> str:
    """Return the memory of a computer as a number of gigabytes: 24 where the system counts 23.5."""
    return texts.number(mib / MIB_OF_A_GB, 0 if mib >= WHOLE_FROM_GB * MIB_OF_A_GB else 1)


def ram(mib: float, needs_mib: float = 0.0) -> str:
    """Return the memory of a computer in a sentence, as the status strip counts it.

    Beside ``needs_mib``, of which it has too little, it is exact where a whole number would hide that.
    """
    if mib < needs_mib and round(mib / MIB_OF_A_GB) >= round(needs_mib / MIB_OF_A_GB, 1):
        return short_size(mib)
    return texts.text("panels.figures.gigabytes", value=ram_number(mib))


def short_size(mib: float) -> str:
    """Return a size given in MiB in a sentence or a choice: 512 MB, 2 GB."""
    return texts.memory(mib)


def size(mib: float) -> str:
    """Return a size given in MiB in a column, with one digit after the point: 51 MB, 11.6 GB."""
    if mib < 0.5:
        return texts.text("panels.figures.none")
    if mib < MIB_OF_A_GB:
        return texts.text("panels.figures.megabytes", value=texts.number(mib))
    return texts.text("panels.figures.gigabytes", value=texts.number(mib / MIB_OF_A_GB, 1))
