"""The rewind rules against a store that loses window cells as llama.cpp does.

Each evaluation checks that every token it may look at is really there: a rule that keeps too much
fails at once, and counting what was read shows a rule that keeps too little.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.turns.prefix_cache import PrefixCache

WINDOW = 5


class Always(random.Random):
    """Reuses every cell it may."""

    def randint(self, a: int, b: int) -> int:
        return max(a, b)


class Store:
    """Full layers keep everything; window layers reuse cells that nobody may look at any more."""

    def __init__(self, window: int = WINDOW, numbers: random.Random | None = None) -> None:
        self._window = window
        self._numbers = numbers or random.Random(0)
        self.full: list[int] = []
        self.cells: dict[int, int] = {}
        self.read = 0
        self.refuses = False

    @property
    def window(self) -> int:
        return self._window

    def span(self) -> tuple[int, int]:
        return (min(self.cells), max(self.cells)) if self.cells else (-1, -1)

    def remove_from(self, position: int) -> None:
        del self.full[position:]
        self.cells = {place: token for place, token in self.cells.items() if place < position}

    def clear(self) -> None:
        self.remove_from(0)

    def save_window(self) -> bytes:
        return bytes(item for pair in self.cells.items() for item in pair)

    def restore_window(self, state: bytes) -> bool:
        if self.refuses:
            return False
        self.cells = dict(zip(state[::2], state[1::2], strict=True))
        return True

    def decode(self, tokens: list[int], story: list[int], *, abort: bool = False) -> None:
        """Read ``tokens``; ``story`` is what they and everything before them must be."""
        start = len(self.full)
        assert self.full == story[:start]
        assert self.cells or not start
        self._evict(start)
        if abort:
            return
        for place, token in enumerate(tokens, start):
            visible = range(max(0, place - self._window + 1), place)
            assert all(self.cells.get(seen) == story[seen] for seen in visible), "stale window"
            self.full.append(token)
            self.cells[place] = token
            self.read += 1

    def _evict(self, position: int) -> None:
        """Any cell out of sight of ``position`` may be reused, oldest first."""
        hidden = sorted(place for place in self.cells if position - place >= self._window)
        for place in hidden[: self._numbers.randint(0, len(hidden))]:
            del self.cells[place]


def run(cache: PrefixCache, store: Store, prompt: list[int], batch: int, abort_at: int = -1) -> int:
    reused = position = cache.reuse(prompt)
    assert reused == len(cache) < len(prompt)
    step = 0
    while position < len(prompt):
        end = min(position + batch, len(prompt))
        if step == abort_at:
            store.decode(prompt[position:end], prompt, abort=True)
            cache.undo_partial()
            return reused
        store.decode(prompt[position:end], prompt)
        cache.extend(prompt[position:end])
        position, step = end, step + 1
    cache.checkpoint()
    return reused


PROMPTS = st.lists(
    st.tuples(
        st.lists(st.integers(0, 1), min_size=1, max_size=40),
        st.integers(0, 100),
        st.integers(1, 7),
        st.integers(-1, 6),
    ),
    min_size=1,
    max_size=12,
)


@given(PROMPTS, st.integers(0, 2**32), st.integers(0, 60))
@settings(max_examples=300)
def test_any_sequence_of_prompts_sees_a_complete_window(
    turns: list[tuple[list[int], int, int, int]], seed: int, limit: int
) -> None:
    """Prompts that share any part with the one before, any batch size, any interruption."""
    store = Store(numbers=random.Random(seed))
    cache, story = PrefixCache(store, limit), list[int]()
    for fresh, keep, batch, abort_at in turns:
        story = story[: keep % (len(story) + 1)] + fresh
        run(cache, store, story, batch, abort_at)
        assert store.full == list(cache.tokens)
        assert cache.checkpoints == tuple(sorted(set(cache.checkpoints)))
        assert not cache.checkpoints or cache.checkpoints[-1] <= len(cache)


def test_a_next_turn_reads_only_what_is_new() -> None:
    store = Store(numbers=Always())
    cache, turn = PrefixCache(store), [1, 2, 3, 4, 5, 6, 7, 8]
    run(cache, store, turn, 4)
    thinking = turn + [9] * 20
    store.decode([9] * 20, thinking)
    cache.extend([9] * 20)
    assert run(cache, store, [*turn, 5, 5, 5], 4) == 8, "back to the checkpoint at the prompt's end"
    assert run(cache, store, [*turn, 5, 5, 5], 4) == 10, "asking again reads one token"
    thinking = [*turn, 5, 5, 5] + [9] * 20
    store.decode([9] * 20, thinking)
    cache.extend([9] * 20)
    assert run(cache, store, [*turn, 5, 5, 5], 4) == 10, "and does so after a long answer too"


def test_without_a_usable_checkpoint_everything_is_read_again() -> None:
    store = Store(numbers=Always())
    cache = PrefixCache(store)
    run(cache, store, list(range(60)), 4)
    assert run(cache, store, [*range(30), 1, 1], 4) == 0
    run(cache, store, [*range(30), 1, 1, *range(20)], 4)
    store.refuses = True
    assert run(cache, store, [*range(30), 1, 2], 4) == 0, "a refused checkpoint is not used"


def test_a_store_without_a_window_needs_no_checkpoint() -> None:
    store = Store(window=0)
    cache = PrefixCache(store)
    cache.extend([1, 2, 3, 4])
    store.full, store.cells = [1, 2, 3, 4], {0: 1, 1: 2, 2: 3, 3: 4}
    assert cache.reuse([1, 2, 9]) == 2
    cache.checkpoint()
    assert cache.checkpoints == ()


@pytest.mark.parametrize("limit", [0, 40, 100])
def test_checkpoints_stay_within_their_room_and_keep_the_newest(limit: int) -> None:
    store = Store()
    cache, story = PrefixCache(store, limit), list[int]()
    for turn in range(1, 12):
        story += [turn] * 6
        run(cache, store, story, 4)
        newest = len(story)
        assert cache.checkpoints[-1] == newest
        sizes = sum(len(item.state) for item in cache._checkpoints)
        assert sizes <= limit or len(cache.checkpoints) == 2 or turn == 1


def test_reset_forgets_everything() -> None:
    store = Store()
    cache = PrefixCache(store)
    run(cache, store, list(range(30)), 4)
    cache.reset()
    assert (cache.tokens, cache.checkpoints, store.full, store.cells) == ((), (), [], {})
