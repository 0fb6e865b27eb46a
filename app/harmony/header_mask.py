"""Which tokens may come next while the model writes a header.

Job: follow the tokens of one generation and say, before each is sampled, which ids keep the message
well-formed. Rule: a prevention, not a judge. Text is never restricted, ids the mask would not have
allowed are followed too, and what it cannot follow it leaves to the parser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cached_property

from app.harmony.header import NOBODY
from app.harmony.messages import CHANNELS
from app.harmony.vocabulary import Vocabulary

_CONTENT_TYPES = (" json", " code")
_NONE: frozenset[int] = frozenset()


class _Place(Enum):
    """Where in a message the next token stands."""

    BORDER = auto()  # after a message's end
    ROLE = auto()  # after the start token
    HEAD = auto()  # after the role
    NAME = auto()  # after the channel token
    TAIL = auto()  # after the channel's name
    EQUALS = auto()  # after a blank and ``to``: any token that begins with an equals sign
    RECIPIENT = auto()  # inside a recipient that may be anything
    TYPE = auto()  # after the constrain token
    CONTENT = auto()
    LOST = auto()  # a header the mask could not follow
    DONE = auto()  # after return, call or endoftext


@dataclass(frozen=True, slots=True)
class _State:
    """A place and what the header has said so far."""

    place: _Place
    channel: str | None = None
    recipient: str | None = None
    typed: bool = False
    begun: bool = False
    """The recipient has at least one character; after a border: the message before was an answer."""


_Path = tuple[frozenset[int], ...]
_Cursor = tuple[_Path, _State]


class HeaderMask:
    """Follows one generation that continues ``<|start|>assistant``.

    ``recipients`` are the tools that may be called: None for any, empty for none. Before each token ask
    :meth:`allowed` (the only ids possible, or None) and :meth:`forbidden` (ids impossible where allowed
    is None); after it :meth:`push`.
    """

    def __init__(self, vocabulary: Vocabulary, recipients: Sequence[str] | None = None) -> None:
        self._vocabulary = vocabulary
        self._recipients = None if recipients is None else tuple(recipients)
        special = vocabulary.special
        self._control = {name: special[name] for name in ("start", "channel", "constrain", "message")}
        self._ends = {special[name]: name for name in ("end", "return", "call", "endoftext")}
        self._controls = frozenset(range(vocabulary.control_floor, vocabulary.size))
        self._forbidden: dict[_State, frozenset[int]] = {}
        self._state = _State(_Place.HEAD)
        self._cursors = self._edges(self._state)

    # --- asked before each token -------------------------------------------------------------------

    def allowed(self) -> frozenset[int] | None:
        """Return the only ids that may come next, None where any text may."""
        if not self._cursors:
            return None
        return frozenset().union(*(path[0] for path, _ in self._cursors))

    def forbidden(self) -> frozenset[int]:
        """Return ids that may not come next although :meth:`allowed` is None.

        The same object for the same kind of place, so that it can be prepared once.
        """
        if self._cursors or self._state.place is _Place.DONE:
            return _NONE
        if self._state not in self._forbidden:
            self._forbidden[self._state] = self._controls - self._possible_controls()
        return self._forbidden[self._state]

    @property
    def in_answer(self) -> bool:
        """Whether the next token belongs to the text of an answer, or ends it."""
        return self._state.place is _Place.CONTENT and self._is_answer(self._state)

    def answer_now(self) -> list[int]:
        """Return the ids that end what is being written and open the answer, in the model's own form.

        Empty when the answer has begun or the generation is over. A call that was being written ends
        without an end, so that it is never run.
        """
        special, encode = self._vocabulary.special, self._vocabulary.encode
        answer = [special["channel"], *encode("final"), special["message"]]
        fresh = [special["start"], *encode("assistant"), *answer]
        state = self._state
        ends = [] if state.recipient not in NOBODY else [special["end"]]
        if state.place is _Place.DONE or (state.place is _Place.CONTENT and self._is_answer(state)):
            return []
        if state.place is _Place.BORDER:
            return fresh
        if state.place is _Place.CONTENT:
            return [*ends, *fresh]
        path: list[int] = []
        if state.place is _Place.ROLE:
            return [*self._remainder()[0], *answer]
        if state.place is _Place.HEAD and state.recipient is None and not self._is_inside():
            return answer
        if state.place is _Place.NAME and not self._is_inside():
            return answer[1:]
        if state.place is _Place.NAME:
            path, state = self._remainder()
        if state.place is _Place.TAIL and self._is_answer(state) and (path or not self._is_inside()):
            return [*path, special["message"]]
        return [*path, special["message"], *ends, *fresh]

    # --- told after each token ---------------------------------------------------------------------

    def push(self, token: int) -> None:
        """Follow one id of any value."""
        if self._state.place is _Place.CONTENT and token < self._vocabulary.control_floor:
            return
        hits = [(path[1:], target) for path, target in self._cursors if token in path[0]]
        if hits:
            arrived = [target for path, target in hits if not path]
            self._cursors = [hit for hit in hits if hit[0]]
            for state in arrived:
                self._state = state
                self._cursors += self._edges(state)
            return
        self._state = self._after(token)
        self._cursors = self._edges(self._state)

    def _after(self, token: int) -> _State:
        """Return the state after a token that no path expected."""
        state, control = self._state, self._control
        if token in self._ends:
            if self._ends[token] != "end":
                return _State(_Place.DONE)
            return _State(_Place.BORDER, begun=self._is_answer(state))
        if token == control["start"]:
            return _State(_Place.ROLE)
        if state.place in (_Place.CONTENT, _Place.DONE):
            return state
        if token == control["message"]:
            return replace(state, place=_Place.CONTENT)
        if token == control["channel"]:
            return replace(state, place=_Place.NAME)
        if token == control["constrain"]:
            return replace(state, place=_Place.TYPE, typed=True)
        if state.place is _Place.RECIPIENT:
            return replace(state, begun=True)
        return replace(state, place=_Place.LOST)

    # --- the form ----------------------------------------------------------------------------------

    def _edges(self, state: _State) -> list[_Cursor]:
        """Return the token paths that lead on from ``state``; none where text is free."""
        control, ids = self._control, self._path
        if state.place is _Place.BORDER:
            edges: list[_Cursor] = [(_only(control["start"]), _State(_Place.ROLE))]
            if state.begun:
                edges.append((_only(self._vocabulary.special["return"]), _State(_Place.DONE)))
            return edges
        if state.place is _Place.ROLE:
            return [(ids("assistant"), replace(state, place=_Place.HEAD))]
        if state.place is _Place.HEAD:
            name = (_only(control["channel"]), replace(state, place=_Place.NAME))
            return [name, *self._recipient_edges(state)]
        if state.place is _Place.NAME:
            return [(ids(name), replace(state, place=_Place.TAIL, channel=name)) for name in CHANNELS]
        if state.place is _Place.TAIL:
            return self._tail_edges(state)
        if state.place is _Place.EQUALS:
            bare = frozenset(self._vocabulary.encode("="))
            glued = self._equals - bare
            free = replace(state, place=_Place.RECIPIENT)
            edges = [((bare,), replace(free, begun=False))]
            return [*edges, ((glued,), replace(free, begun=True))] if glued else edges
        if state.place is _Place.TYPE:
            after = _Place.HEAD if state.channel is None else _Place.TAIL
            return [(ids(name.strip()), replace(state, place=after)) for name in _CONTENT_TYPES]
        return []

    def _tail_edges(self, state: _State) -> list[_Cursor]:
        control = self._control
        edges: list[_Cursor] = [(_only(control["message"]), replace(state, place=_Place.CONTENT))]
        if state.typed:
            return edges
        kind = replace(state, place=_Place.TYPE, typed=True)
        edges.append((_only(control["constrain"]), kind))
        edges.append(((*self._path(" "), frozenset((control["constrain"],))), kind))
        if state.recipient is not None:
            typed = replace(state, typed=True)
            edges += [(self._path(name), typed) for name in _CONTENT_TYPES]
        return [*edges, *self._recipient_edges(state)]

    def _recipient_edges(self, state: _State) -> list[_Cursor]:
        if state.recipient is not None:
            return []
        if self._recipients is not None:
            return [
                (self._path(f" to={name}"), replace(state, recipient=name)) for name in self._recipients
            ]
        return [(self._path(" to"), replace(state, place=_Place.EQUALS, recipient="?"))]

    def _possible_controls(self) -> frozenset[int]:
        state, control, special = self._state, self._control, self._vocabulary.special
        if state.place is _Place.RECIPIENT:
            if not state.begun:
                return _NONE
            if state.channel is None:
                return frozenset((control["channel"],))
            return frozenset((control["message"], control["constrain"]))
        if state.place is _Place.LOST:
            return frozenset((control["message"], control["channel"]))
        if state.recipient not in NOBODY:
            return frozenset((special["call"], special["end"]))
        if self._is_answer(state):
            return frozenset((special["return"], special["end"]))
        return frozenset((special["end"],))

    @staticmethod
    def _is_answer(state: _State) -> bool:
        return state.channel in (None, "final") and state.recipient in NOBODY

    def _is_inside(self) -> bool:
        """Return whether a path has been begun and not finished."""
        return self._cursors != self._edges(self._state)

    def _remainder(self) -> tuple[list[int], _State]:
        """Return the ids that finish the word begun, and where it leads."""
        path, target = min(self._cursors, key=lambda cursor: len(cursor[0]))
        return [min(step) for step in path], target

    def _path(self, text: str) -> _Path:
        return tuple(frozenset((token,)) for token in self._vocabulary.encode(text))

    @cached_property
    def _equals(self) -> frozenset[int]:
        return self._vocabulary.starting_with(b"=")


def _only(token: int) -> _Path:
    return (frozenset((token,)),)
