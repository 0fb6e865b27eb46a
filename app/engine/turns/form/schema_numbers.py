"""Grammar for numbers and for texts of a given length or format.

Job: pieces for what a schema says about one number or one string. Rule: everything they allow is a JSON
value that meets the bounds; where a bound cannot be met exactly, fewer values are allowed, never more.
"""

from __future__ import annotations

from app.engine.turns.form.grammar_rules import EMPTY, Piece, Rules, literal, row, times

HIGHEST = 10**18 - 1
"""Whole numbers without bounds stay within this, either sign."""
_CHUNK = 500
_DIGIT = Piece("[0-9]")
_HEX = "[0-9a-fA-F]"
# No control characters, no quotes, no halves of surrogate pairs: they count as one and mean half.
_CHARACTER = Piece(
    r'([^"\\\x00-\x1F\x7F\uD800-\uDFFF\U00110000-\U001FFFFF] | "\\" (["\\/bfnrt] | "u" ('
    rf"[0-9a-cefA-CEF] {_HEX}{{3}} | [dD] [0-7] {_HEX}{{2}})))"
)
_QUOTE = literal('"')

_MONTH_DAY = (
    '(("0" [13578] | "1" [02]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])'
    ' | ("0" [469] | "11") "-" ("0" [1-9] | [12] [0-9] | "30")'
    ' | "02-" ("0" [1-9] | "1" [0-9] | "2" [0-8]))'
)
_DATE = f'("19" | "20") [0-9]{{2}} "-" {_MONTH_DAY}'
_CLOCK = '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9]'
_TIME = f'{_CLOCK} ("." [0-9]{{1,6}})? ("Z" | [+-] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])'
FORMATS = {
    "date": _DATE,
    "time": _TIME,
    "date-time": f'{_DATE} "T" {_TIME}',
    "uuid": ' "-" '.join(f"{_HEX}{{{count}}}" for count in (8, 4, 4, 4, 12)),
}
"""Formats that are kept to; any other format is only advice, as JSON Schema has it."""


def whole_number(rules: Rules, low: int, high: int) -> Piece:
    """Return a whole number from ``low`` to ``high``."""
    low, high = max(low, -HIGHEST), min(high, HIGHEST)
    found = _between(rules, max(low, 0), high) if high >= 0 else []
    if low < 0:
        found += [row(literal("-"), piece) for piece in _between(rules, max(-high, 1), -low)]
    return rules.add(*found)


def number(rules: Rules, low: int | None, high: int | None) -> Piece:
    """Return a number, with decimals, from ``low`` to ``high``; with an exponent only without bounds."""
    decimals = times(_DIGIT, 1, 15)
    fraction = rules.add(EMPTY, row(literal("."), decimals))
    if low is None and high is None:
        exponent = rules.add(EMPTY, row(Piece("[eE] [-+]?"), times(_DIGIT, 1, 2)))
        digits = rules.add(*_between(rules, 0, HIGHEST))
        return row(rules.add(EMPTY, literal("-")), digits, fraction, exponent)
    least, most = -HIGHEST if low is None else low, HIGHEST if high is None else high

    def size(smallest: int, largest: int) -> list[Piece]:
        zeros = rules.add(EMPTY, row(literal("."), times(literal("0"), 1, 15)))
        below = rules.add(*_between(rules, smallest, largest - 1))
        return [row(below, fraction), row(literal(str(largest)), zeros)]

    found = size(max(least, 0), most) if most >= 0 and most >= least else []
    if least < 0 and most >= least:
        found += [row(literal("-"), piece) for piece in size(max(-most, 0), -least)]
    return rules.add(*found)


def text_of(rules: Rules, least: int, most: int | None) -> Piece:
    """Return a string of so many characters."""
    if most is not None and most < least:
        return rules.add()
    character = rules.add(_CHARACTER)
    parts = [_QUOTE]
    if least:
        parts += _exactly(rules, character, least)
    if most is None:
        parts.append(rules.add(EMPTY, times(character, 1, None)))
    elif most > least:
        parts.append(_at_most(rules, character, most - least))
    return row(*parts, _QUOTE)


def formatted(rules: Rules, name: str) -> Piece:
    """Return a string of one of :data:`FORMATS`."""
    return row(_QUOTE, rules.add(Piece(FORMATS[name])), _QUOTE)


def _exactly(rules: Rules, character: Piece, count: int) -> list[Piece]:
    chunks, rest = divmod(count, _CHUNK)
    parts = [times(rules.add(times(character, _CHUNK, _CHUNK)), chunks, chunks)] if chunks else []
    return [*parts, times(character, rest, rest)] if rest else parts


def _at_most(rules: Rules, character: Piece, count: int) -> Piece:
    """Return up to ``count`` characters; in chunks, because llama.cpp counts to 2,000 at most."""
    chunks, rest = divmod(count, _CHUNK)
    some = rules.add(EMPTY, times(character, 1, rest)) if rest else EMPTY
    if not chunks:
        return some
    chunk = rules.add(times(character, _CHUNK, _CHUNK))
    full = row(times(chunk, chunks, chunks), some)
    fewer = rules.add(EMPTY, times(character, 1, _CHUNK - 1))
    begun = rules.add(EMPTY, times(chunk, 1, chunks - 1)) if chunks > 1 else EMPTY
    return rules.add(full, row(begun, fewer))


def _between(rules: Rules, low: int, high: int) -> list[Piece]:
    """Return alternatives that are the whole numbers from ``low`` (not negative) to ``high``."""
    if low > high:
        return []
    first, last = str(low), str(high)
    short, long = len(first), len(last)
    if short < long:
        found = _between(rules, low, 10**short - 1)
        if long - short > 1:  # every number whose length lies between
            found.append(row(Piece("[1-9]"), times(_DIGIT, short, long - 2)))
        return [*found, *_between(rules, 10 ** (long - 1), high)]
    return [_same_length(rules, first, last)]


def _same_length(rules: Rules, first: str, last: str) -> Piece:
    if not first:
        return EMPTY
    rest = len(first) - 1
    if first[1:] == "0" * rest and last[1:] == "9" * rest:
        digit = Piece(f"[{first[0]}-{last[0]}]")
        return row(digit, times(_DIGIT, rest, rest)) if rest else digit
    if first[0] == last[0]:
        return row(literal(first[0]), _same_length(rules, first[1:], last[1:]))
    lowest, highest = int(first[0]), int(last[0])
    found = [row(literal(first[0]), _same_length(rules, first[1:], "9" * rest))]
    if highest - lowest > 1:
        inner = Piece(f"[{lowest + 1}-{highest - 1}]")
        found.append(row(inner, times(_DIGIT, rest, rest)))
    found.append(row(literal(last[0]), _same_length(rules, "0" * rest, last[1:])))
    return rules.add(*found)
