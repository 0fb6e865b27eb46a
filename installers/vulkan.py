"""Whether the engine is compiled with the library for graphics cards, and what that takes.

Job: have the headers and the shader compiler of Vulkan on this system, and say what CMake is told of
them. Rule: standard library only; nothing is done unless ``CLOISTER_VULKAN`` is 1, and never on macOS,
which has Metal. The library is loaded where a driver is and passed over elsewhere.

llama.cpp needs newer headers than Debian 12 has, and a compiler that knows the instructions of today's
cards, while the library itself has to be linked with the C library of Debian 12. So both are taken from
the next release and unpacked into a folder, never installed; the compiler runs with its own C library.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import system

VARIABLE = "CLOISTER_VULKAN"
TOOLS = Path(__file__).resolve().parents[1] / "build" / "vulkan"
_RELEASE = "trixie"
_HEADERS, _COMPILER = ("libvulkan-dev", "spirv-headers"), ("glslc", "libshaderc1")
_UNDER_THE_COMPILER = ("libc6", "libgcc-s1", "libstdc++6")
_LINKED = system.Need("libvulkan.so.1", "libvulkan1")
_VCPKG = ("vulkan-headers", "vulkan-loader", "spirv-headers", "shaderc")
"""Ports of vcpkg, which GitHub's Windows machines have."""
_SOURCE = re.compile(r"^(?:URIs:|deb(?:\s+\[[^]]*\])?)\s+(\S*/debian/?)(?=\s|$)", re.MULTILINE)


def is_wanted() -> bool:
    """Say whether the library for graphics cards is to be compiled."""
    return os.environ.get(VARIABLE) == "1" and sys.platform != "darwin"


def options() -> tuple[str, ...]:
    """Bring what is missing and return what CMake is told.

    Raises SystemExit with one sentence when something is missing and cannot be brought.
    """
    places = _from_vcpkg() if sys.platform == "win32" else _from_debian(TOOLS)
    return ("-DGGML_VULKAN=ON", *(f"-D{name}={path.as_posix()}" for name, path in places.items()))


def _from_debian(folder: Path) -> dict[str, Path]:
    """Fetch what is needed from the next release into ``folder`` and return the places in it."""
    system.install_or_explain(system.missing_packages([_LINKED]))
    library = next(Path("/usr/lib").glob("*-linux-gnu/libvulkan.so.1"))
    tree = folder / "tree"
    if not (tree / "usr" / "bin" / "glslc").exists():
        _unpack(folder, tree)
    compiler = folder / "glslc"
    compiler.write_text(compiler_script(tree, library.parent.name), "utf-8")
    compiler.chmod(0o755)
    return {
        "Vulkan_INCLUDE_DIR": tree / "usr" / "include",
        "Vulkan_LIBRARY": library,
        "Vulkan_GLSLC_EXECUTABLE": compiler,
        "SPIRV-Headers_DIR": tree / "usr" / "share" / "cmake" / "SPIRV-Headers",
    }


def compiler_script(tree: Path, triplet: str) -> str:
    """Return a script that runs the shader compiler of ``tree`` with the C library of ``tree``."""
    libraries = f"{tree}/usr/lib/{triplet}"
    loader = next(tree.glob("usr/lib*/ld-linux-*.so.*"))
    return f'#!/bin/sh\nexec "{loader}" --library-path "{libraries}" "{tree}/usr/bin/glslc" "$@"\n'


def _unpack(folder: Path, tree: Path) -> None:
    packages = folder / "packages"
    (packages / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "state" / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    sources = folder / "sources.list"
    sources.write_text(f"deb {mirror()} {_RELEASE} main\n", "utf-8")
    apart = [
        *("-o", f"Dir::Etc::SourceList={sources}", "-o", "Dir::Etc::SourceParts=/dev/null"),
        *("-o", f"Dir::State={folder / 'state'}", "-o", f"Dir::Cache={folder}"),
    ]
    wanted = (*_HEADERS, *_COMPILER, *_UNDER_THE_COMPILER)
    for command in (["update", "-qq"], ["download", "-qq", *wanted]):
        if subprocess.call(["apt-get", *apart, *command], cwd=packages):
            raise SystemExit("Vulkan's headers and shader compiler could not be had. Nothing was built.")
    for package in sorted(packages.glob("*.deb")):
        subprocess.check_call(["dpkg-deb", "--extract", package, tree])


def mirror(etc: Path = Path("/etc/apt")) -> str:
    """Return where this system's own packages come from; raises SystemExit where that is not Debian."""
    files = (etc / "sources.list", *sorted(etc.glob("sources.list.d/*")))
    for text in (file.read_text("utf-8") for file in files if file.is_file()):
        if found := _SOURCE.search(text):
            return found[1]
    raise SystemExit("The library for graphics cards is compiled on Debian. Nothing was built.")


def _from_vcpkg() -> dict[str, Path]:
    root = Path(os.environ.get("VCPKG_INSTALLATION_ROOT") or "not-there")
    command = [str(root / "vcpkg"), "install", "--triplet", "x64-windows", *_VCPKG]
    if not root.is_dir() or subprocess.call(command):
        raise SystemExit(
            "Vulkan's headers and shader compiler could not be had from vcpkg. Nothing was built."
        )
    return vcpkg_places(root / "installed" / "x64-windows")


def vcpkg_places(installed: Path) -> dict[str, Path]:
    """Return what CMake looks for in the folder that vcpkg installed into."""
    return {
        "CMAKE_PREFIX_PATH": installed,
        "Vulkan_INCLUDE_DIR": installed / "include",
        "Vulkan_LIBRARY": installed / "lib" / "vulkan-1.lib",
        "Vulkan_GLSLC_EXECUTABLE": installed / "tools" / "shaderc" / "glslc.exe",
    }
