"""The state of the cache as bytes, and back.

Job: say what the cache holds and hand it out in pieces; put a saved state in its place. Rule: a state is
taken only for the conversation it was read for, and put back only when nothing of what it was made with
differs; after anything else the cache is empty and is simply read again.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

from app.core.errors import UserError
from app.engine.protocol.snapshots import SnapshotFacts
from app.engine.turns.prefix_cache import CacheStore, Checkpoint, PrefixCache

WINDOWS_KEPT = 6
"""The most checkpoints of a snapshot: the newest serve "ask again", the others edits further back."""


class StateStore(CacheStore, Protocol):
    """A cache whose whole state can be taken and put back."""

    @property
    def context(self) -> int:
        """How many tokens fit."""

    @property
    def adapter(self) -> str:
        """What tells the cache of the adapter in use apart; "" for none."""

    def use_adapter(self, name: str, scale: float) -> str:
        """Let an adapter act; raises UserError for one that cannot."""

    def save_state(self) -> memoryview:
        """Return the whole state."""

    def restore_state(self, state: bytearray) -> bool:
        """Put a state in place of the present one; False if that is refused."""


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a snapshot, in the order in which they travel."""

    tokens: bytearray
    state: bytearray
    windows: tuple[bytearray, ...]

    @classmethod
    def for_facts(cls, facts: SnapshotFacts) -> Content:
        """Return empty places of the right sizes."""
        return cls(
            bytearray(4 * facts.tokens),
            bytearray(facts.state_bytes),
            tuple(bytearray(size) for _, size in facts.windows),
        )

    def places(self) -> tuple[memoryview, ...]:
        """Return where the bytes go, in order."""
        return tuple(memoryview(place) for place in (self.tokens, self.state, *self.windows))


class Snapshots:
    """Takes and puts back the state of one cache.

    ``made_with`` says what this engine is, ``adapters`` which digest the file of each adapter has.
    """

    def __init__(
        self,
        store: StateStore,
        cache: PrefixCache,
        made_with: SnapshotFacts,
        adapters: Mapping[str, str],
    ) -> None:
        self._store = store
        self._cache = cache
        self.made_with = made_with
        self._adapters = adapters

    def take(self, conversation: int) -> tuple[SnapshotFacts, tuple[memoryview, ...]]:
        """Return what the cache holds of a conversation; facts without tokens when it is none of it."""
        here = replace(self.made_with, adapter=self._adapter())
        tokens = self._cache.tokens
        if not conversation or self._cache.owner != conversation or not tokens:
            return here, ()
        ids, state = memoryview(_packed(tokens)), self._store.save_state()
        windows = _worth_keeping(self._cache.saved)
        facts = replace(
            here,
            prefix=_digest(ids),
            tokens=len(tokens),
            state_bytes=len(state),
            windows=tuple((item.position, len(item.state)) for item in windows),
        )
        return facts, (ids, state, *(memoryview(item.state) for item in windows))

    def holds(self, facts: SnapshotFacts, conversation: int) -> bool:
        """Whether the cache serves a conversation as well as its snapshot would.

        It does when it begins with the very tokens of the snapshot, or when more of the conversation was
        read since.
        """
        if facts.misfit(replace(self.made_with, adapter=self._adapter())):
            return False
        if conversation == self._cache.owner and len(self._cache) >= facts.tokens:
            return True
        tokens = self._cache.tokens[: facts.tokens]
        return len(tokens) == facts.tokens and _digest(_packed(tokens)) == facts.prefix

    def misfit(self, facts: SnapshotFacts) -> str:
        """Return why a snapshot cannot be used here; "" if it can. Its adapter acts from now on."""
        code = facts.misfit(replace(self.made_with, adapter=facts.adapter))
        if not code and not 0 < facts.tokens <= self._store.context:
            code = "tokens"
        return code or ("" if self._wear(facts.adapter) else "adapter")

    def put(self, facts: SnapshotFacts, content: Content, conversation: int) -> bool:
        """Put a state in place of the present one; False leaves the cache empty."""
        positions = [0, *(position for position, _ in facts.windows), facts.tokens + 1]
        in_order = all(left < right for left, right in pairwise(positions))
        if (
            not in_order
            or _digest(content.tokens) != facts.prefix
            or not self._store.restore_state(content.state)
            or self._store.span()[1] != facts.tokens - 1
        ):
            self._cache.reset()
            return False
        windows = [
            Checkpoint(position, bytes(state))
            for (position, _), state in zip(facts.windows, content.windows, strict=True)
        ]
        self._cache.adopt(_unpacked(content.tokens), windows, conversation, self._store.adapter)
        return True

    def _adapter(self) -> str:
        """Return the adapter the cache was read with, its file's digest before it; "" for none."""
        in_use = "" if self._cache.key is None else str(self._cache.key)
        return f"{self._adapters.get(in_use.partition(' ')[2], '')} {in_use}" if in_use else ""

    def _wear(self, adapter: str) -> bool:
        """Let the adapter of a snapshot act, if it is here and the same."""
        digest, _, in_use = adapter.partition(" ")
        scale, _, name = in_use.partition(" ")
        if self._adapters.get(name, "") != digest:
            return False
        try:
            return self._store.use_adapter(name, float(scale or 0)) == in_use
        except (UserError, ValueError):
            return False


def _packed(tokens: Sequence[int]) -> bytes:
    """Return ids as 4 bytes each, little-endian on every computer."""
    ids = array("i", tokens)
    if sys.byteorder == "big":
        ids.byteswap()
    return ids.tobytes()


def _unpacked(data: bytearray) -> array[int]:
    ids = array("i")
    ids.frombytes(data)
    if sys.byteorder == "big":
        ids.byteswap()
    return ids


def _digest(tokens: bytes | bytearray | memoryview) -> str:
    return hashlib.sha256(tokens).hexdigest()


def _worth_keeping(saved: Sequence[Checkpoint]) -> tuple[Checkpoint, ...]:
    """Return the newest checkpoints but one or two, and of the others those spread widest."""
    kept = list(saved)
    while len(kept) > WINDOWS_KEPT:
        places = [0, *(item.position for item in kept)]
        gaps = [places[i + 2] - places[i] for i in range(len(places) - 3)]  # never the newest two
        del kept[gaps.index(min(gaps))]
    return tuple(kept)
