"""The environment of packages that the program runs and is built in.

Job: fill ``.venv`` from hash-locked lists, and compile those lists anew. Rule: standard library only; a
second call that finds nothing to do takes no time.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import system

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCKS = ROOT / "installers" / "locks"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = str(SCRIPTS / "python")


def set_up(name: str) -> None:
    """Make ``.venv`` hold what ``installers/locks/<name>.txt`` lists; does nothing when it does already.

    ``dev`` contains ``runtime``, so a checkout that was tested is never set back to the smaller list.
    """
    wanted = _digest("bootstrap", "build", name)
    stamp = VENV / f"{name}.stamp"
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return
    started = time.monotonic()
    _make_venv()
    system.install_or_explain(_compiler_packages())
    print(f"Installing the {name} packages into .venv (compiling llama.cpp takes some minutes once) ...")
    _pip("--require-hashes", "-r", str(LOCKS / "bootstrap.txt"))
    _pip(
        "--require-hashes",
        "--build-constraint",
        str(LOCKS / "build.txt"),
        "-r",
        str(LOCKS / f"{name}.txt"),
    )
    stamp.write_text(wanted, "utf-8")
    if name == "dev":
        (VENV / "runtime.stamp").write_text(_digest("bootstrap", "build", "runtime"), "utf-8")
    print(f"Set up in {time.monotonic() - started:.0f} s.", flush=True)


def packaging_python(folder: Path, python: str) -> str:
    """Return the interpreter of an environment in ``folder`` with Briefcase in it, made from ``python``.

    It is the system's own where a package is bound to that. Raises SystemExit when pip fails.
    """
    own = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    stamp, wanted = folder / "packaging.stamp", _digest("bootstrap", "packaging")
    if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
        subprocess.check_call([python, "-m", "venv", "--clear", str(folder)])
        for name in ("bootstrap", "packaging"):
            _pip("--require-hashes", "-r", str(LOCKS / f"{name}.txt"), python=str(own))
        stamp.write_text(wanted, "utf-8")
    return str(own)


def _make_venv() -> None:
    if (VENV / "pyvenv.cfg").is_file():
        return
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode == 0:
        return
    # Debian splits the part of the standard library that a new environment's pip comes from.
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    system.install_or_explain([f"python{version}-venv"])
    subprocess.check_call([sys.executable, "-m", "venv", "--clear", str(VENV)])


def _compiler_packages() -> list[str]:
    """llama-cpp-python comes as source only; a wheel that pip built earlier spares the compiler."""
    kept = subprocess.run(
        [PYTHON, "-m", "pip", "cache", "list", "llama_cpp_python"],
        capture_output=True,
        text=True,
        check=False,
    )
    have_wheel = "llama_cpp_python" in kept.stdout
    return [] if have_wheel else system.missing_packages(system.COMPILER)


def _pip(*arguments: str, python: str = PYTHON) -> None:
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    if subprocess.call(command, cwd=ROOT, env={**_build_options(), **os.environ}):
        raise SystemExit(
            "The packages could not be installed; the lines above say why. What was installed is kept. "
            "Check the connection to the package index, then run this command again."
        )


def _build_options() -> dict[str, str]:
    """Build llama.cpp without the tile instructions of AMX processors.

    As compiled by GCC 12 they crash on matrices stored as Q8_0, which the gpt-oss files hold.
    """
    try:
        has_tiles = "amx_tile" in Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        has_tiles = False
    without = "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
    return {"CFLAGS": without, "CXXFLAGS": without} if has_tiles else {}


def _digest(*names: str) -> str:
    whole = hashlib.sha256()
    for name in names:
        whole.update((LOCKS / f"{name}.txt").read_bytes())
    return whole.hexdigest()


def lock() -> int:
    """Compile the locked lists for every platform and Python; needs uv in the environment (dev list)."""
    set_up("dev")
    uv = [str(SCRIPTS / "uv"), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    uv += [
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
        "--no-emit-index-url",
        "--no-emit-find-links",
    ]
    targets = {
        "runtime": ["pyproject.toml"],
        "dev": ["pyproject.toml", "--group", "dev"],
        "training": ["--group", "training"],
        "bootstrap": ["installers/locks/bootstrap.in"],
        "build": ["installers/locks/build.in"],
        "packaging": ["installers/locks/packaging.in"],
    }
    for name, sources in targets.items():
        target = LOCKS / f"{name}.txt"
        constraint = ["-c", str(LOCKS / "runtime.txt")] if name in ("dev", "training") else []
        code = subprocess.call([*uv, *constraint, *sources, "-o", str(target)], cwd=ROOT)
        if code:
            return code
    return 0
