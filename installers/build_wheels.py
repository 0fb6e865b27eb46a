"""The wheelhouse: every package of the program as a file, ready to be installed without a network.

Job: build one llama-cpp-python for all processors of this system, download the other packages of
``installers/locks/runtime.txt`` with their hashes checked. Rule: standard library only; a wheel that is
there is not built again; nothing in it comes from anywhere but the locked lists.

llama.cpp is compiled once for each generation of processors (``CPU_ALL_VARIANTS``) into small libraries
beside it; the engine loads the best of them that the processor bears. A library for a graphics processor
put beside them is used in the same way, so it can be a package of its own.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

import vulkan
import wheel_file

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "installers" / "locks"
ENGINE = "llama-cpp-python"
_ENGINE_FILE = "llama_cpp_python-"

_EVERYWHERE = (
    "-DGGML_NATIVE=OFF",
    "-DGGML_OPENMP=OFF",
    # One copy of each library, in the package's own folder; else they are strewn over site-packages.
    "-DCMAKE_INSTALL_BINDIR=llama_cpp/lib",
    "-DCMAKE_INSTALL_LIBDIR=llama_cpp/lib",
    "-DCMAKE_INSTALL_INCLUDEDIR=llama_cpp/include",
    "-DCMAKE_PLATFORM_NO_VERSIONED_SONAME=ON",
)
_VARIANTS = ("-DGGML_BACKEND_DL=ON", "-DGGML_CPU_ALL_VARIANTS=ON")
OPTIONS = {
    "linux": (*_EVERYWHERE, *_VARIANTS, "-DCMAKE_INSTALL_RPATH=$ORIGIN"),
    "win32": (*_EVERYWHERE, *_VARIANTS),
    # One processor family, so one library; Metal's programs are compiled in.
    "darwin": (
        *_EVERYWHERE,
        "-DGGML_METAL=ON",
        "-DGGML_METAL_EMBED_LIBRARY=ON",
        "-DCMAKE_OSX_ARCHITECTURES=arm64",
        "-DCMAKE_OSX_DEPLOYMENT_TARGET=14.0",
        "-DCMAKE_INSTALL_RPATH=@loader_path",
    ),
}
"""What CMake is told, by ``sys.platform``."""

LEFT_OUT = (
    "llama_cpp/include/*",
    "llama_cpp/lib/cmake/*",
    "llama_cpp/lib/pkgconfig/*",
    "llama_cpp/lib/*llama-common*",  # holds a client for the network, and nothing here uses it
    "llama_cpp/lib/*mtmd*",  # pictures and sound
    "llama_cpp/server/*",  # listens on a port
    # Its tile instructions crash on matrices stored as Q8_0 as GCC 12 compiles them; zen4 or
    # cooperlake, which such processors bear as well, take its place.
    "llama_cpp/lib/*ggml-cpu-sapphirerapids*",
    "bin/*",
)
"""Files of the built wheel that the program does without."""


def engine_wheel(house: Path, python: str) -> Path:
    """Return the llama-cpp-python wheel in ``house``; builds it with ``python``'s pip where it is not.

    Raises SystemExit with one sentence when it cannot be built.
    """
    there = sorted(house.glob(f"{_ENGINE_FILE}*.whl"))
    if there and _is_the_one(there[-1]):
        return there[-1]
    house.mkdir(parents=True, exist_ok=True)
    print(f"Compiling {ENGINE} for all processors; this takes some 15 minutes once ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        built = _build(Path(folder), python)
        target = house / built.name
        wheel_file.repack(built, target, lambda name: not is_left_out(name))
    return target


def fill(house: Path, python: str) -> None:
    """Download into ``house`` every other package of the runtime list, hashes checked, for ``python``.

    Does nothing, and needs no network, when they are there.
    """
    listed = (LOCKS / "runtime.txt").read_bytes()
    version = subprocess.check_output([python, "-V"])
    stamp, wanted = house / "filled.stamp", hashlib.sha256(listed + version).hexdigest()
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return
    house.mkdir(parents=True, exist_ok=True)
    for old in house.glob("*.whl"):
        if not old.name.startswith(_ENGINE_FILE):
            old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        others = Path(folder) / "others.txt"
        others.write_text("".join(text for name, text in locked() if name != ENGINE), "utf-8")
        _pip(python, "download", "--require-hashes", "--no-deps", "--only-binary", ":all:",
             "-r", str(others), "-d", str(house))  # fmt: skip
    stamp.write_text(wanted, "utf-8")


def locked() -> list[tuple[str, str]]:
    """Return each package of the runtime list with its lines."""
    blocks = re.split(r"^(?=\S)", (LOCKS / "runtime.txt").read_text("utf-8"), flags=re.MULTILINE)
    return [(block.partition("==")[0], block) for block in blocks if block]


def locked_version(package: str) -> str:
    """Return the version the runtime list holds ``package`` to."""
    block = next(text for name, text in locked() if name == package)
    return block.partition("==")[2].split()[0]


def _build(folder: Path, python: str) -> Path:
    listed = folder / "engine.txt"
    listed.write_text(next(text for name, text in locked() if name == ENGINE), "utf-8")
    out = folder / "built"
    options = (*OPTIONS[sys.platform], *(vulkan.options() if vulkan.is_wanted() else ()))
    environment = {
        **os.environ,
        "CMAKE_ARGS": " ".join(options),
        "SOURCE_DATE_EPOCH": str(wheel_file.EARLIEST),
    }
    # --no-cache-dir: pip's cache may hold one compiled for this computer's processor alone.
    _pip(python, "wheel", "--no-deps", "--no-cache-dir", "--no-binary", ENGINE, "--require-hashes",
         "--build-constraint", str(LOCKS / "build.txt"), "-r", str(listed), "-w", str(out),
         environment=environment)  # fmt: skip
    return next(out.glob("*.whl"))


def _pip(python: str, *arguments: str, environment: dict[str, str] | None = None) -> None:
    command = [python, "-m", "pip", "--disable-pip-version-check", *arguments]
    if subprocess.call(command, env=environment):
        raise SystemExit("The packages could not be had; the lines above say why. Nothing was built.")


def is_left_out(name: str) -> bool:
    """Say whether the program does without this file of the engine's wheel."""
    return any(fnmatch(name, pattern) for pattern in LEFT_OUT)


def _is_the_one(wheel: Path) -> bool:
    """Say whether a wheel has the locked version, and the library for graphics cards if it is wanted."""
    with zipfile.ZipFile(wheel) as content:
        has_vulkan = any("ggml-vulkan" in name for name in content.namelist())
    return wheel.name.split("-")[1] == locked_version(ENGINE) and has_vulkan >= vulkan.is_wanted()


def main(argv: Sequence[str]) -> int:
    """Fill the folder that is named, or ``build/wheelhouse``."""
    house = Path(argv[0]) if argv else ROOT / "build" / "wheelhouse"
    print(engine_wheel(house, sys.executable))
    fill(house, sys.executable)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
