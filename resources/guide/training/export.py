"""Write the trained weights as a GGUF file: ``python export.py CHECKPOINT [--out FILE] [--kind f32]``.

Job: the file the program ships (experts MXFP4, other matrices F16, the rest F32) and, for comparing
scores with PyTorch, the same values in F32 throughout. Rule: tensor names, shapes and keys are those
of the real gpt-oss files; the vocabulary comes from ``tokenizer.json``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import gguf
import numpy as np
import torch
from model import FP4_BLOCK, Shape, quantise_mxfp4, through_mxfp4
from passages import GUIDE
from tokenizer import CONTROL, FILE

MXFP4 = gguf.GGMLQuantizationType.MXFP4
SHARPEN = 1.5
"""The last norm is scaled by this: answers are fixed texts, sampling must not stray."""
Array = np.ndarray


def pack_mxfp4(weight: torch.Tensor) -> Array:
    """Return the bytes of MXFP4: per block of 32 an exponent, then 16 bytes of two codes each."""
    codes, exponent = quantise_mxfp4(weight)
    codes_u8 = codes.to(torch.uint8).numpy()
    half = FP4_BLOCK // 2
    pairs = codes_u8[..., :half] | (codes_u8[..., half:] << 4)
    scale = (exponent + 127).clamp(0, 254).to(torch.uint8).numpy()[..., None]
    packed = np.concatenate([scale, pairs], axis=-1)
    return np.ascontiguousarray(packed.reshape(*weight.shape[:-1], -1))


def rounded(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the weights with the values the shipped file keeps of them."""
    result = {}
    for name, weight in state.items():
        if name.endswith(("gate_up", "down")):
            result[name] = through_mxfp4(weight)
        elif weight.ndim == 2 and "router" not in name:
            result[name] = weight.half().float()
        else:
            result[name] = weight.clone()
    result["norm.weight"] = result["norm.weight"] * SHARPEN
    return result


def file_tensors(state: dict[str, torch.Tensor], shape: Shape) -> dict[str, torch.Tensor]:
    """Return the weights under the names of a gpt-oss file, in its order."""
    tensors = {
        "token_embd.weight": state["embedding.weight"],
        "output_norm.weight": state["norm.weight"],
        "output.weight": state["output.weight"],
    }
    for layer in range(shape.layers):
        here, there = f"blocks.{layer}.", f"blk.{layer}."
        tensors[f"{there}attn_norm.weight"] = state[f"{here}attention_norm.weight"]
        for short, long in (("q", "q"), ("k", "k"), ("v", "v"), ("out", "output")):
            for part in ("weight", "bias"):
                tensors[f"{there}attn_{long}.{part}"] = state[f"{here}attention.{short}.{part}"]
        tensors[f"{there}attn_sinks.weight"] = state[f"{here}attention.sinks"]
        tensors[f"{there}post_attention_norm.weight"] = state[f"{here}expert_norm.weight"]
        for part in ("weight", "bias"):
            tensors[f"{there}ffn_gate_inp.{part}"] = state[f"{here}experts.router.{part}"]
        for source, part in (("gate_up", "weight"), ("gate_up_bias", "bias")):
            gate, up = state[f"{here}experts.{source}"].chunk(2, dim=1)
            tensors[f"{there}ffn_gate_exps.{part}"] = gate.contiguous()
            tensors[f"{there}ffn_up_exps.{part}"] = up.contiguous()
        tensors[f"{there}ffn_down_exps.weight"] = state[f"{here}experts.down"]
        tensors[f"{there}ffn_down_exps.bias"] = state[f"{here}experts.down_bias"]
    return tensors


def add_keys(writer: gguf.GGUFWriter, shape: Shape, *, shipped: bool) -> None:
    """Write the keys of the architecture and the vocabulary."""
    writer.add_name("Cloister Guide")
    writer.add_author("The Cloister developers")
    writer.add_license("Apache-2.0")
    writer.add_description("The built-in guide: knows only this program.")
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.expert_width)
    writer.add_expert_feed_forward_length(shape.expert_width)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_size)
    writer.add_value_length(shape.head_size)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_sliding_window(shape.window)
    writer.add_expert_count(shape.experts)
    writer.add_expert_used_count(shape.experts_used)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
    writer.add_rope_scaling_factor(shape.yarn_factor)
    writer.add_rope_scaling_orig_ctx_len(shape.yarn_context)
    writer.add_file_type(38 if shipped else 0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    learnt = json.loads(FILE.read_text("utf-8"))
    tokens = [*learnt["pieces"], *CONTROL]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-4o")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * len(learnt["pieces"]) + [3] * len(CONTROL))
    writer.add_token_merges(learnt["merges"])
    writer.add_bos_token_id(tokens.index("<|startoftext|>"))
    writer.add_eos_token_id(tokens.index("<|return|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_add_bos_token(value=False)


def write(state: dict[str, torch.Tensor], out: Path, *, shipped: bool) -> None:
    """Write the model file. ``shipped`` False keeps the rounded values in F32."""
    shape = Shape()
    writer = gguf.GGUFWriter(out, "gpt-oss")
    add_keys(writer, shape, shipped=shipped)
    kept = state if shipped else rounded(state)
    for name, weight in file_tensors(kept, shape).items():
        if shipped and name == "output_norm.weight":
            weight = weight * SHARPEN  # noqa: PLW2901  as rounded() does
        if shipped and name.endswith("_exps.weight"):
            packed = pack_mxfp4(weight)
            writer.add_tensor(name, packed, raw_shape=packed.shape, raw_dtype=MXFP4)
        elif shipped and weight.ndim == 2 and name.endswith("weight") and "gate_inp" not in name:
            writer.add_tensor(name, np.ascontiguousarray(weight.half().numpy()))
        else:
            writer.add_tensor(name, np.ascontiguousarray(weight.float().numpy()))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    """Write the file, and its SHA-256 beside the shipped one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, default=GUIDE / "guide.gguf")
    parser.add_argument("--kind", choices=("shipped", "f32"), default="shipped")
    arguments = parser.parse_args()
    state = torch.load(arguments.checkpoint, weights_only=True)
    write(state, arguments.out, shipped=arguments.kind == "shipped")
    digest = hashlib.sha256(arguments.out.read_bytes()).hexdigest()
    if arguments.kind == "shipped":
        line = f"{digest}  {arguments.out.name}\n"
        arguments.out.with_suffix(".sha256").write_text(line, "utf-8")
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
