"""The Guide's network in PyTorch: the gpt-oss architecture, small.

Job: compute exactly what llama.cpp computes for a gpt-oss file of these shapes (checked by
``evaluate.py``), fast enough to train on two processor cores. Rule: every number that shapes the
graph stands in :class:`Shape` and is written into the model file by ``export.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  the name everybody knows
from torch import Tensor, nn

FP4_VALUES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
FP4_BLOCK = 32
ROUNDED_EVERY = 8
"""Training steps between two roundings of the weights: rounding is slow, and they move little."""
ROWS = 128
"""Expert inputs are filled up to a multiple of this: every new matrix size costs a compilation."""


@dataclass(frozen=True)
class Shape:
    """Sizes of the network; the defaults are the Guide's."""

    vocabulary: int = 2048
    width: int = 192
    layers: int = 4
    heads: int = 6
    kv_heads: int = 2
    head_size: int = 32
    experts: int = 8
    experts_used: int = 2
    expert_width: int = 192
    window: int = 128
    context: int = 8192
    rope_base: float = 150_000.0
    yarn_factor: float = 32.0
    yarn_context: int = 4096
    epsilon: float = 1e-5
    swiglu_limit: float = 7.0
    swiglu_alpha: float = 1.702


def rope_frequencies(shape: Shape) -> Tensor:
    """Return YaRN's angle per position for every pair of one head (float64)."""
    size, base = shape.head_size, shape.rope_base

    def pair_of(rotations: float) -> float:
        return size * math.log(shape.yarn_context / (rotations * 2 * math.pi)) / (2 * math.log(base))

    low, high = max(0.0, math.floor(pair_of(32.0))), min(size - 1.0, math.ceil(pair_of(1.0)))
    pair = torch.arange(size // 2, dtype=torch.float64)
    plain = base ** (-2.0 * pair / size)
    keep = 1.0 - ((pair - low) / max(0.001, high - low)).clamp(0.0, 1.0)
    return plain * keep + plain / shape.yarn_factor * (1.0 - keep)


def rope_scale(shape: Shape) -> float:
    """Return the factor YaRN puts on both cosine and sine."""
    return 0.1 * math.log(shape.yarn_factor) + 1.0


def quantise_mxfp4(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Return (codes 0-15, block exponents) of ``weight`` in MXFP4, blocks along the last axis.

    Of the two exponents that can hold a block's largest value, the one with the smaller squared
    error wins: the format allows both.
    """
    blocks = weight.detach().float().reshape(*weight.shape[:-1], -1, FP4_BLOCK)
    largest = blocks.abs().amax(-1, keepdim=True).clamp_min(1e-20)
    exponent = torch.floor(torch.log2(largest)) - 2
    values = torch.tensor(FP4_VALUES)
    borders = (values[1:] + values[:-1]) / 2
    best_codes = best_exponent = best_error = None
    for candidate in (exponent, exponent + 1):
        scaled = blocks / torch.exp2(candidate)
        codes = torch.bucketize(scaled.abs(), borders)
        error = (values[codes] - scaled.abs()).mul(torch.exp2(candidate)).square().sum(-1, keepdim=True)
        codes = codes + 8 * (scaled < 0)
        if best_error is None or best_codes is None or best_exponent is None:
            best_codes, best_exponent, best_error = codes, candidate, error
        else:
            better = error < best_error
            best_codes = torch.where(better, codes, best_codes)
            best_exponent = torch.where(better, candidate, best_exponent)
    assert best_codes is not None
    assert best_exponent is not None
    return best_codes, best_exponent.squeeze(-1)


def through_mxfp4(weight: Tensor) -> Tensor:
    """Return the values MXFP4 keeps of ``weight``."""
    codes, exponent = quantise_mxfp4(weight)
    values = torch.tensor(FP4_VALUES)
    signed = torch.cat([values, -values])[codes] * torch.exp2(exponent).unsqueeze(-1)
    return signed.reshape(weight.shape).to(weight.dtype)


_KERNELS: Any = torch.ops.aten
_flash: Any = _KERNELS._scaled_dot_product_flash_attention_for_cpu  # noqa: SLF001  no public name
_flash_backward: Any = _KERNELS._scaled_dot_product_flash_attention_for_cpu_backward  # noqa: SLF001  same


class _SinkAttention(torch.autograd.Function):
    """Attention with one dropped softmax column per head, on PyTorch's flash kernel for processors."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, sinks: Tensor, mask: Tensor | None) -> Tensor:
        scale = q.shape[-1] ** -0.5
        out, lse = _flash(q, k, v, 0.0, mask is None, attn_mask=mask, scale=scale)
        total = torch.logaddexp(lse, sinks.view(1, -1, 1).float())
        out = out * torch.exp(lse - total).unsqueeze(-1).to(out.dtype)
        ctx.save_for_backward(q, k, v, out, total, sinks, mask)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, None]:
        q, k, v, out, total, sinks, mask = ctx.saved_tensors
        grad = grad.contiguous()
        dq, dk, dv = _flash_backward(
            grad, q, k, v, out, total, 0.0, mask is None, attn_mask=mask, scale=q.shape[-1] ** -0.5
        )
        weight = torch.exp(sinks.view(1, -1, 1).float() - total)
        d_sinks = -(weight * (grad.float() * out.float()).sum(-1)).sum((0, 2))
        return dq, dk, dv, d_sinks.to(sinks.dtype), None


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


class Attention(nn.Module):
    """Grouped-query attention with sinks; layers with an even number see a window only."""

    def __init__(self, shape: Shape, layer: int) -> None:
        super().__init__()
        self.shape, self.layer = shape, layer
        inner, kv = shape.heads * shape.head_size, shape.kv_heads * shape.head_size
        self.q = nn.Linear(shape.width, inner)
        self.k = nn.Linear(shape.width, kv)
        self.v = nn.Linear(shape.width, kv)
        self.out = nn.Linear(inner, shape.width)
        self.sinks = nn.Parameter(torch.zeros(shape.heads))

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor | None) -> Tensor:
        """Return what the tokens see of each other."""
        batch, length, _ = x.shape
        shape = self.shape
        q = self.q(x).view(batch, length, shape.heads, shape.head_size).transpose(1, 2)
        k = self.k(x).view(batch, length, shape.kv_heads, shape.head_size).transpose(1, 2)
        v = self.v(x).view(batch, length, shape.kv_heads, shape.head_size).transpose(1, 2)
        q, k = _rotate(q, cos, sin).to(v.dtype), _rotate(k, cos, sin).to(v.dtype)
        group = shape.heads // shape.kv_heads
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        out = _SinkAttention.apply(q, k, v, self.sinks, mask)
        return self.out(out.transpose(1, 2).reshape(batch, length, -1))


class Experts(nn.Module):
    """A router and its experts; each token visits the two with the highest score."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape, self.quantised = shape, False
        count, wide, narrow = shape.experts, shape.expert_width, shape.width
        self.router = nn.Linear(narrow, count)
        self.gate_up = nn.Parameter(torch.randn(count, 2 * wide, narrow) * narrow**-0.5)
        self.gate_up_bias = nn.Parameter(torch.zeros(count, 2 * wide))
        self.down = nn.Parameter(torch.randn(count, narrow, wide) * wide**-0.5 * 0.5)
        self.down_bias = nn.Parameter(torch.zeros(count, narrow))
        self.balance = torch.zeros(())
        self._rounding: tuple[Tensor, Tensor] | None = None
        self._since = 0

    @torch.no_grad()
    def _rounded(self) -> tuple[Tensor, Tensor]:
        """Return what MXFP4 changes of the two weights, in training not quite up to date."""
        if self._rounding is None or self._since % ROUNDED_EVERY == 0 or not self.training:
            up, down = self.gate_up, self.down
            self._rounding = through_mxfp4(up) - up, through_mxfp4(down) - down
        self._since += self.training
        assert self._rounding is not None
        return self._rounding

    def forward(self, x: Tensor) -> Tensor:
        """Return the weighted answers of the chosen experts."""
        shape, used = self.shape, self.shape.experts_used
        flat = x.reshape(-1, shape.width)
        with torch.autocast("cpu", enabled=False):
            scores = F.linear(flat.float(), self.router.weight, self.router.bias)
        best, chosen = scores.topk(used, dim=-1)
        share = best.softmax(-1)
        counts = torch.bincount(chosen.reshape(-1), minlength=shape.experts)
        if self.training:
            fraction = counts.float() / chosen.numel()
            self.balance = shape.experts * (fraction * scores.softmax(-1).mean(0)).sum()
        order = chosen.reshape(-1).argsort()
        padded = (counts + ROWS - 1) // ROWS * ROWS
        shift = (padded.cumsum(0) - padded) - (counts.cumsum(0) - counts)
        place = torch.arange(len(order)) + shift.repeat_interleave(counts)
        total = int(padded.sum())
        source = torch.zeros(total, dtype=torch.long).index_put((place,), order // used)
        weight = torch.zeros(total).index_put((place,), share.reshape(-1)[order])
        gathered, result = flat[source], []
        gate_up, down = self.gate_up, self.down
        if self.quantised:
            gate_up, down = (
                one + lost for one, lost in zip((gate_up, down), self._rounded(), strict=True)
            )
        for expert, part in enumerate(gathered.split(padded.tolist())):
            if not len(part):
                continue
            both = F.linear(part, gate_up[expert], self.gate_up_bias[expert])
            gate, up = both.chunk(2, dim=-1)
            gate = gate.clamp(max=shape.swiglu_limit)
            up = up.clamp(-shape.swiglu_limit, shape.swiglu_limit)
            hidden = gate * torch.sigmoid(shape.swiglu_alpha * gate) * (up + 1)
            result.append(F.linear(hidden, down[expert], self.down_bias[expert]))
        weighted = torch.cat(result).float() * weight.unsqueeze(-1)
        return torch.zeros_like(flat, dtype=torch.float32).index_add(0, source, weighted).view_as(x)


class Block(nn.Module):
    """One layer: attention, then experts, each after a norm and added to the stream."""

    def __init__(self, shape: Shape, layer: int) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(shape.width, shape.epsilon)
        self.attention = Attention(shape, layer)
        self.expert_norm = nn.RMSNorm(shape.width, shape.epsilon)
        self.experts = Experts(shape)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor | None) -> Tensor:
        """Return the stream after this layer."""
        x = x + self.attention(self.attention_norm(x), cos, sin, mask)
        return x + self.experts(self.expert_norm(x))


class GuideModel(nn.Module):
    """The whole network: ids and positions in, scores of the next id out."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape, layer) for layer in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, shape.epsilon)
        self.output = nn.Linear(shape.width, shape.vocabulary, bias=False)
        self.register_buffer("frequencies", rope_frequencies(shape), persistent=False)
        self._start()

    @torch.no_grad()
    def _start(self) -> None:
        """Start close to copying: heads that look one to three tokens back, output like input."""
        shape = self.shape
        self.output.weight.copy_(self.embedding.weight * 0.03)
        for block in self.blocks:
            attention = block.attention
            attention.out.weight.mul_(0.5)
            for linear in (attention.q, attention.k, attention.v, attention.out):
                linear.bias.zero_()
        fast = 5
        angle = self.frequencies[:fast].float()
        group, half = shape.heads // shape.kv_heads, shape.head_size // 2
        for layer in (0, 2):
            attention, strength = self.blocks[layer].attention, 5.0
            attention.k.weight[: shape.head_size] *= 0.02
            attention.k.bias[:fast] = strength
            for head in range(group):
                row, back = head * shape.head_size, head + 1
                attention.q.weight[row : row + shape.head_size] *= 0.02
                attention.q.bias[row : row + fast] = strength * torch.cos(angle * back)
                attention.q.bias[row + half : row + half + fast] = -strength * torch.sin(angle * back)

    def forward(self, ids: Tensor, positions: Tensor, kept: Tensor | None = None) -> Tensor:
        """Return scores for every position, or for the ``kept`` ones of the flattened batch."""
        angle = positions.double().unsqueeze(-1) * self.frequencies
        scale = rope_scale(self.shape)
        cos = (angle.cos() * scale).float().unsqueeze(1)
        sin = (angle.sin() * scale).float().unsqueeze(1)
        distance = positions.unsqueeze(-1) - positions.unsqueeze(-2)
        seen = (distance >= 0) & (distance < self.shape.window)
        x = self.embedding(ids)
        dtype = torch.bfloat16 if torch.is_autocast_enabled("cpu") else torch.float32
        window = torch.zeros_like(seen, dtype=dtype).masked_fill(~seen, float("-inf")).unsqueeze(1)
        for layer, block in enumerate(self.blocks):
            x = block(x, cos, sin, window if layer % 2 == 0 else None)
        if kept is not None:
            x = x.reshape(-1, self.shape.width)[kept]
        return self.output(self.norm(x))

    def quantise(self, on: bool) -> None:
        """Train the experts through MXFP4 from now on, or no longer."""
        for block in self.blocks:
            block.experts.quantised = on
