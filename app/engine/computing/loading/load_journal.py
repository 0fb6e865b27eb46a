"""What llama.cpp says while it loads, reduced to what may be kept.

Job: collect sizes of buffers and the last complaints from llama.cpp's log lines. Rule: lines are read,
never stored as they are; a reason is one short printable line without a path, because parts of it
come from a file nobody has checked.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

ERROR = 4
"""The level of ggml's log that carries complaints (2 is information, 3 a warning)."""
_MAX_REASON = 160
PROCESSOR = "CPU"
"""What llama.cpp and our plans call the processor as a device."""
_BUFFER = re.compile(r"^\S+:\s+(\S+)\s+(model|KV|compute|output) buffer size\s*=\s*([0-9.]+) MiB")
_MAPPED = "CPU_Mapped"
_LAYER = re.compile(r"^load_tensors: layer\s+(\d+) assigned to device ([^,\s]+)")
_CACHE_LAYER = re.compile(r"^llama_kv_cache: layer\s+\d+: dev = (\S+)")
_CACHE = re.compile(r"^llama_kv_cache: size =\s*([0-9.]+) MiB")
_PATH = re.compile(r"['\"]?(?:[A-Za-z]:)?[\\/][^\s'\"]+['\"]?")


@dataclass(frozen=True, slots=True)
class BufferSizes:
    """Memory really set aside, in MiB."""

    weights_mib: float = 0.0
    cache_mib: float = 0.0
    compute_mib: float = 0.0

    def plus(self, other: BufferSizes) -> BufferSizes:
        """Return both added up."""
        return BufferSizes(
            self.weights_mib + other.weights_mib,
            self.cache_mib + other.cache_mib,
            self.compute_mib + other.compute_mib,
        )


@dataclass(frozen=True, slots=True)
class CachePart:
    """One cache as llama.cpp describes it: its size in MiB, and the device of each of its layers."""

    mib: float
    devices: tuple[str, ...]


class LoadJournal:
    """Collects what the log callback passes on; :meth:`note` may be called from any thread."""

    def __init__(self) -> None:
        self._complaints: deque[str] = deque(maxlen=8)
        self.forget_sizes()

    def forget_sizes(self) -> None:
        """Begin anew for another load or another context."""
        self._weights: dict[str, float] = {}
        self._layers: dict[int, str] = {}
        self._given_back = 0.0
        self.forget_context()

    def forget_context(self) -> None:
        """Begin anew for another context of the same model."""
        self._cache: dict[str, float] = {}
        self._compute: dict[str, float] = {}
        self._output: dict[str, float] = {}
        self._cache_parts: list[CachePart] = []
        self._cache_layers: list[str] = []

    def note(self, level: int, text: str) -> None:
        """Take one log line; ``level`` as in ggml."""
        if level == ERROR:
            self._complaints.append(printable_reason(text))
        if found := _BUFFER.match(text):
            buffer, kind, mib = found[1], found[2], float(found[3])
            if kind == "model":
                self._weights[buffer] = self._weights.get(buffer, 0.0) + mib
            elif kind == "KV":
                self._cache[buffer] = self._cache.get(buffer, 0.0) + mib
            elif kind == "output":
                self._output[buffer] = mib
            else:
                self._compute[buffer] = mib  # reserved more than once; the last one stays
        elif found := _LAYER.match(text):
            self._layers[int(found[1])] = found[2]
        elif found := _CACHE_LAYER.match(text):
            self._cache_layers.append(found[1])
        elif found := _CACHE.match(text):
            self._cache_parts.append(CachePart(float(found[1]), tuple(self._cache_layers)))
            self._cache_layers = []

    def count_given_back(self) -> None:
        """Note that the file's pages of rearranged matrices were given back after the load.

        llama.cpp counts a mapped file as a whole, with the pages that matrices were rearranged from.
        """
        here = {buffer: mib for buffer, mib in self._weights.items() if _named_after(buffer, PROCESSOR)}
        mapped = here.pop(_MAPPED, 0.0)
        self._given_back = min(mapped, sum(here.values()))

    @property
    def sizes(self) -> BufferSizes:
        """What the lines so far add up to."""
        total = BufferSizes()
        for sizes in self.sizes_by_device(()).values():
            total = total.plus(sizes)
        return total

    @property
    def layer_devices(self) -> dict[int, str]:
        """The device of every layer; the one after the last is the output matrix."""
        return dict(self._layers)

    @property
    def cache_parts(self) -> tuple[CachePart, ...]:
        """The caches of this context, also those of a dry run, which have no buffers."""
        return tuple(self._cache_parts)

    def sizes_by_device(self, devices: Sequence[str]) -> dict[str, BufferSizes]:
        """Return what each device holds; the processor's ("CPU") includes every buffer of no device.

        A buffer is named after its device, perhaps with more behind it (``MTL0_Mapped``); memory of the
        computer that a device may read (``CUDA_Host``) belongs to no device.
        """
        found = {name: BufferSizes() for name in (PROCESSOR, *devices)}
        for kind, buffers in (
            ("weights_mib", self._weights),
            ("cache_mib", self._cache),
            ("compute_mib", self._compute),
            ("compute_mib", self._output),
        ):
            for buffer, mib in buffers.items():
                owner = next((name for name in devices if _named_after(buffer, name)), PROCESSOR)
                found[owner] = found[owner].plus(BufferSizes(**{kind: mib}))
        found[PROCESSOR] = found[PROCESSOR].plus(BufferSizes(weights_mib=-self._given_back))
        return found

    @property
    def complaints(self) -> tuple[str, ...]:
        """The last complaints, oldest first."""
        return tuple(self._complaints)

    def reason(self) -> str:
        """Return the first complaint, which names the fault; empty without any."""
        return self._complaints[0] if self._complaints else ""


def _named_after(buffer: str, device: str) -> bool:
    return buffer == device or buffer.startswith(f"{device}_")


def printable_reason(text: str) -> str:
    """Return ``text`` as one short printable line without paths and function names."""
    line = _PATH.sub("the file", " ".join(text.split()))
    line = re.sub(r"^(?:[a-z_0-9]+: |error loading model: )+", "", line)
    line = "".join(mark if mark.isascii() and mark.isprintable() else "?" for mark in line)
    return line if len(line) <= _MAX_REASON else line[: _MAX_REASON - 3] + "..."
