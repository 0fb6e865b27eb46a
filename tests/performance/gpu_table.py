"""One model file on one device: loading, reading, writing and memory, by how much is read already.

Job: load as planned for this computer, read and write at several depths of the context, and put planned
memory beside what was set aside, as a table with the device named. Rule: figures are of this process and
of nothing else that runs; the best of a few rounds counts, because disturbance only ever slows.

``python -m tests.performance.gpu_table MODEL [--depths 0,4096,...] [--write FILE]`` prints Markdown, and
adds it to the end of FILE. Made for a machine with an NVIDIA card; without a device it measures the
processor, which is how the script itself is tested.
"""

from __future__ import annotations

import argparse
import platform
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.engine.computing.llama_backend import LlamaBackend
from app.engine.computing.llama_library import load_library, registry_of
from app.engine.computing.machine.devices import descriptions
from app.engine.host import loading, plan_settings, survey
from app.engine.host.files import headers, model_file
from app.engine.planning import planner
from app.engine.protocol.plan import Device, DevicePlan, Plan, Wishes

DEPTHS = (0, 4096, 8192, 16384, 32768)
_READ, _WRITTEN, _ROUNDS = 512, 64, 3
_ROOM = _READ + _WRITTEN


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens per second, read and written behind ``depth`` tokens."""

    depth: int
    read: float
    written: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything one run found; memory in MiB.

    ``taken`` is by how much free memory on the device fell, as the device tells it; 0 for the processor.
    """

    computer: str
    device: str
    plan: Plan
    allocated: tuple[DevicePlan, ...]
    taken: float
    load_s: float
    resident: float
    speeds: tuple[Speed, ...]


def measure(path: Path, depths: Sequence[int], threads: int = 0) -> Measured:
    """Load the model file as planned for this computer and measure it at each depth, in order."""
    library = load_library()
    backend = LlamaBackend(library)
    file = model_file.find(path)
    facts = headers.read(backend, file)
    shape = headers.shape(facts, file)
    computer = survey.with_devices(survey.before_confinement(), backend.devices())
    wishes = Wishes(context=max(depths) + _ROOM, threads=threads, force=True)
    plan = planner.plan(shape, computer, wishes)
    started = time.perf_counter()
    weights = plan_settings.weight_settings(plan, shape, computer.devices)
    backend.load_model(file.parts, lambda _fraction: None, weights)
    backend.open_context(plan_settings.context_settings(plan))
    load_s = time.perf_counter() - started
    names = descriptions(registry_of(library))
    device = plan.devices[-1].name
    found = Measured(
        computer=f"{platform.system()} {platform.machine()}, {names.get('CPU', 'CPU')}",
        device=f"{names.get(device, device)} ({device})",
        plan=plan,
        allocated=loading.allocated(backend, plan),
        taken=_free(computer.devices, device) - _free(backend.devices(), device),
        load_s=load_s,
        resident=psutil.Process().memory_info().rss / 2**20,
        speeds=tuple(_speed(backend, depth) for depth in depths),
    )
    backend.close()
    return found


def table(path: Path, found: Measured) -> str:
    """Return the figures as Markdown."""
    plan = found.plan
    loaded = f"weights {plan.load_mode.value}{', rearranged,' if plan.repack else ''}"
    lines = [
        f"### {path.name} on {found.device}",
        "",
        f"{found.computer}. Context {plan.context}, micro-batch {plan.micro_batch},",
        f"{plan.gpu_layers} layers on the device, experts of {plan.cpu_expert_layers} on the processor,",
        f"cache {plan.cache_type}, {loaded} in {found.load_s:.1f} s, {plan.threads} threads.",
        f"Resident {found.resident:.0f} MiB; the device's free memory fell by {found.taken:.0f} MiB.",
        "",
        "| device | budget MiB | weights | cache | computing | planned | set aside | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for planned, real in zip(plan.devices, found.allocated, strict=True):
        ratio = planned.total_mib / real.total_mib if real.total_mib else 1.0
        cells = (planned.budget_mib, real.weights_mib, real.cache_mib, real.compute_mib)
        figures = " | ".join(f"{value:.1f}" for value in (*cells, planned.total_mib, real.total_mib))
        lines.append(f"| {planned.name} | {figures} | {ratio:.3f} |")
    lines += ["", "| depth | read tokens/s | written tokens/s |", "|---|---|---|"]
    lines += [f"| {speed.depth} | {speed.read:.1f} | {speed.written:.1f} |" for speed in found.speeds]
    return "\n".join(lines) + "\n"


def _free(devices: Sequence[Device], name: str) -> float:
    return next((device.budget_mib for device in devices if device.name == name), 0.0)


def _speed(backend: LlamaBackend, depth: int) -> Speed:
    tokens = random.Random(depth)
    read, written = 0.0, 0.0
    for _ in range(_ROUNDS):
        # The window forgets what lies behind it, so each round reads everything anew.
        backend.clear()
        _read(backend, tokens, 0, depth)
        read = max(read, _READ / _read(backend, tokens, depth, _READ))
        started = time.perf_counter()
        for place in range(_WRITTEN):
            backend.decode([tokens.randrange(200)], depth + _READ + place, logits=True)
        written = max(written, _WRITTEN / (time.perf_counter() - started))
    return Speed(depth, read, written)


def _read(backend: LlamaBackend, tokens: random.Random, begin: int, count: int) -> float:
    """Read ``count`` tokens at ``begin``; returns the seconds it took."""
    started = time.perf_counter()
    for place in range(begin, begin + count, backend.micro_batch):
        size = min(backend.micro_batch, begin + count - place)
        backend.decode([tokens.randrange(200) for _ in range(size)], place, logits=True)
    return time.perf_counter() - started


def main(arguments: Sequence[str]) -> None:
    """Measure, print, and add to a file when told to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--depths", default=",".join(map(str, DEPTHS)))
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--write", type=Path)
    chosen = parser.parse_args(arguments)
    depths = [int(depth) for depth in chosen.depths.split(",")]
    text = table(chosen.model, measure(chosen.model, depths, chosen.threads))
    sys.stdout.write(text)
    if chosen.write:
        with chosen.write.open("a", encoding="utf-8") as file:
            file.write(f"\n{text}")


if __name__ == "__main__":
    main(sys.argv[1:])
