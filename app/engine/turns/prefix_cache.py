"""What the model has already read, and how much of it the next prompt may keep.

Job: compare the next prompt with what is in the cache, rewind, restore a checkpoint or start again,
so that only what is new is evaluated. Rule: never keep a token whose sliding window is no longer
complete: llama.cpp would compute wrong logits without a word. No Qt, no llama.cpp: the cache itself
sits behind :class:`CacheStore`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

DEFAULT_CHECKPOINT_BYTES = 96 * 2**20
"""About thirty windows of the 20b model."""
_STRETCH = 512


class CacheStore(Protocol):
    """The cache of one sequence, as llama.cpp offers it."""

    @property
    def window(self) -> int:
        """How far back a sliding-window layer looks, itself included, in tokens; 0: no such layer."""

    def span(self) -> tuple[int, int]:
        """Return the first and last position the sliding window holds; (-1, -1) when empty."""

    def remove_from(self, position: int) -> None:
        """Forget every position from ``position`` on; never fails, never says what was lost."""

    def clear(self) -> None:
        """Forget everything."""

    def save_window(self) -> bytes:
        """Return the sliding-window part."""

    def restore_window(self, state: bytes) -> bool:
        """Put a saved window back in place of the present one; False if that is refused."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The window as it was when exactly the first ``position`` tokens had been read."""

    position: int
    state: bytes


class PrefixCache:
    """Keeps the list of tokens in the cache in step with the cache itself."""

    def __init__(self, store: CacheStore, max_checkpoint_bytes: int = DEFAULT_CHECKPOINT_BYTES) -> None:
        self._store = store
        self._max_bytes = max_checkpoint_bytes
        self._tokens: list[int] = []
        self._owner = 0
        self._checkpoints: list[Checkpoint] = []
        self._key: Hashable = None

    @property
    def tokens(self) -> tuple[int, ...]:
        """What the cache holds, in order."""
        return tuple(self._tokens)

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """The positions to which the cache can go back, ascending."""
        return tuple(item.position for item in self._checkpoints)

    @property
    def saved(self) -> tuple[Checkpoint, ...]:
        """The checkpoints themselves, ascending."""
        return tuple(self._checkpoints)

    @property
    def key(self) -> Hashable:
        """What the numbers were computed under; see :meth:`belong_to`."""
        return self._key

    @property
    def owner(self) -> int:
        """The number of the conversation that was read last; 0: nobody's."""
        return self._owner

    def __len__(self) -> int:
        """Return how many tokens the cache holds."""
        return len(self._tokens)

    def reuse(self, prompt: Sequence[int], owner: int = 0) -> int:
        """Keep what the cache and ``prompt`` share; return how many tokens of it need no reading.

        Always less than ``len(prompt)``, because the last token must be read to get logits. After
        this call the cache holds exactly that many tokens. ``prompt`` must not be empty; ``owner`` is
        the number of the conversation it comes from.
        """
        self._owner = owner
        return self._keep(min(_common_length(self._tokens, prompt), len(prompt) - 1))

    def align(self, beginning: Sequence[int], owner: int = 0) -> int:
        """Keep what the cache shares with what the next prompt begins with; return how much it holds.

        A cache that holds all of it, and maybe more, stays as it is.
        """
        shared = _common_length(self._tokens, beginning)
        if shared == len(beginning):
            return shared
        self._owner = owner
        return self._keep(shared)

    def belong_to(self, key: Hashable) -> None:
        """Forget everything unless what is held was computed under the same ``key``.

        For what changes the numbers without changing a token, such as an adapter and its scale.
        """
        if key != self._key:
            self.reset()
            self._key = key

    def _keep(self, keep: int) -> int:
        """Go back to ``keep`` tokens, which the cache holds, or to fewer where it must."""
        if keep == len(self._tokens) and self._window_reaches(keep, slack=1):
            return keep
        low, high = self._store.span()
        if keep and low >= 0 and high >= keep - 1 and self._window_reaches(keep, slack=0):
            self._store.remove_from(keep)
            if self._window_reaches(keep, slack=1):
                self._shorten(keep)
                return keep
        return self._restore(keep)

    def extend(self, tokens: Sequence[int]) -> None:
        """Note that the store has read ``tokens`` after what it held."""
        self._tokens.extend(tokens)

    def undo_partial(self) -> None:
        """Remove what an interrupted call may have left behind the tokens noted so far."""
        self._store.remove_from(len(self._tokens))

    def checkpoint(self) -> None:
        """Save the window as it stands, so that the cache can come back to this place."""
        position = len(self._tokens)
        if not self._store.window or not position or position in self.checkpoints:
            return
        self._checkpoints.append(Checkpoint(position, self._store.save_window()))
        while len(self._checkpoints) > 2 and self._checkpoint_bytes() > self._max_bytes:
            self._drop_densest()

    def adopt(
        self, tokens: Sequence[int], checkpoints: Sequence[Checkpoint], owner: int, key: Hashable
    ) -> None:
        """Note that the store was given a saved state which holds ``tokens``, computed under ``key``."""
        self._key = key
        self._tokens = list(tokens)
        self._checkpoints = list(checkpoints)
        self._owner = owner

    def drop_checkpoints(self) -> None:
        """Give back all checkpoints but the newest; the cache itself stays."""
        del self._checkpoints[:-1]

    def reset(self) -> None:
        """Forget everything; after an error, when the store can no longer be trusted."""
        self._store.clear()
        self._tokens.clear()
        self._checkpoints.clear()

    def _window_reaches(self, position: int, slack: int) -> bool:
        """Whether every token that the one at ``position`` may look at is still there.

        The token at ``position`` sees ``position - window + 1`` and later (slack 1). Rewinds use
        slack 0: one token more than needed, as llama.cpp's own server asks for.
        """
        if not self._store.window or not position:
            return True
        low, high = self._store.span()
        if high != position - 1 and slack:
            return False
        return 0 <= low <= max(0, position - self._store.window + slack)

    def _restore(self, keep: int) -> int:
        """Go back to the last checkpoint that serves ``keep`` tokens, or to the very start.

        One token more than ``keep`` serves too: a window is saved with all that its last token saw.
        """
        while self._checkpoints and self._checkpoints[-1].position > keep + 1:
            self._checkpoints.pop()
        while self._checkpoints:
            last = self._checkpoints[-1]
            place = min(last.position, keep)
            self._store.remove_from(last.position)
            if self._store.restore_window(last.state):
                self._store.remove_from(place)
                if self._window_reaches(place, slack=1):
                    self._shorten(place)
                    return place
            self._checkpoints.pop()
        self.reset()
        return 0

    def _shorten(self, length: int) -> None:
        del self._tokens[length:]
        while self._checkpoints and self._checkpoints[-1].position > length:
            self._checkpoints.pop()

    def _checkpoint_bytes(self) -> int:
        return sum(len(item.state) for item in self._checkpoints)

    def _drop_densest(self) -> None:
        """Drop the checkpoint whose loss costs least: the one closest after its neighbour."""
        places = [0, *self.checkpoints]
        gaps = [places[i + 2] - places[i] for i in range(len(places) - 2)]  # never the newest
        del self._checkpoints[gaps.index(min(gaps))]


def _common_length(left: Sequence[int], right: Sequence[int]) -> int:
    """Return how many items two sequences share from their beginning; compares a stretch at a time."""
    length = min(len(left), len(right))
    begin = 0
    while begin < length and left[begin : begin + _STRETCH] == right[begin : begin + _STRETCH]:
        begin += _STRETCH
    for index in range(begin, length):
        if left[index] != right[index]:
            return index
    return length
