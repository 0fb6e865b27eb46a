#!/usr/bin/env python3
"""Set up and start Cloister from a checkout, or pass its tests.

Job: two commands that do everything on a fresh machine, ``run`` and ``test``. Rule: standard library
only, any Python from 3.11; everything lands in ``.venv`` from hash-locked lists, nothing is installed
for the user, and a second call that finds nothing to do takes no time.
"""

from __future__ import annotations

import argparse
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
CHECKS: tuple[tuple[str, ...], ...] = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports", "--no-cache"),
)


def main(argv: list[str]) -> int:
    """Dispatch the verb; returns an exit code."""
    parser = argparse.ArgumentParser(prog="installers/dev.py", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("run", help="set up what is missing and start Cloister").add_argument(
        "arguments", nargs=argparse.REMAINDER, help="passed on to the program"
    )
    verbs.add_parser("test", help="set up what is missing and run every check and test").add_argument(
        "arguments",
        nargs=argparse.REMAINDER,
        help="passed on to pytest; the other checks are then left out",
    )
    verbs.add_parser("lock", help="compile installers/locks again from pyproject.toml")
    options = parser.parse_args(argv)
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python would start
        raise SystemExit(f"Cloister needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    if options.verb == "run":
        return run(options.arguments)
    return test(options.arguments) if options.verb == "test" else lock()


def run(arguments: list[str]) -> int:
    """Start the program, or the conversation on the terminal where there is no display."""
    if arguments:
        set_up("runtime")
        return subprocess.call([PYTHON, "-m", "app", *arguments], cwd=ROOT)
    if not has_display():
        set_up("runtime")
        print(
            "There is no display here, so the window cannot open. "
            "This is the conversation on the terminal; end it with Ctrl+D.",
            flush=True,
        )
        return subprocess.call([PYTHON, "-m", "app", "chat"], cwd=ROOT)
    system.install_or_explain(system.missing_packages((*system.QT, *system.SCREEN)))
    set_up("runtime")
    return subprocess.call([PYTHON, "-m", "app"], cwd=ROOT)


def test(arguments: list[str]) -> int:
    """Run the linters, the types, the floors and the tests; the first failure's code is returned."""
    system.install_or_explain(system.missing_packages((*system.QT, *system.SCREEN)))
    system.install_or_explain(system.missing_packages(system.TEST_TOOLS), required=False)
    set_up("dev")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONDONTWRITEBYTECODE": "1"}
    failed = 0
    for check in () if arguments else CHECKS:
        print(f"== {' '.join(check)}", flush=True)
        failed = (
            subprocess.call([str(SCRIPTS / check[0]), *check[1:]], cwd=ROOT, env=environment) or failed
        )
    pytest = [PYTHON, "-m", "pytest", *(arguments or ["-m", "not slow"])]
    print("== pytest", flush=True)
    return subprocess.call(pytest, cwd=ROOT, env=environment) or failed


def has_display() -> bool:
    """Say whether a window can open here."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


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


def _pip(*arguments: str) -> None:
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
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
    }
    for name, sources in targets.items():
        target = LOCKS / f"{name}.txt"
        constraint = ["-c", str(LOCKS / "runtime.txt")] if name in ("dev", "training") else []
        code = subprocess.call([*uv, *constraint, *sources, "-o", str(target)], cwd=ROOT)
        if code:
            return code
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
