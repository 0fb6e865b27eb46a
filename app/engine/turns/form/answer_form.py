"""The form an answer must have.

Job: let every token through until the answer begins, then only those its grammar allows, and its end
only where the form is complete. Rule: reasoning, preambles and calls of tools are never touched; with
no form asked for, nothing here is.
"""

from __future__ import annotations

import codecs
from collections.abc import Collection
from typing import Any, Protocol

from app.core.errors import UserError
from app.engine.turns.form.json_schema import grammar_of, parse_schema
from app.harmony.header_mask import HeaderMask
from app.harmony.messages import ResponseFormat
from app.harmony.vocabulary import Vocabulary


class Grammar(Protocol):
    """Follows one text through a grammar."""

    def allows(self, token: int) -> bool:
        """Whether the text may go on with this token, or end where the token ends a generation."""

    def filter(self, candidates: Any) -> None:
        """Make what is not allowed impossible in a sampler's own table."""

    def push(self, token: int) -> None:
        """Follow an ordinary token, which must be allowed."""

    def close(self) -> None:
        """Free it."""


class Chooser(Protocol):
    """A sampler that can keep to a grammar."""

    def next(
        self,
        allowed: Collection[int] | None,
        forbidden: frozenset[int],
        grammar: Grammar | None = None,
    ) -> int:
        """Return the next id: one of ``allowed`` where given, none of ``forbidden``."""


class Grammars(Protocol):
    """Makes grammars for the loaded model's vocabulary."""

    def grammar(self, text: str) -> Grammar | None:
        """Return a grammar in llama.cpp's notation, made ready; None for one it does not take."""


def response_format(schema: str) -> ResponseFormat | None:
    """Return what tells the model the form; it advises, the grammar enforces. None without a form.

    Raises UserError ``engine.schema_*``.
    """
    return ResponseFormat("answer", parse_schema(schema)) if schema else None


class AnswerForm:
    """Follows one generation beside its header mask; ``schema`` is a JSON Schema's text or empty.

    Raises UserError ``engine.schema_*``. Close it.
    """

    def __init__(
        self, grammars: Grammars, vocabulary: Vocabulary, mask: HeaderMask, schema: str
    ) -> None:
        self._vocabulary = vocabulary
        self._mask = mask
        self._grammar: Grammar | None = None
        self._half = b""
        if schema:
            self._grammar = grammars.grammar(grammar_of(schema))
            if self._grammar is None:
                raise UserError("engine.schema_too_complex")
        # An answer under a form has one end: the generation's.
        self._no_other_end = frozenset((vocabulary.special["end"],))

    def next(self, sampler: Chooser) -> int:
        """Return the next id."""
        mask = self._mask
        if self._grammar is None or not mask.in_answer:
            return sampler.next(mask.allowed(), mask.forbidden())
        forbidden = mask.forbidden() | self._no_other_end
        while True:
            token = sampler.next(None, forbidden, self._grammar)
            if self._rest_of(token) is not None:
                return token
            forbidden |= {token}

    def push(self, token: int) -> None:
        """Follow one id, also one that nobody asked about; the mask follows with it.

        Raises UserError ``engine.schema_not_followed`` for text that was there before and is not
        in the form.
        """
        if self._grammar is not None and self._mask.in_answer and not self._is_end(token):
            rest = self._rest_of(token)
            if rest is None or not self._grammar.allows(token):
                raise UserError("engine.schema_not_followed")
            self._half = rest
            self._grammar.push(token)
        self._mask.push(token)

    def close(self) -> None:
        """Give the grammar back; safe to call twice."""
        if self._grammar is not None:
            self._grammar.close()

    def _is_end(self, token: int) -> bool:
        return token >= self._vocabulary.control_floor

    def _rest_of(self, token: int) -> bytes | None:
        """Return the bytes of the character begun at the token's end; None where it is no UTF-8.

        The grammar reads such bytes generously, and a reader of JSON does not.
        """
        decoder = codecs.getincrementaldecoder("utf-8")()
        decoder.setstate((self._half, 0))
        try:
            decoder.decode(self._vocabulary.piece(token) or b"", final=self._is_end(token))
        except UnicodeDecodeError:
            return None
        return decoder.getstate()[0]
