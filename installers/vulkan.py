"""Whether the engine is compiled with the library for graphics cards, and what that takes.

Job: have the headers and the shader compiler of Vulkan on this system, and say what CMake is told of
them. Rule: standard library only; nothing is done unless ``CLOISTER_VULKAN`` is 1, and never on macOS,
which has Metal. The library is loaded where a driver is and passed over elsewhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import system

VARIABLE = "CLOISTER_VULKAN"
_DEBIAN = (
    system.Need("/usr/include/vulkan/vulkan.hpp", "libvulkan-dev"),
    system.Need("glslc", "glslc"),
    system.Need("/usr/share/cmake/SPIRV-Headers/SPIRV-HeadersConfig.cmake", "spirv-headers"),
)
_VCPKG = ("vulkan-headers", "vulkan-loader", "spirv-headers", "shaderc")
"""Ports of vcpkg, which GitHub's Windows machines have."""


def is_wanted() -> bool:
    """Say whether the library for graphics cards is to be compiled."""
    return os.environ.get(VARIABLE) == "1" and sys.platform != "darwin"


def options() -> tuple[str, ...]:
    """Bring what is missing and return what CMake is told.

    Raises SystemExit with one sentence when something is missing and cannot be brought.
    """
    system.install_or_explain(system.missing_packages(_DEBIAN))
    return ("-DGGML_VULKAN=ON", *(_with_vcpkg() if sys.platform == "win32" else ()))


def _with_vcpkg() -> tuple[str, ...]:
    root = Path(os.environ.get("VCPKG_INSTALLATION_ROOT") or "not-there")
    command = [str(root / "vcpkg"), "install", "--triplet", "x64-windows", *_VCPKG]
    if not root.is_dir() or subprocess.call(command):
        raise SystemExit(
            "Vulkan's headers and shader compiler could not be had from vcpkg. Nothing was built."
        )
    return vcpkg_options(root / "installed" / "x64-windows")


def vcpkg_options(installed: Path) -> tuple[str, ...]:
    """Return what CMake is told of the folder that vcpkg installed into."""
    places = {
        "CMAKE_PREFIX_PATH": installed,
        "Vulkan_INCLUDE_DIR": installed / "include",
        "Vulkan_LIBRARY": installed / "lib" / "vulkan-1.lib",
        "Vulkan_GLSLC_EXECUTABLE": installed / "tools" / "shaderc" / "glslc.exe",
    }
    return tuple(f"-D{name}={path.as_posix()}" for name, path in places.items())
