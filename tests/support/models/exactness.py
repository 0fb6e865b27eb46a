"""A generator on a real, random model, watched by a second context that reads everything from cold.

Job: whatever was done to the cache before, the logits after a prompt must be those of a cold run. Rule:
both contexts belong to one model file; differences of rounding (other micro-batch borders) are told from
wrong windows by their size.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.core.conversation.sampling import Sampling
from app.engine.computing.llama_backend import ContextSettings, LlamaBackend
from app.engine.protocol.events import TurnDone
from app.engine.protocol.requests import TurnRequest
from app.engine.turns.form.answer_form import Grammar
from app.engine.turns.generation import Generator, Sampler, TurnControl
from app.engine.turns.preparation import Preparation
from app.harmony.vocabulary import Vocabulary
from tests.support.models import tiny_gguf

RECIPE = replace(tiny_gguf.NEVER_STOPS, layers=2, experts=4, experts_used=4)
"""Two layers that use all experts: a choice that hangs by a hair would turn noise into difference."""
NOISE = 0.03
"""Other micro-batch borders move logits by 0.009, a window that lacks 28 tokens by 0.08 to 2."""
CONTEXT, MICRO_BATCH = 2048, 64

TOKENS = tiny_gguf.vocabulary()
VOCABULARY = Vocabulary.from_gguf_tokens(
    TOKENS, [1] * (len(TOKENS) - len(tiny_gguf.CONTROL_TOKENS)) + [3] * len(tiny_gguf.CONTROL_TOKENS)
)
_NEVER = [VOCABULARY.special[name] for name in ("return", "call", "endoftext")]
STOPS = frozenset(_NEVER)


def open_backend(
    path: Path, context: int = CONTEXT, micro_batch: int = MICRO_BATCH, flash: bool = True
) -> LlamaBackend:
    backend = LlamaBackend()
    backend.load_model([path], lambda _fraction: None)
    backend.open_context(ContextSettings(context, micro_batch, 1, flash_attention=flash))
    return backend


class Watched(LlamaBackend):
    """A backend that counts what it reads and calls ``at_decode`` and ``at_token`` on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0
        self.at_decode: Callable[[], None] = lambda: None
        self.at_token: Callable[[], None] = lambda: None
        self.at_prompt_end: Callable[[], None] = lambda: None

    def decode(self, tokens: Sequence[int], position: int, logits: bool) -> bool:
        self.at_decode()
        done = super().decode(tokens, position, logits)
        self.read += len(tokens) if done else 0
        return done

    def sampler(self, sampling: Sampling, seed: int) -> Sampler:  # type: ignore[override]  # wraps the sampler of the class above
        self.at_prompt_end()
        return _WatchedSampler(super().sampler(sampling, seed), self)


class _WatchedSampler:
    def __init__(self, inner: Sampler, watched: Watched) -> None:
        self._inner, self._watched = inner, watched

    def next(
        self,
        allowed: Collection[int] | None,
        forbidden: frozenset[int],
        grammar: Grammar | None = None,
    ) -> int:
        self._watched.at_token()
        return self._inner.next(allowed, forbidden, grammar)

    def close(self) -> None:
        self._inner.close()


class Bench:
    """Runs turns and compares the logits after each prompt with a cold run's."""

    def __init__(self, path: Path, context: int = CONTEXT, flash: bool = True) -> None:
        self.backend = Watched()
        self.backend.load_model([path], lambda _fraction: None)
        self.backend.open_context(ContextSettings(context, MICRO_BATCH, 1, flash_attention=flash))
        self.backend.at_prompt_end = self.compare
        self._cold = open_backend(path, context, flash=flash)
        self.compared = 0
        self.worst = 0.0
        self.restart()

    def restart(self) -> None:
        """Begin with an empty cache."""
        self.backend.clear()
        self.generator = Generator(self.backend, VOCABULARY, STOPS)
        self.preparation = Preparation(self.generator, self.backend)

    def run(self, request: TurnRequest, control: TurnControl | None = None) -> TurnDone:
        """Run a turn as the host does."""
        self.preparation.drop()
        self.backend.interrupt(False)
        done = self.generator.run(request, control or TurnControl(), lambda _event: None)
        self.backend.at_decode = self.backend.at_token = lambda: None
        self.backend.interrupt(False)
        return done

    def compare(self) -> None:
        """Compare the logits that were just computed with those of a cold run."""
        tokens = self.generator.cache.tokens
        warm = np.array(self.backend.logits())
        self._cold.clear()
        for begin in range(0, len(tokens), MICRO_BATCH):
            stretch = tokens[begin : begin + MICRO_BATCH]
            assert self._cold.decode(stretch, begin, begin + len(stretch) == len(tokens))
        cold = np.array(self._cold.logits())
        cold[_NEVER] = warm[_NEVER] = 0.0  # their bias multiplies the noise with a thousand
        difference = float(np.abs(cold - warm).max())
        self.compared += 1
        self.worst = max(self.worst, difference)
        assert difference < NOISE

    def close(self) -> None:
        self.backend.close()
        self._cold.close()


def words(seed: int, letters: int) -> str:
    """Return text without meaning, the same for the same numbers."""
    numbers = random.Random(seed)
    return "".join(numbers.choice("abcdefgh \n") for _ in range(letters)) + "."
