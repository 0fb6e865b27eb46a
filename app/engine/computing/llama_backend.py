"""llama.cpp, through llama-cpp-python's low-level functions.

Job: load a model file, evaluate token ids, give logits and samples, save and restore the sliding
window. Rule: token ids in, token ids out; it knows neither Harmony nor frames. Never llama_tokenize,
never a chat template, never the ``Llama`` class (its prefix reuse is wrong for sliding windows). One
thread uses a backend; only :meth:`LlamaBackend.interrupt` may be called from another.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from app.core.conversation.sampling import Sampling
from app.engine.computing.context import ContextSettings, context_parameters
from app.engine.computing.faults import (
    DecodeError,
    LoadCancelledError,
    LoadFailedError,
    NoBackendError,
)
from app.engine.computing.headers.gguf_header import HeaderFacts, read_header
from app.engine.computing.llama_library import ggml_of, load_library, registry_of
from app.engine.computing.loading import dry_run
from app.engine.computing.loading.adapters import Adapters, Files
from app.engine.computing.loading.llama_log import hear
from app.engine.computing.loading.load_journal import BufferSizes, LoadJournal
from app.engine.computing.loading.mapped_pages import give_back
from app.engine.computing.loading.weights import ModelParameters, WeightSettings, read_model
from app.engine.computing.machine.devices import compute_devices
from app.engine.computing.machine.processor import Processor, processor
from app.engine.computing.machine.weight_speed import weights_gbs
from app.engine.computing.writing import native_grammar
from app.engine.computing.writing.batches import Batches
from app.engine.computing.writing.native_grammar import NativeGrammar
from app.engine.computing.writing.native_sampler import NativeSampler
from app.engine.computing.writing.second_context import write_aside
from app.engine.protocol.plan import Device

_SEQUENCE = 0
_EVERYTHING, _WINDOW_ONLY = 0, 1
"""State flags: the whole cache, or only its sliding-window part."""
_ABORTED = 2
_PLAIN = WeightSettings()

__all__ = [
    "ContextSettings",
    "DecodeError",
    "LlamaBackend",
    "LoadCancelledError",
    "LoadFailedError",
    "NoBackendError",
]


class LlamaBackend:
    """One loaded model file with one context of one sequence."""

    def __init__(self, library: Any | None = None) -> None:
        self._lib = library or load_library()
        self._batches = Batches(self._lib)
        self._journal = LoadJournal()
        hear(self._lib, self._on_log)
        self._flag = (ctypes.c_char * 2)()
        self._lib.llama_backend_init()
        self._adapters = Adapters(self._lib, ggml_of(self._lib, "ggml-base"))
        self._model: Any = None
        self._settings: ContextSettings | None = None
        self._context: Any = None
        self._memory: Any = None
        self._vocab: Any = None

    # --- life -----------------------------------------------------------------------------------

    def header(self, path: Path) -> HeaderFacts:
        """Return what the file's header says. Raises LoadFailedError when it cannot be read."""
        facts = read_header(ggml_of(self._lib, "ggml-base"), path)
        if facts is None:
            raise LoadFailedError(self._journal.reason())
        return facts

    def devices(self) -> tuple[Device, ...]:
        """Return the graphics processors there are, with what may be set aside on each now."""
        return compute_devices(registry_of(self._lib))

    def processor(self) -> Processor:
        """Return what computes on the processor."""
        return processor(registry_of(self._lib))

    def weights_gbs(self, cores: int) -> float:
        """Return how many GB of weights so many cores go through in a second, tried now."""
        return weights_gbs(registry_of(self._lib), cores)

    def load_model(
        self,
        parts: Sequence[Path],
        on_progress: Callable[[float], None],
        weights: WeightSettings = _PLAIN,
    ) -> None:
        """Read the model file (all its parts, in order), its weights as ``weights`` says.

        Raises LoadFailedError, or LoadCancelledError after interrupt().
        """
        parameters = ModelParameters(self._lib, ggml_of(self._lib, "ggml-base"), weights)
        params = parameters.raw

        def progress(fraction: float, _data: object) -> bool:
            on_progress(fraction)
            return not self.interrupted

        callback = self._lib.llama_progress_callback(progress)
        params.progress_callback = callback
        self._model = read_model(self._lib, [os.fsencode(part) for part in parts], params)
        if not self._model:
            if self.interrupted:
                raise LoadCancelledError
            raise LoadFailedError(self._journal.reason())
        self._vocab = self._lib.llama_model_get_vocab(self._model)

        if weights.mmap and weights.repack and give_back(parts):
            self._journal.count_given_back()

    def dry_run(
        self,
        parts: Sequence[Path],
        tensors: Iterable[tuple[str, int]],
        weights: WeightSettings,
        context: ContextSettings,
        devices: Sequence[str] = (),
    ) -> dict[str, BufferSizes]:
        """Return what a load would set aside on the processor and ``devices``, setting nothing aside.

        Before a load only. ``tensors`` are the header's. Raises LoadFailedError.
        """
        self._journal.forget_sizes()
        parameters = ModelParameters(self._lib, ggml_of(self._lib, "ggml-base"), weights)
        done = dry_run.simulate(self._lib, parameters, parts, context, self._flag)
        sizes = dry_run.expected(self._journal, tensors, weights, devices)
        self._journal.forget_sizes()
        if not done:
            raise LoadFailedError(self._journal.reason())
        return sizes

    def judge_adapters(self, files: Files, architecture: str, experts: int, largest: int) -> float:
        """Check adapter files before a model is loaded; see :meth:`Adapters.judge`."""
        return self._adapters.judge(files, architecture, experts, largest)

    def read_adapters(self) -> None:
        """Read the good ones of them, between load_model and open_context."""
        self._adapters.read(self._model)

    def open_context(self, settings: ContextSettings) -> None:
        """Set aside cache and compute buffers. Raises LoadFailedError when memory does not suffice."""
        params = context_parameters(self._lib, settings, self._flag)
        self._settings = settings
        self._context = self._lib.llama_init_from_model(self._model, params)
        if not self._context:
            raise LoadFailedError(self._journal.reason())
        self._memory = self._lib.llama_get_memory(self._context)

    def close(self) -> None:
        """Give everything back; safe to call twice."""
        if self._context:
            self._lib.llama_free(self._context)
        self._adapters.close()
        if self._model:
            self._lib.llama_model_free(self._model)
        self._context = self._model = self._memory = self._vocab = None

    # --- facts ----------------------------------------------------------------------------------

    @property
    def description(self) -> str:
        """llama.cpp's one-line description of the loaded file."""
        buffer = ctypes.create_string_buffer(128)
        self._lib.llama_model_desc(self._model, buffer, ctypes.sizeof(buffer))
        return buffer.value.decode("utf-8", "replace")

    def metadata(self, key: str) -> str:
        """Return a plain metadata value of the file as text, empty when it has none."""
        buffer = ctypes.create_string_buffer(256)
        length = self._lib.llama_model_meta_val_str(
            self._model, key.encode(), buffer, ctypes.sizeof(buffer)
        )
        return buffer.value.decode("utf-8", "replace") if length >= 0 else ""

    @property
    def trained_context(self) -> int:
        """How many tokens the model was trained to hold."""
        return int(self._lib.llama_model_n_ctx_train(self._model))

    @property
    def vocabulary_size(self) -> int:
        """How many token ids there are."""
        return int(self._lib.llama_vocab_n_tokens(self._vocab))

    @property
    def window(self) -> int:
        """How far back the sliding-window layers look, in tokens."""
        return int(self._lib.llama_model_n_swa(self._model))

    @property
    def context(self) -> int:
        """How many tokens fit, as llama.cpp really set it up."""
        return int(self._lib.llama_n_ctx_seq(self._context))

    @property
    def build(self) -> str:
        """Which llama.cpp computes: another one may keep its cache in another form."""
        ggml = ggml_of(self._lib, "ggml-base")
        ggml.ggml_version.restype = ggml.ggml_commit.restype = ctypes.c_char_p
        parts = (self._lib.__version__, ggml.ggml_version(), ggml.ggml_commit())
        return "/".join(
            part if isinstance(part, str) else part.decode("ascii", "replace") for part in parts
        )

    @property
    def cache_type(self) -> str:
        """How keys and values are kept; "" before open_context."""
        return self._settings.cache_type if self._settings else ""

    @property
    def adapter(self) -> str:
        """What tells the cache of the adapter in use apart; "" for none."""
        return self._adapters.in_use

    @property
    def micro_batch(self) -> int:
        """The most tokens one call of decode takes."""
        return int(self._lib.llama_n_ubatch(self._context))

    @property
    def sizes(self) -> BufferSizes:
        """Memory really set aside."""
        return self._journal.sizes

    def sizes_by_device(self, devices: Sequence[str]) -> dict[str, BufferSizes]:
        """Memory really set aside on the processor (``CPU``, with all it shares) and each device."""
        return self._journal.sizes_by_device(devices)

    def ends_generation(self, token: int) -> bool:
        """Whether the file's vocabulary marks the id as the end of a generation."""
        return bool(self._lib.llama_vocab_is_eog(self._vocab, token))

    # --- computing ------------------------------------------------------------------------------

    def interrupt(self, stop: bool = True) -> None:
        """Ask a running load or decode to end early, or (False) take that back. Any thread."""
        self._flag[0] = b"\x01" if stop else b"\x00"

    @property
    def interrupted(self) -> bool:
        """Whether interrupt() stands."""
        return self._flag[0] != b"\x00"

    def use_adapter(self, name: str, scale: float) -> str:
        """Let an adapter ("" for none) act from now on; returns what tells its cache apart.

        Raises UserError ``engine.adapter_*``.
        """
        self._adapters.use(self._context, name, scale)
        return self._adapters.in_use

    def decode(self, tokens: Sequence[int], position: int, logits: bool) -> bool:
        """Evaluate at most one micro-batch at ``position``; ``logits`` for its last token.

        Returns False when interrupted: then nothing of ``tokens`` counts as evaluated. Raises
        DecodeError when llama.cpp fails.
        """
        batch = self._batches.filled(tokens, position, logits)
        status = self._lib.llama_decode(self._context, batch)
        if status == _ABORTED:
            return False
        if status:
            raise DecodeError(int(status))
        return True

    def write_aside(self, tokens: Sequence[int], count: int) -> list[int] | None:
        """Return the ``count`` ids that the file alone puts after ``tokens``, chosen greedily.

        In a small context of its own, after open_context; None when interrupted or not computed.
        """
        if self._settings is None:
            return None
        # What llama.cpp reports of the other context is not what was loaded.
        journal, self._journal = self._journal, LoadJournal()
        try:
            return write_aside(self._lib, self._model, self._settings, self._flag, tokens, count)
        finally:
            self._journal = journal

    def logits(self) -> Sequence[float]:
        """Return a copy of the last logits row."""
        row = self._lib.llama_get_logits_ith(self._context, -1)
        return tuple(row[: self.vocabulary_size])

    def sampler(self, sampling: Sampling, seed: int) -> NativeSampler:
        """Return a sampler over this context's last logits row; the caller closes it."""
        return NativeSampler(self._lib, self._context, self.vocabulary_size, sampling, seed)

    def grammar(self, text: str) -> NativeGrammar | None:
        """Return a grammar over this vocabulary, None for one llama.cpp does not take; close it."""
        return native_grammar.compiled(self._lib, self._vocab, text)

    # --- the cache (app.engine.turns.prefix_cache.CacheStore) -----------------------------------------

    def span(self) -> tuple[int, int]:
        """Return the first and last position the sliding window holds; (-1, -1) when empty."""
        low = self._lib.llama_memory_seq_pos_min(self._memory, _SEQUENCE)
        return int(low), int(self._lib.llama_memory_seq_pos_max(self._memory, _SEQUENCE))

    def remove_from(self, position: int) -> None:
        """Forget every position from ``position`` on."""
        self._lib.llama_memory_seq_rm(self._memory, _SEQUENCE, position, -1)

    def clear(self) -> None:
        """Forget everything."""
        self._lib.llama_memory_clear(self._memory, True)

    def save_window(self) -> bytes:
        """Return the sliding-window part of the cache as it stands."""
        size = self._lib.llama_state_seq_get_size_ext(self._context, _SEQUENCE, _WINDOW_ONLY)
        data = (ctypes.c_uint8 * size)()
        written = self._lib.llama_state_seq_get_data_ext(
            self._context, data, size, _SEQUENCE, _WINDOW_ONLY
        )
        return bytes(memoryview(data)[:written])

    def save_state(self) -> memoryview:
        """Return the whole state of the cache: every layer of every token, as it stands."""
        size = self._lib.llama_state_seq_get_size_ext(self._context, _SEQUENCE, _EVERYTHING)
        place = bytearray(size)
        target = (ctypes.c_uint8 * size).from_buffer(place)
        written = self._lib.llama_state_seq_get_data_ext(
            self._context, target, size, _SEQUENCE, _EVERYTHING
        )
        return memoryview(place)[:written]

    def restore_state(self, state: bytearray) -> bool:
        """Put a whole state in place of the present one; False if llama.cpp refuses it.

        After a refusal nobody knows what the cache holds: the caller clears it.
        """
        self.remove_from(0)
        source = (ctypes.c_uint8 * len(state)).from_buffer(state)
        read = self._lib.llama_state_seq_set_data_ext(
            self._context, source, len(state), _SEQUENCE, _EVERYTHING
        )
        return int(read) == len(state)

    def restore_window(self, state: bytes) -> bool:
        """Put a saved window back; False if llama.cpp refuses it."""
        data = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        read = self._lib.llama_state_seq_set_data_ext(
            self._context, data, len(state), _SEQUENCE, _WINDOW_ONLY
        )
        return int(read) == len(state)

    def _on_log(self, level: int, text: bytes) -> None:
        self._journal.note(level, text.decode("utf-8", "replace"))
