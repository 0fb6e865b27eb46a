"""Whether answers can be held to a schema: tried in a child that may die of it.

Job: turn the schema into a grammar and have llama.cpp compile it, without a model. Rule: the process
that tries is thrown away, because large grammars have ended llama.cpp.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.children.confine import confine
from app.core.errors import UserError
from app.engine.computing.llama_backend import LlamaBackend, NoBackendError
from app.engine.protocol.errands import GrammarReady, GrammarRequest
from app.engine.turns.form.json_schema import grammar_of


def answer_grammar(frame: Mapping[str, Any]) -> GrammarReady:
    """Try the schema of the question; raises UserError ``engine.schema_*``."""
    schema = str(GrammarRequest(**frame).schema)
    confine([])
    text = grammar_of(schema)
    try:
        backend = LlamaBackend()
    except NoBackendError:
        raise UserError("engine.no_backend") from None
    try:
        grammar = backend.grammar(text)
        if grammar is None:
            raise UserError("engine.schema_too_complex")
        grammar.close()
    finally:
        backend.close()
    return GrammarReady()
