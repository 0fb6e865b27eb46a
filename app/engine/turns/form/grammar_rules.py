"""Rules of a grammar in llama.cpp's notation (GBNF), without dead ends.

Job: collect rules made of alternatives, drop every alternative that can never be finished, and write
the rest as text. Rule: each alternative says which rules it cannot do without; what is optional is an
alternative of its own, so that nothing a model may begin is impossible to end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ROOT = "root"
MOST_RULES = 20_000
MOST_WEIGHT = 200_000
"""Rules as llama.cpp counts them: every repetition that can be counted is as many."""


class TooManyRulesError(Exception):
    """The grammar outgrew what may be compiled."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that can stand in a row: its text and the rules it cannot do without.

    ``alone`` is the rule's name where the piece is nothing but that rule; ``weight`` how many rules
    llama.cpp makes of it.
    """

    text: str
    needs: frozenset[str] = frozenset()
    alone: str = ""
    weight: int = 1


EMPTY = Piece('""')


def literal(text: str) -> Piece:
    """Return a piece that is exactly ``text``."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return Piece(f'"{escaped}"')


def row(*pieces: Piece) -> Piece:
    """Return the pieces one after the other."""
    if len(pieces) == 1:
        return pieces[0]
    needs = frozenset[str]().union(*(piece.needs for piece in pieces))
    weight = sum(piece.weight for piece in pieces)
    return Piece(" ".join(piece.text for piece in pieces), needs, weight=weight)


def times(piece: Piece, least: int, most: int | None) -> Piece:
    """Return ``piece`` repeated; what may be absent altogether is another alternative: ``least`` > 0."""
    most_text = "" if most is None else str(most)
    count = str(least) if least == most else f"{least},{most_text}"
    return Piece(f"({piece.text}){{{count}}}", piece.needs, weight=piece.weight * max(least, most or 1))


class Rules:
    """Collects rules; names are made here."""

    def __init__(self) -> None:
        self._rules: dict[str, tuple[Piece, ...]] = {}
        self._count = self._weight = 0

    def reserve(self) -> str:
        """Return the name of a rule that is set later, so that it can be named inside itself."""
        self._count += 1
        if self._count > MOST_RULES:
            raise TooManyRulesError
        return f"r{self._count}"

    def set(self, name: str, alternatives: Iterable[Piece]) -> Piece:
        """Give a rule its alternatives (none: it can never be met); return a piece that names it."""
        self._rules[name] = pieces = tuple(dict.fromkeys(alternatives))
        self._weight += sum(piece.weight for piece in pieces)
        if self._weight > MOST_WEIGHT:
            raise TooManyRulesError
        return self.named(name)

    def add(self, *alternatives: Piece) -> Piece:
        """Return a piece that is any one of the alternatives."""
        return self.set(self.reserve(), alternatives)

    @staticmethod
    def named(name: str) -> Piece:
        """Return a piece that names a rule."""
        return Piece(name, frozenset((name,)), alone=name)

    def text(self, root: Piece) -> str | None:
        """Return the grammar, or None when nothing finite can follow it."""
        rules = {**self._rules, ROOT: (root,)}
        finite = _finite(rules)
        if ROOT not in finite:
            return None
        kept = {
            name: [piece for piece in pieces if piece.needs <= finite]
            for name, pieces in rules.items()
            if name in finite
        }
        if _names_itself(kept):
            return None
        lines = [f"{name} ::= {' | '.join(piece.text for piece in kept[name])}" for name in kept]
        return "\n".join(lines) + "\n"


def _finite(rules: Mapping[str, tuple[Piece, ...]]) -> set[str]:
    """Return the rules that some finite text can follow."""
    waiting: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for name, pieces in rules.items():
        for piece in pieces:
            for needed in piece.needs:
                waiting.setdefault(needed, []).append((name, piece.needs))
    ready = [name for name, pieces in rules.items() if any(not piece.needs for piece in pieces)]
    finite: set[str] = set()
    while ready:
        name = ready.pop()
        if name not in finite:
            finite.add(name)
            ready += [
                other
                for other, needs in waiting.get(name, ())
                if other not in finite and needs <= finite
            ]
    return finite


def _names_itself(rules: Mapping[str, list[Piece]]) -> bool:
    """Return whether a rule leads to itself with nothing before it: no parser could follow that."""
    beneath = {name: {piece.alone for piece in pieces if piece.alone} for name, pieces in rules.items()}
    done: set[str] = set()
    for start, followers in beneath.items():
        path, stack = {start}, [(start, iter(followers))]
        while stack:
            name, rest = stack[-1]
            follower = next(rest, None)
            if follower is None:
                stack.pop()
                path.discard(name)
                done.add(name)
            elif follower in path:
                return True
            elif follower not in done:
                path.add(follower)
                stack.append((follower, iter(beneath[follower])))
    return False
