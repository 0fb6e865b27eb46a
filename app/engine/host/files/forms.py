"""What a header says beyond the shape: forms of the architecture that there are on paper only.

Job: refuse what llama.cpp would end the process on, or would compute otherwise than was planned. Rule: a
key that is left out is in order, for the published files leave all of these out but one; what no file of
the architecture has is named and refused, never guessed at.
"""

from __future__ import annotations

import math

from app.core.errors import UserError
from app.engine.computing.headers.gguf_header import HeaderFacts
from app.engine.planning.shape import ARCHITECTURE, WINDOW_PATTERN, ModelShape

_STRETCHED = ("none", "linear", "yarn", "longrope")
"""The ways in which positions may be stretched over a longer context; another ends the process."""
_PATTERN = f"{ARCHITECTURE}.attention.sliding_window_pattern"
_ONLY = {
    "nextn_predict_layers": 0,
    "expert_group_count": 0,
    "expert_group_used_count": 0,
    "attention.causal": 1,
}
_AS_HEADS = ("attention.key_length_swa", "attention.value_length_swa", "rope.dimension_count_swa")
"""Sizes of a head in the layers with a window: in this architecture they are those of the others."""
_F32 = 0
_MATRICES = frozenset(
    (_F32, 1, 2, 3, 6, 7, 8, *range(10, 15), *range(16, 24), 29, 30, 34, 35, *range(39, 43))
)
"""ggml's numbers of the types that weights can have: not whole numbers, not steps of a computation."""
_VECTORS = (".bias", "_norm.weight", "_sinks.weight")
"""Ends of the names of what is added or multiplied as it is: in 32 bits, or the process ends."""


def check_kinds(facts: HeaderFacts) -> None:
    """Raise UserError ``plan.foreign_form`` for a tensor of numbers that cannot be computed with."""
    for (name, _size), kind in zip(facts.tensors, facts.kinds, strict=True):
        if kind not in _MATRICES or (kind != _F32 and name.endswith(_VECTORS)):
            raise UserError("plan.foreign_form", part="tensor")


def check(facts: HeaderFacts, shape: ModelShape) -> None:
    """Raise UserError ``plan.bad_shape`` or ``plan.foreign_form`` for what cannot be computed."""
    for key, value in facts.fractions.items():
        # A bound, a frequency, a factor: less than nothing, or no number at all, ends the process once
        # llama.cpp computes with it.
        if key.startswith(f"{ARCHITECTURE}.") and not 0 <= value < math.inf:
            raise UserError("plan.bad_shape", part="fraction")
    stretched = facts.words.get(f"{ARCHITECTURE}.rope.scaling.type")
    if stretched is not None and stretched not in _STRETCHED:
        raise UserError("plan.foreign_form", part="rope.scaling.type")
    allowed = {**_ONLY, **dict.fromkeys(_AS_HEADS, shape.head_size)}
    for key, only in allowed.items():
        if facts.numbers.get(f"{ARCHITECTURE}.{key}", only) != only:
            raise UserError("plan.foreign_form", part=key)
    _check_pattern(facts, shape)


def _check_pattern(facts: HeaderFacts, shape: ModelShape) -> None:
    """Check which layers look at a window only: of so many, or layer by layer."""
    every = facts.numbers.get(_PATTERN, WINDOW_PATTERN)
    usual = tuple(int(layer % WINDOW_PATTERN < WINDOW_PATTERN - 1) for layer in range(shape.layers))
    found = facts.lists.get(_PATTERN)
    if every != WINDOW_PATTERN or (found is not None and tuple(map(bool, found)) != usual):
        raise UserError("plan.foreign_form", part="attention.sliding_window_pattern")
