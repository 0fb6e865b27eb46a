"""Writes a small random-weight model file of the gpt-oss architecture, for tests.

Job: everything about the engine but the quality of its words (mixture of experts, sinks, sliding
window, Harmony's control tokens, the cache) can be tested on a file of about 2 MB made in half a
second. Rule: the same recipe gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt

ARCHITECTURE = "gpt-oss"

CONTROL_TOKENS = (
    "<|startoftext|>",
    "<|endoftext|>",
    "<|reserved_200000|>",
    "<|reserved_200001|>",
    "<|return|>",
    "<|constrain|>",
    "<|reserved_200004|>",
    "<|channel|>",
    "<|start|>",
    "<|end|>",
    "<|message|>",
    "<|reserved_200009|>",
    "<|reserved_200010|>",
    "<|reserved_200011|>",
    "<|call|>",
    "<|reserved_200013|>",
)
"""The sixteen ids at the end of the vocabulary, in the order of the full-size one."""

_WORDS = (
    "assistant",
    "analysis",
    "commentary",
    "final",
    "user",
    "system",
    "developer",
    "python",
    "functions",
    " to",
    " code",
    " json",
)
"""Words of Harmony headers, each one token as in the full-size vocabulary."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to write. ``bias`` adds a constant to a token's logit (control tokens by name).

    A bias of -1000 on every stop token makes a model that never ends, one of +1000 a model that can
    say only that. ``context`` is the trained context in tokens, ``precision`` ``f32``, ``mxfp4``
    (of the experts only) or ``q8_0`` (MXFP4 experts and Q8_0 attention, as in the published files).
    """

    seed: int = 7
    context: int = 8192
    window: int = 128
    layers: int = 4
    width: int = 64
    experts: int = 8
    experts_used: int = 2
    precision: str = "f32"
    bias: Mapping[str, float] = field(default_factory=dict)
    overrides: Mapping[str, int | str | list[bool]] = field(default_factory=dict)
    """Metadata to falsify or to add, by key without the architecture: ``{"block_count": 0}``."""


NEVER_STOPS = Recipe(bias={"<|return|>": -1000.0, "<|call|>": -1000.0, "<|endoftext|>": -1000.0})
"""A model that goes on until it is stopped."""


def ordinary_tokens() -> tuple[list[bytes], list[tuple[bytes, bytes]]]:
    """Return the byte-level vocabulary in order of rank, and the merges that build its words."""
    tokens = [bytes([value]) for value in range(256)]
    known = set(tokens)
    merges: list[tuple[bytes, bytes]] = []
    for word in _WORDS:
        raw = word.encode()
        for length in range(2, len(raw) + 1):
            if raw[:length] not in known:
                known.add(raw[:length])
                tokens.append(raw[:length])
                merges.append((raw[: length - 1], raw[length - 1 : length]))
    return tokens, merges


def vocabulary() -> list[str]:
    """Return the token list as it stands in the file, control tokens last."""
    return [printable(token) for token in ordinary_tokens()[0]] + list(CONTROL_TOKENS)


def write(path: Path, recipe: Recipe | None = None) -> Path:
    """Write the model file and return its path."""
    recipe = recipe or Recipe()
    writer = gguf.GGUFWriter(path, ARCHITECTURE)
    _add_metadata(writer, recipe)
    _add_vocabulary(writer)
    _add_tensors(writer, recipe)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_metadata(writer: gguf.GGUFWriter, recipe: Recipe) -> None:
    writer.add_name("Tiny random gpt-oss")
    entries: dict[str, int | str | list[bool]] = {
        "block_count": recipe.layers,
        "context_length": recipe.context,
        "embedding_length": recipe.width,
        "feed_forward_length": recipe.width,
        "expert_feed_forward_length": recipe.width,
        "attention.head_count": 4,
        "attention.head_count_kv": 2,
        "attention.key_length": 32,
        "attention.value_length": 32,
        "attention.sliding_window": recipe.window,
        "expert_count": recipe.experts,
        "expert_used_count": recipe.experts_used,
        "rope.scaling.original_context_length": 4096,
        "rope.scaling.type": "yarn",
        **recipe.overrides,
    }
    for key, value in entries.items():
        if isinstance(value, bool):
            writer.add_bool(f"{ARCHITECTURE}.{key}", value)
        elif isinstance(value, int):
            writer.add_uint32(f"{ARCHITECTURE}.{key}", value)
        elif isinstance(value, str):
            writer.add_string(f"{ARCHITECTURE}.{key}", value)
        else:
            writer.add_array(f"{ARCHITECTURE}.{key}", value)
    writer.add_float32(f"{ARCHITECTURE}.attention.layer_norm_rms_epsilon", 1e-5)
    writer.add_float32(f"{ARCHITECTURE}.rope.freq_base", 150000.0)
    writer.add_float32(f"{ARCHITECTURE}.rope.scaling.factor", 32.0)


def _add_vocabulary(writer: gguf.GGUFWriter) -> None:
    ordinary, merges = ordinary_tokens()
    first = len(ordinary)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-4o")
    writer.add_token_list(vocabulary())
    writer.add_token_types([1] * first + [3] * len(CONTROL_TOKENS))
    writer.add_token_merges([f"{printable(left)} {printable(right)}" for left, right in merges])
    writer.add_bos_token_id(first + CONTROL_TOKENS.index("<|startoftext|>"))
    writer.add_eos_token_id(first + CONTROL_TOKENS.index("<|return|>"))
    writer.add_pad_token_id(first + CONTROL_TOKENS.index("<|endoftext|>"))
    writer.add_add_bos_token(False)


def _add_tensors(writer: gguf.GGUFWriter, recipe: Recipe) -> None:
    random = np.random.default_rng(recipe.seed)
    width, experts, heads = recipe.width, recipe.experts, 4 * 32
    types = gguf.GGMLQuantizationType
    attention = types.Q8_0 if recipe.precision == "q8_0" else None
    expert = None if recipe.precision == "f32" else types.MXFP4
    tokens = vocabulary()

    def weights(*shape: int, scale: float = 1.0) -> npt.NDArray[np.float32]:
        numbers = random.standard_normal(shape) * scale / float(np.sqrt(shape[-1]))
        return numbers.astype(np.float32)

    def small(*shape: int) -> npt.NDArray[np.float32]:
        return (random.standard_normal(shape) * 0.1).astype(np.float32)

    # Coordinate 0 of the residual stream stays a positive constant (nothing below writes to it), so
    # that column 0 of the output matrix is a bias on the logits.
    embedding = random.standard_normal((len(tokens), width)).astype(np.float32)
    embedding[:, 0] = 1.0
    output = weights(len(tokens), width)
    output[:, 0] = [recipe.bias.get(token, 0.0) for token in tokens]
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    writer.add_tensor("output.weight", output)
    for layer in range(recipe.layers):
        block = f"blk.{layer}."
        for name in ("attn_norm", "post_attention_norm"):
            writer.add_tensor(f"{block}{name}.weight", np.ones(width, np.float32))
        for name, rows in (("attn_q", heads), ("attn_k", 64), ("attn_v", 64)):
            _add_matrix(writer, f"{block}{name}.weight", weights(rows, width, scale=2.0), attention)
            writer.add_tensor(f"{block}{name}.bias", small(rows))
        mixed, mixed_bias = weights(width, heads, scale=2.0), small(width)
        mixed[0], mixed_bias[0] = 0.0, 0.0
        _add_matrix(writer, f"{block}attn_output.weight", mixed, attention)
        writer.add_tensor(f"{block}attn_output.bias", mixed_bias)
        writer.add_tensor(f"{block}attn_sinks.weight", small(4))
        writer.add_tensor(f"{block}ffn_gate_inp.weight", weights(experts, width))
        writer.add_tensor(f"{block}ffn_gate_inp.bias", small(experts))
        for name in ("gate", "up", "down"):
            matrix, bias = weights(experts, width, width, scale=2.0), small(experts, width)
            if name == "down":
                matrix[:, 0], bias[:, 0] = 0.0, 0.0
            _add_matrix(writer, f"{block}ffn_{name}_exps.weight", matrix, expert)
            writer.add_tensor(f"{block}ffn_{name}_exps.bias", bias)


def _add_matrix(
    writer: gguf.GGUFWriter, name: str, matrix: npt.NDArray[np.float32], kind: int | None
) -> None:
    if kind is None:
        writer.add_tensor(name, matrix)
    else:
        writer.add_tensor(name, gguf.quants.quantize(matrix, kind), raw_dtype=kind)


def printable(token: bytes) -> str:
    """Return the token in the byte alphabet of GPT-2, in which model files store it."""
    return "".join(_ALPHABET[value] for value in token)


def _byte_alphabet() -> dict[int, str]:
    plain = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    alphabet, extra = {}, 0
    for value in range(256):
        alphabet[value] = chr(value if value in plain else 256 + extra)
        extra += value not in plain
    return alphabet


_ALPHABET = _byte_alphabet()
