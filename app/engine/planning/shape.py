"""The shape of a model file: everything a plan needs to know of it.

Job: turn the tensors and the metadata of a header into plain numbers. Rule: the header is not believed:
every count has bounds, sizes must belong together, and what does not raises :class:`ShapeError` with the
name of the number that is wrong. Sizes in bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

ARCHITECTURE = "gpt-oss"
WINDOW_PATTERN = 2
"""Every second layer looks at everything, the others at a window: what llama.cpp assumes for gpt-oss."""

_EXPERTS = re.compile(r"blk\.(\d{1,4})\.ffn_(?:gate|up|down|gate_up)_exps\.(?:weight|bias)")
_LAYER = re.compile(r"blk\.(\d{1,4})\.")
# llama.cpp ends the process on more layers or experts than these.
_MOST = {
    "layers": 512,
    "heads": 1024,
    "kv_heads": 1024,
    "head_size": 4096,
    "width": 2**20,
    "expert_width": 2**20,
    "experts": 1024,
    "experts_used": 1024,
    "window": 2**24,
    "vocabulary": 2**24,
    "trained_context": 2**24,
}
_MOST_BYTES = 2**43
_KEYS = {
    "layers": "block_count",
    "heads": "attention.head_count",
    "kv_heads": "attention.head_count_kv",
    "head_size": "attention.key_length",
    "width": "embedding_length",
    "expert_width": "expert_feed_forward_length",
    "experts": "expert_count",
    "experts_used": "expert_used_count",
    "window": "attention.sliding_window",
    "trained_context": "context_length",
}

_VALUE_SIZE = f"{ARCHITECTURE}.attention.value_length"
"""What a head writes, beside what it compares (``head_size``): in this architecture the same."""


class ShapeError(ValueError):
    """A shape no model can have; ``part`` names the number that is wrong."""

    def __init__(self, part: str) -> None:
        self.part = part
        super().__init__(f"impossible shape: {part}")


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What arithmetic needs of a gpt-oss model file; sizes in bytes, context and window in tokens.

    ``layer_bytes`` counts, layer by layer, all but the experts; ``expert_bytes`` the experts with their
    biases. ``output_bytes`` includes the last norm. ``file_bytes`` is the whole file (all its parts).
    Raises ShapeError when the numbers are out of bounds or do not belong together.
    """

    layers: int
    heads: int
    kv_heads: int
    head_size: int
    width: int
    expert_width: int
    experts: int
    experts_used: int
    window: int
    vocabulary: int
    trained_context: int
    embedding_bytes: int
    output_bytes: int
    layer_bytes: tuple[int, ...]
    expert_bytes: tuple[int, ...]
    file_bytes: int
    window_pattern: int = WINDOW_PATTERN

    def __post_init__(self) -> None:
        """Check the bounds."""
        for name, most in _MOST.items():
            _check(name, getattr(self, name), most)
        _check("window_pattern", self.window_pattern, 64)
        for name in ("embedding_bytes", "output_bytes", "file_bytes"):
            _check(name, getattr(self, name), _MOST_BYTES)
        for name in ("layer_bytes", "expert_bytes"):
            sizes = getattr(self, name)
            if not isinstance(sizes, tuple) or len(sizes) != self.layers:
                raise ShapeError(name)
            for size in sizes:
                _check(name, size, _MOST_BYTES)
        if self.experts_used > self.experts:
            raise ShapeError("experts_used")
        if self.heads % self.kv_heads:
            raise ShapeError("kv_heads")
        if self.weight_bytes > self.file_bytes:
            raise ShapeError("file_bytes")

    @property
    def weight_bytes(self) -> int:
        """All tensors together."""
        return self.embedding_bytes + self.output_bytes + sum(self.layer_bytes) + sum(self.expert_bytes)

    @property
    def bytes_per_token(self) -> int:
        """What is read to decode one token: all but the word table, and of the experts those used."""
        experts = sum(self.expert_bytes) * self.experts_used // self.experts
        return self.output_bytes + sum(self.layer_bytes) + experts

    @property
    def full_layers(self) -> int:
        """How many layers keep every token of the context."""
        return self.layers // self.window_pattern

    @property
    def window_layers(self) -> int:
        """How many layers keep only a window of it."""
        return self.layers - self.full_layers

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ModelShape:
        """Rebuild from :meth:`to_json`; raises ShapeError on anything else."""
        unknown = set(data) - {field.name for field in fields(cls)}
        if unknown:
            raise ShapeError(min(str(name) for name in unknown)[:40])
        values = dict(data)
        for name in ("layer_bytes", "expert_bytes"):
            sizes = values.get(name)
            if isinstance(sizes, list):
                values[name] = tuple(sizes)
        missing = [
            field.name
            for field in fields(cls)
            if field.name not in values and field.name != "window_pattern"
        ]
        if missing:
            raise ShapeError(missing[0])
        return cls(**values)


def shape_of(
    tensors: Iterable[tuple[str, int]],
    metadata: Mapping[str, int],
    *,
    vocabulary: int,
    file_bytes: int,
) -> ModelShape:
    """Return the shape a header describes.

    ``tensors`` are names and sizes in bytes, of all parts of a split file; ``metadata`` the header's
    whole numbers by full key (``gpt-oss.block_count``); ``vocabulary`` how many tokens it lists.
    Raises ShapeError.
    """
    numbers = _numbers(metadata)
    _check("layers", numbers["layers"], _MOST["layers"])
    layers, experts = [0] * numbers["layers"], [0] * numbers["layers"]
    embedding = output = 0
    for name, size in tensors:
        _check("tensor", size, _MOST_BYTES)
        found = _LAYER.match(name)
        if found:
            number = int(found[1])
            if number >= numbers["layers"]:
                raise ShapeError("layers")
            (experts if _EXPERTS.fullmatch(name) else layers)[number] += size
        elif name.startswith("token_embd."):
            embedding += size
        else:
            output += size
    return ModelShape(
        **numbers,
        vocabulary=vocabulary,
        embedding_bytes=embedding,
        output_bytes=output,
        layer_bytes=tuple(layers),
        expert_bytes=tuple(experts),
        file_bytes=file_bytes,
    )


def _numbers(metadata: Mapping[str, int]) -> dict[str, int]:
    """Return the shape's counts; 0 where the header has none, which no count may be."""
    found = {name: metadata.get(f"{ARCHITECTURE}.{key}") for name, key in _KEYS.items()}
    numbers = {name: number or 0 for name, number in found.items()}
    # Some files leave these two out; llama.cpp then takes what follows from the others.
    if found["expert_width"] is None:
        numbers["expert_width"] = metadata.get(f"{ARCHITECTURE}.feed_forward_length", 0)
    if found["head_size"] is None:
        numbers["head_size"] = numbers["width"] // max(1, numbers["heads"])
    usual = numbers["width"] // max(1, numbers["heads"])
    if metadata.get(_VALUE_SIZE, usual) != numbers["head_size"]:
        raise ShapeError("value_size")  # llama.cpp would end the process
    return numbers


def _check(name: str, value: object, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= most:
        raise ShapeError(name)
