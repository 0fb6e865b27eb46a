"""A computer, a plan for it, and what was really set aside: values that cross between the processes.

Job: say how a model file would be loaded, and why, in numbers. Rule: sizes in MiB (2**20 bytes), context
in tokens; reasons are codes of the catalogue (``plan.*``) with plain values, so that every surface says
the same sentence.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from app.core import texts
from app.core.shown_name import shown_name

LONGEST_NAME = 64


class Verdict(StrEnum):
    """Whether a model file can be loaded: with room to spare, only just, or not safely."""

    FITS = "fits"
    TIGHT = "tight"
    REFUSED = "refused"


class LoadMode(StrEnum):
    """How weights come into memory: the file's own pages, or a copy."""

    MMAP = "mmap"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Device:
    """Something that computes: ``kind`` is ``cpu``, ``metal``, ``cuda`` or ``vulkan``.

    ``budget_mib`` is what may be set aside on it now; ``shared`` when its memory is the computer's own
    (Apple silicon, integrated graphics). ``name`` is llama.cpp's (``CUDA0``), which its buffers bear;
    ``label`` its maker's, empty where ``name`` is that.
    """

    name: str
    kind: str
    budget_mib: float
    shared: bool = False
    label: str = ""

    @property
    def called(self) -> str:
        """What people call it."""
        return self.label or self.name

    def checked(self) -> Device:
        """Return the same with names that can be shown."""
        label = shown_name(self.label, LONGEST_NAME)
        return replace(self, name=shown_name(self.name, LONGEST_NAME), label=label)


@dataclass(frozen=True, slots=True)
class Computer:
    """A computer as a plan sees it.

    ``system`` is ``linux``, ``macos`` or ``windows``; ``ram_mib`` physical memory (or the limit this
    process lives under), ``available_mib`` what can be had without swapping; ``cores`` real cores;
    ``devices`` without the processor; ``bandwidth_gbs`` of the memory in GB/s where known, else 0;
    ``weights_gbs`` how many GB of weights all cores together were seen to go through in a second, 0
    where that was not tried.
    """

    name: str
    system: str
    ram_mib: float
    available_mib: float
    cores: int
    devices: tuple[Device, ...] = ()
    bandwidth_gbs: float = 0.0
    weights_gbs: float = 0.0

    def checked(self) -> Computer:
        """Return the same with names that can be shown."""
        devices = tuple(device.checked() for device in self.devices)
        return replace(self, name=shown_name(self.name, LONGEST_NAME), devices=devices)


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of the catalogue: ``code`` (``plan.*``) and its values."""

    code: str
    values: dict[str, str | int | float]

    def checked(self) -> Reason:
        """Return the reason with names that can be shown; KeyError or ValueError if it says nothing."""
        if not self.code.startswith("plan."):
            raise ValueError("no reason of a plan")
        values = {
            name: shown_name(value, LONGEST_NAME) if isinstance(value, str) else value
            for name, value in self.values.items()
        }
        texts.text(self.code, **values)
        return Reason(self.code, values)


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """What goes where: sizes that are expected on one device, beside its budget.

    ``name`` and ``label`` as in :class:`Device`.
    """

    name: str
    budget_mib: float
    weights_mib: float
    cache_mib: float
    compute_mib: float
    label: str = ""

    @property
    def called(self) -> str:
        """What people call it."""
        return self.label or self.name

    @property
    def total_mib(self) -> float:
        """Weights, cache and compute buffers together."""
        return self.weights_mib + self.cache_mib + self.compute_mib

    def checked(self) -> DevicePlan:
        """Return the same with names that can be shown."""
        label = shown_name(self.label, LONGEST_NAME)
        return replace(self, name=shown_name(self.name, LONGEST_NAME), label=label)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person asks of a plan; 0 leaves the choice to the planner.

    ``force`` loads what the plan refuses; ``others_mib`` is what the program's other processes hold,
    ``adapters_mib`` what the adapters take that are loaded with the model file.
    ``load_mode`` and ``cache_type`` ("": the planner's choice) and ``repack`` (None: likewise) fix what
    a plan would choose by itself, so that settings can be compared; so does ``flash_attention`` on the
    processor (with graphics or ``q8_0`` it is always on).
    """

    context: int = 0
    micro_batch: int = 0
    threads: int = 0
    force: bool = False
    others_mib: float = 0.0
    adapters_mib: float = 0.0
    load_mode: str = ""
    cache_type: str = ""
    repack: bool | None = None
    flash_attention: bool | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model file is (or would be) loaded on one computer.

    ``gpu_layers`` and ``cpu_expert_layers`` count layers; ``cache_type`` is ``f16`` or ``q8_0``;
    ``flash_attention`` whether attention goes through the cache piece by piece instead of in one product
    of matrices (which keeps it in another form); ``repack`` whether weights are rearranged for the
    processor; ``devices`` begins with the processor.
    The speed is what is expected, ``speed_basis`` (a code ``plan.basis_*``) says from what; 0 when
    nothing is known.
    ``missing_mib`` is what a refused or tight plan lacks.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    context: int
    micro_batch: int
    gpu_layers: int
    cpu_expert_layers: int
    cache_type: str
    load_mode: LoadMode
    repack: bool
    threads: int
    devices: tuple[DevicePlan, ...]
    expected_tokens_per_second: float
    speed_basis: str
    missing_mib: float = 0.0
    flash_attention: bool = True

    @property
    def helped_by_closing(self) -> bool:
        """Whether closing other programs would give what is missing."""
        codes = {reason.code for reason in self.reasons}
        return self.missing_mib > 0 and not codes & {"plan.refused_too_small", "plan.tight_device"}

    @property
    def placing(self) -> str:
        """What is computed where, how and from which form of the weights: it moves an answer."""
        form = "rearranged" if self.repack else "plain"
        attention = "flash" if self.flash_attention else "whole"
        devices = " ".join(device.name for device in self.devices)
        return f"{self.gpu_layers} {self.cpu_expert_layers} {form} {attention} {devices}".strip()

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    def checked(self) -> Plan:
        """Return the plan with names that can be shown; KeyError or ValueError where it says nothing.

        For whoever is told of one: who planned may have been taken over.
        """
        Reason(self.speed_basis, {}).checked()
        return replace(
            self,
            reasons=tuple(reason.checked() for reason in self.reasons),
            devices=tuple(device.checked() for device in self.devices),
        )
