"""How large things become: cache, compute buffers, weights.

Job: the laws of llama.cpp's memory as arithmetic. Rule: each constant says what it was measured on;
where only a bound is known it errs towards too much. Bytes in, MiB out.

Measured on llama.cpp as in llama-cpp-python 0.3.36, processor backend, one row of logits
(``n_outputs_max`` 1), with the exact shapes of gpt-oss-20b and with width, experts, heads and window
varied one at a time, micro-batches 16 to 2048 and contexts 256 to 131072: within 0.1 MiB. Without flash
attention likewise, micro-batches 16 to 512 and contexts 512 to 32768.
"""

from __future__ import annotations

from app.engine.planning.shape import ModelShape

MIB = 2**20
CELLS_PADDED_TO = 256
"""llama.cpp rounds contexts and window caches up to this many cells."""
ONE_THREAD_BELOW = 64 * MIB
"""Bytes of a file so small that threads wait for each other longer than they compute."""
F16, Q8_0 = "f16", "q8_0"
_CELL_BYTES = {F16: (2, 1), Q8_0: (34, 32)}
"""Bytes per so many numbers."""
_MASK_BYTES, _PLAIN_MASK_BYTES = 2, 4
"""One number of an attention mask, with flash attention and without."""
_SCORE_BYTES, _SCORE_COPY_BYTES = 4, 2
"""How much a token and a head look at another token, without flash attention; and its copy."""
_INPUT_BYTES = 41
"""Token, positions, places in the cache: what each token of a micro-batch brings along."""


def padded(tokens: int) -> int:
    """Return ``tokens`` rounded up as llama.cpp does."""
    return -(-tokens // CELLS_PADDED_TO) * CELLS_PADDED_TO


def window_cells(shape: ModelShape, context: int, micro_batch: int) -> int:
    """Return how many tokens each sliding-window layer holds."""
    return padded(min(padded(context), shape.window + micro_batch))


def cache_mib(shape: ModelShape, context: int, micro_batch: int, cache_type: str) -> float:
    """Return the size of the whole cache: every token in full layers, a window in the others."""
    numbers = 2 * shape.kv_heads * shape.head_size
    size, per = _CELL_BYTES[cache_type]
    cells = shape.full_layers * padded(context)
    cells += shape.window_layers * window_cells(shape, context, micro_batch)
    return cells * numbers * size / per / MIB


def masks_mib(shape: ModelShape, context: int, micro_batch: int, flash: bool = True) -> float:
    """Return the size of the attention masks, which grow with context times micro-batch."""
    cells = padded(context) + window_cells(shape, context, micro_batch)
    return cells * micro_batch * (_MASK_BYTES if flash else _PLAIN_MASK_BYTES) / MIB


def compute_mib(shape: ModelShape, context: int, micro_batch: int, flash: bool = True) -> float:
    """Return the compute buffer where one device does everything (measured on the processor).

    At its fullest the graph holds, for each token of a micro-batch, three rows as wide as the experts in
    use, three as wide as the model and one of all heads, in 32-bit numbers; and the masks. Without
    ``flash`` attention it may be fuller in a layer that looks at everything: with the scores of every
    head for every token of the context, three rows as wide as the model, two of all heads and four of
    keys.
    """
    row = 12 * shape.experts_used * shape.expert_width + 12 * shape.width
    row += 4 * shape.heads * shape.head_size + _INPUT_BYTES
    if not flash:
        looking = 12 * shape.width + 8 * shape.heads * shape.head_size + _INPUT_BYTES
        looking += 16 * shape.kv_heads * shape.head_size
        row = max(row, looking + _SCORE_BYTES * shape.heads * padded(context))
    logits = 4 * shape.vocabulary
    return max(row * micro_batch, logits) / MIB + masks_mib(shape, context, micro_batch, flash)


def scores_copy_mib(shape: ModelShape, context: int, micro_batch: int, flash: bool) -> float:
    """Return what the processor takes besides while computing: without ``flash``, a copy of the scores.

    llama.cpp sets it aside when it is first needed, and says nothing of it.
    """
    scores = 0 if flash else shape.heads * padded(context) * micro_batch
    return scores * _SCORE_COPY_BYTES / MIB


def gpu_compute_mib(shape: ModelShape, context: int, micro_batch: int) -> float:
    """Return a bound for a graphics device's compute buffer; not measured on one.

    The graph is the same; a device pads its buffers and keeps room for its own kernels.
    """
    return 1.25 * compute_mib(shape, context, micro_batch) + 16.0


def host_compute_mib(shape: ModelShape, context: int, micro_batch: int, experts_here: bool) -> float:
    """Return a bound for the processor's compute buffer beside a graphics device; not measured on one.

    Masks and embeddings are prepared here; experts kept here compute here. A published log (Metal, 12
    layers of experts on the processor, context 32768, micro-batch 512) has 116 MiB where this says 125.
    """
    if experts_here:
        return compute_mib(shape, context, micro_batch)
    rows = 2 * 4 * shape.width * micro_batch / MIB
    return masks_mib(shape, context, micro_batch) + rows


def weights_mib(shape: ModelShape) -> float:
    """Return all tensors together."""
    return shape.weight_bytes / MIB


def embedding_mib(shape: ModelShape) -> float:
    """Return the word table, which stays with the processor and is read a row at a time."""
    return shape.embedding_bytes / MIB


def expert_layers_mib(shape: ModelShape, layers: int) -> float:
    """Return the experts of the first ``layers`` layers, with their biases."""
    return sum(shape.expert_bytes[:layers]) / MIB
