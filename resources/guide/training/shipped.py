"""Read a model file of the Guide back into the network's weights.

Job: a later leg of training and the adapter start from the committed file, because checkpoints are not
kept. Rule: the inverse of ``export.py``, but for what rounding took away.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import torch
from export import SHARPEN
from model import Shape
from torch import Tensor

MATRICES = (("q", "q"), ("k", "k"), ("v", "v"), ("out", "output"))
"""The name of each matrix in :mod:`model` and in a model file."""


def weights_of(path: Path, shape: Shape) -> dict[str, Tensor]:
    """Return the weights of a model file as it computes, under the names of :class:`GuideModel`."""
    file = {
        one.name: torch.from_numpy(
            np.array(gguf.quants.dequantize(one.data, one.tensor_type), np.float32)
        )
        for one in gguf.GGUFReader(path).tensors
    }
    state = {
        "embedding.weight": file["token_embd.weight"],
        "norm.weight": file["output_norm.weight"],
        "output.weight": file["output.weight"],
    }
    for layer in range(shape.layers):
        here, there = f"blocks.{layer}.", f"blk.{layer}."
        for part in ("weight", "bias"):
            for short, long in MATRICES:
                state[f"{here}attention.{short}.{part}"] = file[f"{there}attn_{long}.{part}"]
            state[f"{here}experts.router.{part}"] = file[f"{there}ffn_gate_inp.{part}"]
        state[f"{here}attention.sinks"] = file[f"{there}attn_sinks.weight"]
        state[f"{here}attention_norm.weight"] = file[f"{there}attn_norm.weight"]
        state[f"{here}expert_norm.weight"] = file[f"{there}post_attention_norm.weight"]
        for name, part in (("gate_up", "weight"), ("gate_up_bias", "bias")):
            both = [file[f"{there}ffn_{half}_exps.{part}"] for half in ("gate", "up")]
            state[f"{here}experts.{name}"] = torch.cat(both, dim=1)
        state[f"{here}experts.down"] = file[f"{there}ffn_down_exps.weight"]
        state[f"{here}experts.down_bias"] = file[f"{there}ffn_down_exps.bias"]
    return state


def to_train_on(path: Path, shape: Shape) -> dict[str, Tensor]:
    """Return the weights of a model file as a checkpoint holds them: the last norm not sharpened."""
    state = weights_of(path, shape)
    state["norm.weight"] = state["norm.weight"] / SHARPEN
    return state
