"""From a checkout to the installer for Windows.

Job: the order of the steps: prepare, Briefcase, Microsoft's runtime, sign, pack. Rule: without a
certificate (``CLOISTER_WINDOWS_IDENTITY`` is its SHA-1 in the computer's store) the same installer is
made, unsigned.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import preparing
from preparing import briefcase, run

IDENTITY = "CLOISTER_WINDOWS_IDENTITY"
TIMESTAMPS = "http://timestamp.digicert.com"
RUNTIME = ("msvcp140.dll", "vcruntime140.dll", "vcruntime140_1.dll")
"""What llama.cpp's libraries are linked with. A bare Windows has none of them; Python brings the second
and third, PySide6 the first, each in a folder where the engine's libraries do not look."""


def make(_formats: tuple[str, ...] = ("msi",)) -> list[Path]:
    """Build the installer, the one format; returns its path."""
    prepared = preparing.prepare(sys.executable)
    briefcase(prepared, "create", "windows", "app")
    sources = prepared.stage / "build" / "cloister" / "windows" / "app" / "src"
    bring_runtime(sources)
    briefcase(prepared, "build", "windows", "app")
    identity = os.environ.get(IDENTITY, "")
    if identity:
        _sign(sources, identity)
    signing = ("--identity", identity, "--timestamp-url", TIMESTAMPS) if identity else ("--adhoc-sign",)
    briefcase(prepared, "package", "windows", "app", "--packaging-format", "msi", *signing)
    target = preparing.OUT / f"cloister-{prepared.version}-windows-x64.msi"
    shutil.copyfile(prepared.stage / "dist" / f"Cloister-{prepared.version}.msi", target)
    return [target]


def bring_runtime(sources: Path) -> None:
    """Put Microsoft's runtime beside llama.cpp's libraries; raises SystemExit when a part is nowhere."""
    beside = sources / "app_packages" / "llama_cpp" / "lib"
    for name in RUNTIME:
        found = sorted(
            (path for path in sources.rglob(name) if path.parent != beside),
            key=lambda path: (len(path.parts), path),
        )
        if not found:
            raise SystemExit(f"{name} is in no package. The engine would not start on a bare Windows.")
        shutil.copyfile(found[0], beside / name)


def _sign(sources: Path, identity: str) -> None:
    """Sign the engine's libraries: rules of the organisation may ask it of everything that is loaded."""
    libraries = sorted((sources / "app_packages" / "llama_cpp" / "lib").glob("*.dll"))
    ours = [path for path in libraries if path.name not in RUNTIME]
    run("signtool", "sign", "/sha1", identity, "/fd", "sha256", "/tr", TIMESTAMPS, "/td", "sha256",
        *ours,
        sentence="The engine's libraries could not be signed. Nothing was built.")  # fmt: skip
