"""Writes a model file with the exact shapes and types of gpt-oss-20b, and random weights.

Job: what memory, loading and speed do at full size can be measured without the published 12.1 GB file:
same tensors, same bytes per tensor, same work per token. Rule: the same seed gives the same bytes; it is
made for measuring and says nothing sensible.

``python -m tests.performance.full_size FILE [--vocabulary o200k_base.tiktoken]`` takes about a minute.
With ``--layers 1 --width 256 --sharpness 4`` it writes 0.1 GB in seconds: hardly anything is computed
for a token, but each is still chosen among all 201,088 ids, so that the cost around llama.cpp shows.
Shapes: the model card (arXiv 2508.10925) and the tensor list of the published GGUF file.
"""

from __future__ import annotations

import argparse
import base64
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import gguf
import numpy as np

from tests.support.models.tiny_gguf import ARCHITECTURE, ordinary_tokens, printable

ORDINARY, VOCABULARY = 199_998, 201_088
EXPERTS = 32
QUERY, KEY_VALUE, HEADS = 4096, 512, 64
CONTROL = {
    199_998: "startoftext",
    199_999: "endoftext",
    200_002: "return",
    200_003: "constrain",
    200_005: "channel",
    200_006: "start",
    200_007: "end",
    200_008: "message",
    200_012: "call",
    200_018: "endofprompt",
}
_CHUNK = 64 * 2**20
_TYPES = gguf.GGMLQuantizationType
_BLOCK_BYTES = {_TYPES.MXFP4: (32, 17), _TYPES.Q8_0: (32, 34), _TYPES.F32: (1, 4)}


@dataclass(frozen=True, slots=True)
class Size:
    """How deep and how wide the model is; as it stands that of gpt-oss-20b. ``width``: times 32.

    ``sharpness``: how far the logits spread. Random weights (1) leave half of all ids possible, which no
    trained model does; with 4 a few are likelier than all others together.
    """

    layers: int = 24
    width: int = 2880
    sharpness: float = 1.0

    @property
    def spread(self) -> float:
        """What random numbers are multiplied by, so that sums over a narrower row spread as widely."""
        return math.sqrt(2880 / self.width)


_20B = Size()


@dataclass(frozen=True, slots=True)
class _Tensor:
    name: str
    shape: tuple[int, ...]
    kind: gguf.GGMLQuantizationType
    scale: float = 1.0

    @property
    def bytes(self) -> int:
        per_block, size = _BLOCK_BYTES[self.kind]
        return int(np.prod(self.shape)) // per_block * size


def tensors(size: Size = _20B) -> Iterator[_Tensor]:
    """Yield the tensors (of the 20b 459) in the file's order, shapes as numpy has them (rows first)."""
    f32, q8, fp4 = _TYPES.F32, _TYPES.Q8_0, _TYPES.MXFP4
    width = size.width
    yield _Tensor("output.weight", (VOCABULARY, width), q8, scale=size.spread * size.sharpness)
    yield _Tensor("output_norm.weight", (width,), f32, 0.0)
    yield _Tensor("token_embd.weight", (VOCABULARY, width), q8, scale=50.0)
    for layer in range(size.layers):
        block = f"blk.{layer}."
        for name in ("attn_norm", "post_attention_norm"):
            yield _Tensor(f"{block}{name}.weight", (width,), f32, 0.0)
        for name, rows in (("q", QUERY), ("k", KEY_VALUE), ("v", KEY_VALUE)):
            yield _Tensor(f"{block}attn_{name}.weight", (rows, width), q8)
            yield _Tensor(f"{block}attn_{name}.bias", (rows,), f32)
        yield _Tensor(f"{block}attn_output.weight", (width, QUERY), q8)
        yield _Tensor(f"{block}attn_output.bias", (width,), f32)
        yield _Tensor(f"{block}attn_sinks.weight", (HEADS,), f32)
        yield _Tensor(f"{block}ffn_gate_inp.weight", (EXPERTS, width), f32)
        yield _Tensor(f"{block}ffn_gate_inp.bias", (EXPERTS,), f32)
        for name in ("gate", "up", "down"):
            yield _Tensor(f"{block}ffn_{name}_exps.weight", (EXPERTS, width, width), fp4)
            yield _Tensor(f"{block}ffn_{name}_exps.bias", (EXPERTS, width), f32)


def write(path: Path, vocabulary: Path | None = None, size: Size = _20B, seed: int = 20) -> Path:
    """Write the model file and return its path.

    ``vocabulary`` is a file of ranks in tiktoken's form; without it words come from a handful of
    merges, and text takes about four times as many tokens.
    """
    writer = gguf.GGUFWriter(path, ARCHITECTURE)
    _add_metadata(writer, size)
    _add_vocabulary(writer, vocabulary)
    wanted = list(tensors(size))
    for tensor in wanted:
        # For raw types the writer wants the shape in bytes of the last dimension.
        per_block, block = _BLOCK_BYTES[tensor.kind]
        stored = (*tensor.shape[:-1], tensor.shape[-1] // per_block * block)
        raw = None if tensor.kind == _TYPES.F32 else tensor.kind
        writer.add_tensor_info(
            tensor.name,
            stored if raw is not None else tensor.shape,
            np.dtype(np.uint8 if raw is not None else np.float32),
            tensor.bytes,
            raw_dtype=raw,
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    assert writer.fout
    random = np.random.Generator(np.random.SFC64(seed))
    file = writer.fout[0]
    writer.write_padding(file, file.tell())
    for tensor in wanted:
        _write_tensor(file, tensor, random)
        writer.write_padding(file, tensor.bytes)
    writer.close()
    return path


def _add_metadata(writer: gguf.GGUFWriter, size: Size) -> None:
    writer.add_name("Random gpt-oss-20b")
    writer.add_file_type(38)
    for key, value in {
        "block_count": size.layers,
        "context_length": 131_072,
        "embedding_length": size.width,
        "feed_forward_length": size.width,
        "expert_feed_forward_length": size.width,
        "attention.head_count": HEADS,
        "attention.head_count_kv": 8,
        "attention.key_length": 64,
        "attention.value_length": 64,
        "attention.sliding_window": 128,
        "expert_count": EXPERTS,
        "expert_used_count": 4,
        "rope.scaling.original_context_length": 4096,
    }.items():
        writer.add_uint32(f"{ARCHITECTURE}.{key}", value)
    writer.add_float32(f"{ARCHITECTURE}.attention.layer_norm_rms_epsilon", 1e-5)
    writer.add_float32(f"{ARCHITECTURE}.rope.freq_base", 150000.0)
    writer.add_string(f"{ARCHITECTURE}.rope.scaling.type", "yarn")
    writer.add_float32(f"{ARCHITECTURE}.rope.scaling.factor", 32.0)


def _add_vocabulary(writer: gguf.GGUFWriter, ranks: Path | None) -> None:
    ordinary, merges = _official(ranks) if ranks else _made_up()
    control = [
        f"<|{CONTROL.get(number, f'reserved_{number}')}|>" for number in range(ORDINARY, VOCABULARY)
    ]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-4o")
    writer.add_token_list([printable(token) for token in ordinary] + control)
    writer.add_token_types([1] * ORDINARY + [3] * len(control))
    writer.add_token_merges([f"{printable(left)} {printable(right)}" for left, right in merges])
    writer.add_bos_token_id(199_998)
    writer.add_eos_token_id(200_002)
    writer.add_pad_token_id(199_999)
    writer.add_add_bos_token(False)


def _made_up() -> tuple[list[bytes], list[tuple[bytes, bytes]]]:
    ordinary, merges = ordinary_tokens()
    filler = (f"\N{MIDDLE DOT}{number}".encode() for number in range(ORDINARY - len(ordinary)))
    return [*ordinary, *filler], merges


def _official(ranks_file: Path) -> tuple[list[bytes], list[tuple[bytes, bytes]]]:
    ranks: dict[bytes, int] = {}
    for line in ranks_file.read_bytes().splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    ordinary = sorted(ranks, key=ranks.__getitem__)[:ORDINARY]
    return ordinary, [_last_merge(token, ranks) for token in ordinary if len(token) > 1]


def _last_merge(token: bytes, ranks: dict[bytes, int]) -> tuple[bytes, bytes]:
    """Return the two pieces that byte-pair encoding joins last to make ``token``."""
    pieces = [token[i : i + 1] for i in range(len(token))]
    while len(pieces) > 2:
        pairs = [ranks.get(pieces[i] + pieces[i + 1], sys.maxsize) for i in range(len(pieces) - 1)]
        place = pairs.index(min(pairs))
        pieces[place : place + 2] = [pieces[place] + pieces[place + 1]]
    return pieces[0], pieces[1]


def _write_tensor(file: BinaryIO, tensor: _Tensor, random: np.random.Generator) -> None:
    """Write random blocks whose values spread like those of a trained matrix of this width."""
    if tensor.kind == _TYPES.F32:
        values = random.standard_normal(int(np.prod(tensor.shape)), np.float32) * 0.02 * tensor.scale
        if tensor.scale == 0.0:
            values += 1.0  # a norm that changes nothing
        file.write(values.tobytes())
        return
    _, size = _BLOCK_BYTES[tensor.kind]
    left = tensor.bytes // size
    while left:
        count = min(left, _CHUNK // size)
        blocks = np.frombuffer(random.bytes(count * size), np.uint8).reshape(count, size).copy()
        if tensor.kind == _TYPES.MXFP4:
            blocks[:, 0] = 120  # 2 ** (120 - 127), times values of about 3
        else:
            blocks[:, :2] = np.frombuffer(np.float16(2.5e-4 * tensor.scale).tobytes(), np.uint8)
        file.write(blocks.tobytes())
        left -= count


def main() -> int:
    """Write the file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--vocabulary", type=Path, help="ranks in tiktoken's form (o200k_base)")
    parser.add_argument("--layers", type=int, default=_20B.layers)
    parser.add_argument("--width", type=int, default=_20B.width)
    parser.add_argument("--sharpness", type=float, default=_20B.sharpness)
    options = parser.parse_args()
    size = Size(options.layers, options.width, options.sharpness)
    write(options.file, options.vocabulary, size)
    return 0


if __name__ == "__main__":
    sys.exit(main())
