"""The graphics devices' files that a confined engine keeps.

Job: name the device nodes to use and the places to read that a GPU's driver asks for. Rule: none at all
where the installed package cannot use a GPU; names are looked up before the confinement, never opened.
Linux only: elsewhere the driver is reached by other means. Written from the drivers' documentation.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_NODES = {
    "cuda": ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia[0-9]*", "nvidia-caps/*"),
    "vulkan": ("dri/renderD*", "nvidiactl", "nvidia-modeset", "nvidia[0-9]*"),
    "hip": ("kfd", "dri/renderD*"),
}
"""By backend, below ``/dev``."""
_READABLE = {
    "cuda": ("/proc/driver/nvidia", "/sys/bus/pci/devices", "/sys/module/nvidia"),
    "vulkan": (
        "/usr/share/vulkan",
        "/etc/vulkan",
        "/usr/share/drirc.d",
        "/sys/class/drm",
        "/sys/dev/char",
    ),
    "hip": ("/sys/class/kfd", "/sys/class/drm", "/sys/bus/pci/devices"),
}


def backends() -> frozenset[str]:
    """Return the GPU backends the installed package brings: ``cuda``, ``vulkan``, ``hip``, ``metal``."""
    spec = importlib.util.find_spec("llama_cpp")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        return frozenset()
    names = {
        file.name.split(".")[0].removeprefix("lib").removeprefix("ggml-")
        for file in (Path(folders[0]) / "lib").glob("*ggml-*")
    }
    return frozenset(names & {*_NODES, "metal"})


def nodes(root: Path = Path("/dev")) -> tuple[Path, ...]:
    """Return the device nodes there are for these backends; ``root`` is where devices lie."""
    if sys.platform != "linux":
        return ()
    patterns = [pattern for backend in sorted(backends()) for pattern in _NODES.get(backend, ())]
    return tuple(dict.fromkeys(path for pattern in patterns for path in sorted(root.glob(pattern))))


def readable() -> tuple[Path, ...]:
    """Return the places a driver reads."""
    if sys.platform != "linux":
        return ()
    places = [place for backend in sorted(backends()) for place in _READABLE.get(backend, ())]
    return tuple(map(Path, dict.fromkeys(places)))
