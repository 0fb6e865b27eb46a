"""Writes small adapters (LoRA) for the files of :mod:`tiny_gguf`, and the same change merged into one.

Job: what an adapter must do is known exactly: the model with it computes what a model file computes in
which the change stands already. Rule: the same seed gives the same bytes; every falsehood is named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
RANK, ALPHA = 4, 8.0
SIZES = {"attn_q": (64, 128), "attn_k": (64, 64), "attn_v": (64, 64), "attn_output": (128, 64)}
"""Width in and out of each matrix of attention in a tiny file."""
EXPERTS = {"ffn_gate_exps": (64, 64), "ffn_up_exps": (64, 64), "ffn_down_exps": (64, 64)}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to write; the defaults make a sound adapter for a tiny file."""

    seed: int = 3
    layers: int = 4
    strength: float = 1.0
    experts: int = 0
    architecture: str = "gpt-oss"
    kind: str = "adapter"
    method: str = "lora"
    alpha: float | str = ALPHA
    width: int = 64
    number: type[np.generic] = np.float32
    only: str = ""
    """Leave the other half of every pair out: ``lora_a`` or ``lora_b``."""
    extra: str = ""
    """One more tensor of this name."""
    poison: float = 0.0
    """A value to put in the first matrix."""


def pairs(recipe: Recipe) -> dict[str, tuple[Array, Array]]:
    """Return both halves for every matrix changed."""
    random = np.random.default_rng(recipe.seed)
    found: dict[str, tuple[Array, Array]] = {}
    for layer in range(recipe.layers):
        for name, (wide, high) in SIZES.items():
            inner = recipe.width if wide == 64 else wide
            a = random.standard_normal((RANK, inner)) * inner**-0.5
            b = random.standard_normal((high, RANK)) * 0.5 * recipe.strength
            found[f"blk.{layer}.{name}.weight"] = a.astype(np.float32), b.astype(np.float32)
        for name, (wide, high) in EXPERTS.items() if recipe.experts else ():
            a = random.standard_normal((recipe.experts, RANK, wide)) * wide**-0.5
            b = random.standard_normal((recipe.experts, high, RANK)) * 0.3 * recipe.strength
            if name == "ffn_down_exps":
                b[:, 0] = 0.0
            found[f"blk.{layer}.{name}.weight"] = a.astype(np.float32), b.astype(np.float32)
        found[f"blk.{layer}.attn_output.weight"][1][0] = 0.0  # coordinate 0 stays constant
    return found


def write(path: Path, recipe: Recipe | None = None) -> Path:
    """Write the adapter and return its path."""
    recipe = recipe or Recipe()
    writer = gguf.GGUFWriter(path, recipe.architecture)
    writer.add_type(recipe.kind)
    writer.add_string("adapter.type", recipe.method)
    if isinstance(recipe.alpha, str):
        writer.add_string("adapter.lora.alpha", recipe.alpha)
    else:
        writer.add_float32("adapter.lora.alpha", recipe.alpha)
    for place, (name, (a, b)) in enumerate(pairs(recipe).items()):
        if not place and recipe.poison:
            b[...] = recipe.poison
        for half, matrix in (("lora_a", a), ("lora_b", b)):
            if half == (recipe.only or half):
                writer.add_tensor(f"{name}.{half}", matrix.astype(recipe.number))
    if recipe.extra:
        writer.add_tensor(recipe.extra, np.zeros((4, 64), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def merged(recipe: Recipe) -> Callable[[str, Array], Array]:
    """Return what turns a matrix of the model file into the changed one."""
    changes = pairs(recipe)

    def change(name: str, matrix: Array) -> Array:
        if name not in changes:
            return matrix
        a, b = changes[name]
        scale = (float(recipe.alpha) or RANK) / RANK
        return (matrix + scale * (b @ a)).astype(np.float32)

    return change


def merge(source: Path, target: Path, recipe: Recipe) -> Path:
    """Write a copy of an F32 model file in which the adapter's change stands already."""
    target.write_bytes(source.read_bytes())
    change = merged(recipe)
    for tensor in gguf.GGUFReader(target, "r+").tensors:
        if tensor.name in pairs(recipe):
            tensor.data[...] = change(tensor.name, np.array(tensor.data))
    return target
