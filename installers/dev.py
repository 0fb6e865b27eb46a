#!/usr/bin/env python3
"""Set up and start Cloister from a checkout, pass its tests, or build what is installed.

Job: dispatch. ``run`` and ``test`` do everything on a fresh machine, ``build`` makes what is
installed. Rule: standard library only, any Python from 3.11; everything lands in ``.venv`` and
``build``, nothing is installed for the user.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

import building
import environment
import system
from environment import PYTHON, ROOT, SCRIPTS, set_up

CHECKS: tuple[tuple[str, ...], ...] = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports", "--no-cache"),
)
ALONE = ("tests/end2end", "tests/performance")
"""Where the clock matters: one test after the other, with nothing beside it."""
SIDE_BY_SIDE = (
    *("-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"),
    *(f"--ignore={folder}" for folder in ALONE),
)
"""All others stand by themselves; files are shared out among processors, because many only wait."""


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
    making = verbs.add_parser("build", help="build the installable programs this system can build")
    making.add_argument(
        "--only",
        choices=sorted(
            {building.WHEELS, *(name for names in building.FORMATS.values() for name in names)}
        ),
        help="build this one and nothing else",
    )
    verbs.add_parser("lock", help="compile installers/locks again from pyproject.toml")
    options = parser.parse_args(argv)
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python would start
        raise SystemExit(f"Cloister needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    if options.verb == "run":
        return run(options.arguments)
    if options.verb == "build":
        return building.build(options.only)
    return test(options.arguments) if options.verb == "test" else environment.lock()


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
    variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONDONTWRITEBYTECODE": "1"}
    failed = 0
    for check in () if arguments else CHECKS:
        print(f"== {' '.join(check)}", flush=True)
        failed = (
            subprocess.call([str(SCRIPTS / check[0]), *check[1:]], cwd=ROOT, env=variables) or failed
        )
    ordinary = ("-m", "not slow")
    for some in [arguments] if arguments else [(*ordinary, *SIDE_BY_SIDE), (*ordinary, *ALONE)]:
        print(f"== pytest {' '.join(some)}", flush=True)
        failed = subprocess.call([PYTHON, "-m", "pytest", *some], cwd=ROOT, env=variables) or failed
    return failed


def has_display() -> bool:
    """Say whether a window can open here."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
