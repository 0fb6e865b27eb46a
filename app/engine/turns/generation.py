"""One turn: from a conversation to a message of the model.

Job: render the prompt, read what is new of it, sample tokens until a stop, and give out deltas. Rule:
works on ids and values only (no frames, no files); asks :class:`TurnControl` between tokens and leaves
the cache in a state the next turn can trust, however the turn ends.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from app.core.conversation.ledger import RESERVE_WISHES
from app.core.conversation.message import Part, PartKind, Role, Stop
from app.core.conversation.sampling import MAX_SEED, Sampling
from app.core.errors import UserError
from app.engine.protocol.events import PartDelta, PrefillProgress, TurnDone
from app.engine.protocol.requests import TurnRequest
from app.engine.turns.form.answer_form import AnswerForm, Chooser, Grammars
from app.engine.turns.loop_watch import LoopWatch
from app.engine.turns.part_stream import DeltaBatch, PartStream
from app.engine.turns.prefix_cache import PrefixCache
from app.engine.turns.prompt import Prompt, PromptWriter
from app.engine.turns.reading import Evaluator, Reading
from app.harmony.header_mask import HeaderMask
from app.harmony.parser import Display, ParserEvent, StreamParser
from app.harmony.vocabulary import Vocabulary

LEAST_ROOM = 64
"""Tokens that must be left for an answer; a prompt that leaves fewer is refused."""
LOOP_IN_REASONING, LOOP_IN_ANSWER = 256, 1024
"""Tokens of exact repetition after which reasoning, or an answer, is not worth waiting for."""
_LONGEST_TOKEN = 128
"""Bytes of the longest ordinary token of any gpt-oss vocabulary."""

Clock = Callable[[], float]


class Sampler(Chooser, Protocol):
    """Chooses tokens from the last logits row."""

    def close(self) -> None:
        """Free it."""


class Backend(Evaluator, Grammars, Protocol):
    """What a turn needs of the computing side."""

    @property
    def context(self) -> int:
        """How many tokens fit."""

    def sampler(self, sampling: Sampling, seed: int) -> Sampler:
        """Return a sampler; the caller closes it."""

    def use_adapter(self, name: str, scale: float) -> str:
        """Let an adapter act ("" for none); returns what tells its cache apart. Raises UserError."""


@dataclass(slots=True)
class TurnControl:
    """The person's wishes while a turn runs; set by another thread, never taken back."""

    cancelled: bool = False
    answer_now: bool = False


class _Cancelled(Exception):  # noqa: N818 - control flow inside this module, not an error
    pass


Emit = Callable[[PrefillProgress | PartDelta], None]


def wished_length(request: TurnRequest) -> int:
    """Return the most tokens this turn may generate; so a model that repeats itself comes to an end."""
    return request.sampling.clamped().max_tokens or RESERVE_WISHES[request.effort]


class Generator:
    """Runs turns on one loaded model; keeps the cache between them. ``stops`` end a generation.

    ``writer`` and ``cache`` are shared with whoever counts, reads ahead or stores the cache between
    turns.
    """

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
        self.cache = PrefixCache(backend)
        self.writer = PromptWriter(vocabulary)

    def run(self, request: TurnRequest, control: TurnControl, emit: Emit) -> TurnDone:
        """Run one turn.

        Raises UserError ``engine.*`` or ``harmony.*`` before anything is generated; at any token
        ``engine.no_numbers``, and DecodeError from the backend: this object is then of no further use.
        """
        return _Turn(self, request, control, emit).run()

    def use_adapter(self, request: TurnRequest) -> None:
        """Let the request's adapter act; what was read with another is forgotten. Raises UserError."""
        self.cache.belong_to(self._backend.use_adapter(request.adapter, request.adapter_scale))

    def prompt(self, request: TurnRequest) -> Prompt:
        """Return the prompt. Raises UserError for an empty one and for one that cannot fit."""
        last = request.messages[-1] if request.messages else None
        if last is None or (last.role is Role.USER and not last.question.strip()):
            raise UserError("engine.empty_prompt")
        if self.is_far_too_long(request):
            raise UserError("engine.prompt_far_too_long", context=self._backend.context)
        prompt = self.writer.prompt(request)
        if not self.fits(prompt):
            # Where the form alone takes the room, shorter words would help nobody.
            by_form = request.schema and self.fits(self.writer.prompt(replace(request, schema="")))
            raise UserError(
                "engine.schema_too_long" if by_form else "engine.prompt_too_long",
                tokens=len(prompt.ids),
                context=self._backend.context - LEAST_ROOM,
            )
        return prompt

    def fits(self, prompt: Prompt) -> bool:
        """Whether the prompt leaves room for an answer."""
        return len(prompt.ids) + LEAST_ROOM <= self._backend.context

    def is_far_too_long(self, request: TurnRequest, draft: str = "") -> bool:
        """Whether what is to be read cannot fit, whatever its tokens are; for texts of any size."""
        left_out = set(request.left_out)
        letters = sum(
            len(part.text)
            for place, message in enumerate(request.messages)
            if place not in left_out
            for part in message.parts
        )
        return letters + len(draft) > self._backend.context * _LONGEST_TOKEN


class _Turn:
    """The state of one turn, used once."""

    def __init__(self, owner: Generator, request: TurnRequest, control: TurnControl, emit: Emit) -> None:
        self._backend, self._cache = owner._backend, owner.cache  # noqa: SLF001 - parts of one object
        self._vocabulary, self._stops, self._clock = owner._vocabulary, owner._stops, owner._clock  # noqa: SLF001 - as above
        self._started = self._clock()
        self._prompt = owner.prompt(request)
        owner.use_adapter(request)
        self._request, self._control, self._emit = request, control, emit
        sampling = request.sampling.clamped()
        self._sampling = sampling
        self._seed = secrets.randbelow(MAX_SEED + 1) if sampling.seed is None else sampling.seed
        self._limit = wished_length(request)
        self._parser = StreamParser(self._vocabulary, start_role="assistant")
        self._mask = HeaderMask(self._vocabulary, request.tools)
        self._form = AnswerForm(self._backend, self._vocabulary, self._mask, request.schema)
        self._loop = LoopWatch()
        self._batch = DeltaBatch(emit, self._clock)
        self._stream = self._go_on()
        self._edge = self._marked = False
        self._room = self._backend.context
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
        self._show(self._parser.finish(cut=True))  # what the model ended itself has ended before
        self._batch.flush()
        return self._done(stop)

    # --- reading the prompt ---------------------------------------------------------------------

    def _prefill(self) -> None:
        prompt, cache = self._prompt, self._cache
        self._reused = cache.reuse(prompt.ids, self._request.conversation)
        last_report = self._report_prefill(self._clock() - 1.0)
        reading = Reading(self._backend, cache, prompt.ids, len(prompt.ids), prompt.borders, logits=True)
        while not reading.finished:
            if self._control.cancelled or not reading.step():
                raise _Cancelled
            last_report = self._report_prefill(last_report)

    def _report_prefill(self, last: float) -> float:
        now, done, total = self._clock(), len(self._cache), len(self._prompt.ids)
        if now - last < 1 / 20 and done < total:
            return last
        self._emit(PrefillProgress(done, total, self._reused))
        return now

    def _read(self, tokens: Sequence[int]) -> None:
        """Read what was written, for the logits after it."""
        if self._control.cancelled:
            raise _Cancelled
        if not self._marked:
            # The end of the prompt: asking again costs one token from here. The first token, which
            # somebody waits for, comes before it.
            self._marked = True
            self._cache.checkpoint()
        if not self._backend.decode(tokens, len(self._cache), True):
            self._cache.undo_partial()
            raise _Cancelled
        self._cache.extend(tokens)

    # --- writing --------------------------------------------------------------------------------

    def _go_on(self) -> PartStream:
        """Return the stream of parts; where a message is continued, follow what it says already."""
        if not self._request.continued:
            return PartStream()
        begun = self._prompt.begun
        stream = PartStream(self._request.messages[-1].parts, reopened=bool(begun))
        for token in begun:
            self._form.push(token)
            stream.deltas(self._parser.push(token))
        return stream

    def _generate(self) -> Stop:
        sampler = self._backend.sampler(self._sampling, self._seed)
        try:
            while not self._control.cancelled:
                if self._control.answer_now:
                    self._answer_now()
                if self._is_stuck():
                    return Stop.LENGTH
                self._edge = len(self._cache) >= self._room
                if self._edge or self._generated >= self._limit:
                    return Stop.LENGTH
                token = self._form.next(sampler)
                self._count()
                self._take(token)
                if token in self._stops:
                    return Stop.CALL if token == self._vocabulary.special["call"] else Stop.RETURN
                self._read([token])
            return Stop.CANCELLED
        finally:
            sampler.close()
            self._form.close()

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
        self._form.push(token)
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
            self._read(tokens)

    # --- the end --------------------------------------------------------------------------------

    def _done(self, stop: Stop) -> TurnDone:
        now = self._clock()
        first = self._first_at or now
        decoding = self._last_at - first
        return TurnDone(
            stop=stop,
            parts=self._parts(),
            prompt_tokens=len(self._prompt.ids),
            reused_tokens=self._reused,
            completion_tokens=self._generated,
            ttft_ms=round((first - self._started) * 1000, 1),
            tokens_per_second=round((self._generated - 1) / decoding, 3) if decoding > 0 else 0.0,
            thinking_ms=round(((self._answer_at or now) - first) * 1000, 1),
            context_tokens=len(self._cache),
            context=self._backend.context,
            seed=self._seed,
            repaired=self._parser.repaired,
            edge=self._edge,
        )

    def _parts(self) -> tuple[Part, ...]:
        return self._stream.parts(self._parser.messages, self._parser.stray)
