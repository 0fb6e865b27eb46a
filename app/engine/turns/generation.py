"""One turn: from a conversation to a message of the model.

Job: render the prompt, read what is new of it, sample tokens until a stop, and give out deltas. Rule:
works on ids and values only (no frames, no files); asks :class:`TurnControl` between tokens and leaves
the cache in a state the next turn can trust, however the turn ends.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core.conversation import Effort, Part, PartKind, Role, Stop
from app.core.errors import UserError
from app.core.sampling import MAX_SEED, Sampling
from app.engine.protocol.events import PartDelta, PrefillProgress, TurnDone
from app.engine.protocol.requests import TurnRequest
from app.engine.turns.loop_watch import LoopWatch
from app.engine.turns.part_stream import DeltaBatch, PartStream
from app.engine.turns.prefix_cache import CacheStore, PrefixCache
from app.harmony.header_mask import HeaderMask
from app.harmony.parser import Display, ParserEvent, StreamParser
from app.harmony.renderer import Renderer
from app.harmony.turns import harmony_messages
from app.harmony.vocabulary import Vocabulary

LEAST_ROOM = 64
"""Tokens that must be left for an answer; a prompt that leaves fewer is refused."""
BUDGET = {Effort.LOW: 2048, Effort.MEDIUM: 8192, Effort.HIGH: 32768}
"""Most tokens of one generation by effort, so that a model that repeats itself comes to an end."""
LOOP_IN_REASONING, LOOP_IN_ANSWER = 256, 1024
"""Tokens of exact repetition after which reasoning, or an answer, is not worth waiting for."""
CHECKPOINT_EVERY = 2048
"""Tokens between checkpoints while a long prompt is read, so that an edit in its middle stays cheap."""
_LONGEST_TOKEN = 128
"""Bytes of the longest ordinary token of any gpt-oss vocabulary."""

Clock = Callable[[], float]


class Sampler(Protocol):
    """Chooses tokens from the last logits row."""

    def next(self, allowed: Collection[int] | None, forbidden: frozenset[int]) -> int:
        """Return the next id: one of ``allowed`` where given, none of ``forbidden``."""

    def close(self) -> None:
        """Free it."""


class Backend(CacheStore, Protocol):
    """What a turn needs of the computing side."""

    @property
    def context(self) -> int:
        """How many tokens fit."""

    @property
    def micro_batch(self) -> int:
        """The most tokens one call of decode takes."""

    def decode(self, tokens: Sequence[int], position: int, logits: bool) -> bool:
        """Evaluate tokens; False when interrupted."""

    def sampler(self, sampling: Sampling, seed: int) -> Sampler:
        """Return a sampler; the caller closes it."""


@dataclass(slots=True)
class TurnControl:
    """The person's wishes while a turn runs; set by another thread, never taken back."""

    cancelled: bool = False
    answer_now: bool = False


class _Cancelled(Exception):  # noqa: N818 - control flow inside this module, not an error
    pass


Emit = Callable[[PrefillProgress | PartDelta], None]


class Generator:
    """Runs turns on one loaded model; keeps the cache between them. ``stops`` end a generation."""

    def __init__(
        self,
        backend: Backend,
        vocabulary: Vocabulary,
        stops: frozenset[int],
        clock: Clock = time.monotonic,
    ) -> None:
        self._backend = backend
        self._vocabulary = vocabulary
        self._stops = stops
        self._clock = clock
        self._cache = PrefixCache(backend)

    def run(self, request: TurnRequest, control: TurnControl, emit: Emit) -> TurnDone:
        """Run one turn.

        Raises UserError ``engine.*`` or ``harmony.*`` before anything is generated, and DecodeError
        from the backend, after which this object is of no further use.
        """
        return _Turn(self, request, control, emit).run()

    def prompt(self, request: TurnRequest) -> list[int]:
        """Return the prompt's ids. Raises UserError for an empty one and for one that cannot fit."""
        last = request.messages[-1] if request.messages else None
        if last is None or (last.role is Role.USER and not last.question.strip()):
            raise UserError("engine.empty_prompt")
        letters = sum(len(part.text) for message in request.messages for part in message.parts)
        if letters > self._backend.context * _LONGEST_TOKEN:
            raise UserError("engine.prompt_far_too_long", context=self._backend.context)
        conversation = harmony_messages(
            request.messages,
            effort=request.effort,
            date=request.date,
            instructions=request.instructions,
            tools=request.tools,
        )
        prompt = Renderer(self._vocabulary).completion(conversation)
        if len(prompt) + LEAST_ROOM > self._backend.context:
            raise UserError(
                "engine.prompt_too_long", tokens=len(prompt), context=self._backend.context - LEAST_ROOM
            )
        return prompt


class _Turn:
    """The state of one turn, used once."""

    def __init__(self, owner: Generator, request: TurnRequest, control: TurnControl, emit: Emit) -> None:
        self._backend, self._cache = owner._backend, owner._cache  # noqa: SLF001 - parts of one object
        self._vocabulary, self._stops, self._clock = owner._vocabulary, owner._stops, owner._clock  # noqa: SLF001 - as above
        self._started = self._clock()
        self._prompt = owner.prompt(request)
        self._request, self._control, self._emit = request, control, emit
        sampling = request.sampling.clamped()
        self._sampling = sampling
        self._seed = secrets.randbelow(MAX_SEED + 1) if sampling.seed is None else sampling.seed
        self._limit = sampling.max_tokens or BUDGET[request.effort]
        self._parser = StreamParser(self._vocabulary, start_role="assistant")
        self._mask = HeaderMask(self._vocabulary, request.tools)
        self._loop = LoopWatch()
        self._stream = PartStream()
        self._batch = DeltaBatch(emit, self._clock)
        self._reused = self._generated = 0
        self._first_at: float | None = None
        self._last_at = self._started
        self._answer_at: float | None = None

    def run(self) -> TurnDone:
        try:
            self._prefill()
            stop = self._generate()
        except _Cancelled:
            stop = Stop.CANCELLED
        self._show(self._parser.finish())
        self._batch.flush()
        return self._done(stop)

    # --- reading the prompt ---------------------------------------------------------------------

    def _prefill(self) -> None:
        prompt, cache = self._prompt, self._cache
        self._reused = cache.reuse(prompt, self._request.conversation)
        last_report = self._report_prefill(self._clock() - 1.0)
        # The last token is read by itself, after a checkpoint, so that asking again costs one token.
        while len(cache) < len(prompt) - 1:
            end = min(len(prompt) - 1, len(cache) + self._backend.micro_batch)
            self._read(prompt[len(cache) : end], logits=False)
            if len(cache) - max(cache.checkpoints, default=0) >= CHECKPOINT_EVERY:
                cache.checkpoint()
            last_report = self._report_prefill(last_report)
        cache.checkpoint()
        self._read(prompt[-1:], logits=True)
        self._report_prefill(last_report)

    def _report_prefill(self, last: float) -> float:
        now, done = self._clock(), len(self._cache)
        if now - last < 1 / 20 and done < len(self._prompt):
            return last
        self._emit(PrefillProgress(done, len(self._prompt), self._reused))
        return now

    def _read(self, tokens: Sequence[int], *, logits: bool) -> None:
        if self._control.cancelled:
            raise _Cancelled
        if not self._backend.decode(tokens, len(self._cache), logits):
            self._cache.undo_partial()
            raise _Cancelled
        self._cache.extend(tokens)

    # --- writing --------------------------------------------------------------------------------

    def _generate(self) -> Stop:
        sampler = self._backend.sampler(self._sampling, self._seed)
        try:
            while not self._control.cancelled:
                if self._control.answer_now:
                    self._answer_now()
                if self._is_stuck():
                    return Stop.LENGTH
                if self._generated >= self._limit or len(self._cache) >= self._backend.context:
                    return Stop.LENGTH
                token = sampler.next(self._mask.allowed(), self._mask.forbidden())
                self._count()
                self._take(token)
                if token in self._stops:
                    return Stop.CALL if token == self._vocabulary.special["call"] else Stop.RETURN
                self._read([token], logits=True)
            return Stop.CANCELLED
        finally:
            sampler.close()

    def _is_stuck(self) -> bool:
        """Whether the answer only repeats itself; repeating reasoning is ended by an answer instead."""
        if self._parser.display is not Display.REASONING:
            return self._loop.repeats_for(LOOP_IN_ANSWER)
        if self._loop.repeats_for(LOOP_IN_REASONING):
            self._answer_now()
        return False

    def _count(self) -> None:
        self._generated += 1
        self._last_at = self._clock()
        if self._first_at is None:
            self._first_at = self._last_at

    def _take(self, token: int) -> None:
        self._mask.push(token)
        self._loop.push(token)
        self._show(self._parser.push(token))

    def _show(self, events: Sequence[ParserEvent]) -> None:
        deltas = self._stream.deltas(events)
        if self._answer_at is None and any(delta.kind is PartKind.ANSWER for delta in deltas):
            self._answer_at = self._clock()
        self._batch.add(deltas)

    def _answer_now(self) -> None:
        """Close what is being written and open the answer, if that has not begun."""
        self._control.answer_now = False
        self._loop.restart()
        tokens = self._mask.answer_now()
        if tokens and len(self._cache) + len(tokens) < self._backend.context:
            for token in tokens:
                self._take(token)
            self._read(tokens, logits=True)

    # --- the end --------------------------------------------------------------------------------

    def _done(self, stop: Stop) -> TurnDone:
        now = self._clock()
        first = self._first_at or now
        decoding = self._last_at - first
        return TurnDone(
            stop=stop,
            parts=self._parts(),
            prompt_tokens=len(self._prompt),
            reused_tokens=self._reused,
            completion_tokens=self._generated,
            ttft_ms=round((first - self._started) * 1000, 1),
            tokens_per_second=round((self._generated - 1) / decoding, 1) if decoding > 0 else 0.0,
            thinking_ms=round(((self._answer_at or now) - first) * 1000, 1),
            context_tokens=len(self._cache),
            context=self._backend.context,
            seed=self._seed,
            repaired=self._parser.repaired,
        )

    def _parts(self) -> tuple[Part, ...]:
        return self._stream.parts(self._parser.messages, self._parser.stray)
