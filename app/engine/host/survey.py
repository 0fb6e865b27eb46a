"""What this computer has, as a plan sees it.

Job: memory, cores and devices of the computer we run on, as one value. Rule: memory and cores are read
before a child confines itself, which closes the system's own files to it; devices and speed after, by
the library that will use them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace

import psutil

from app.core.computer.memory import memory_now
from app.engine.computing.llama_backend import LlamaBackend
from app.engine.planning import sizes
from app.engine.planning.shape import ModelShape
from app.engine.protocol.plan import Computer, Device

_ROOM_TO_TRY_MIB = 512.0
_SYSTEMS = {"darwin": "macos", "win32": "windows"}


def before_confinement() -> Computer:
    """Return this computer as it is now, without its devices. Its name is empty: it is this one."""
    memory = memory_now()
    return Computer(
        name="",
        system=_SYSTEMS.get(sys.platform, "linux"),
        ram_mib=round(memory.ceiling_mib, 1),
        available_mib=round(memory.available_mib, 1),
        cores=cores(),
    )


def with_devices(computer: Computer, devices: Sequence[Device]) -> Computer:
    """Return the computer with these graphics devices."""
    return replace(computer, devices=tuple(devices))


def with_speed(computer: Computer, shape: ModelShape, backend: LlamaBackend) -> Computer:
    """Return the computer with how fast its cores go through weights, where a plan needs to know.

    That is not so for a tiny model, and not where all of it could lie on a graphics device. Takes about
    a fifth of a second and, meanwhile, 128 MiB.
    """
    on_device = any(device.budget_mib * sizes.MIB >= shape.file_bytes for device in computer.devices)
    tiny = shape.file_bytes < sizes.ONE_THREAD_BELOW
    if tiny or on_device or computer.available_mib < _ROOM_TO_TRY_MIB:
        return computer
    return replace(computer, weights_gbs=round(backend.weights_gbs(computer.cores), 1))


def cores() -> int:
    """Return how many cores this process may use, hyper-threads not counted."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    real = psutil.cpu_count(logical=False)
    return max(1, min(count for count in (allowed, real, os.cpu_count()) if count))
