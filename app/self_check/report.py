"""``--self-check`` from start to exit code.

Job: run every check, print one JSON object and, for each failure, one sentence on standard error.
Rule: a check that fails stops no other; exit code 0 when all passed, else 1.
"""

from __future__ import annotations

import importlib
import json
import platform
import sys
import time
from collections.abc import Callable
from typing import Any

import app
from app.children.starting.program import is_packaged
from app.cli.main import carried_out
from app.core.errors import UserError
from app.core.texts import text
from app.self_check.broken import Facts

_CHECKS = {
    "modules": "files",
    "resources": "files",
    "vault": "kept",
    "manual": "kept",
    "engine": "roles",
    "confinement": "roles",
    "fetcher": "roles",
    "window": "window",
}
"""The checks in their order, and the file each lies in."""


def main() -> int:
    """Print the report; returns the exit code."""
    return carried_out(_check)


def _check() -> int:
    report = examine()
    print(json.dumps(report, indent=2))  # noqa: T201 - this is a command line
    sys.stdout.flush()
    for sentence in report["failures"]:
        sys.stderr.write(sentence + "\n")
    return 0 if report["ok"] else 1


def examine() -> dict[str, Any]:
    """Run the checks and return the whole report as plain data."""
    results = {name: _result(name) for name in _CHECKS}
    failures = [result["sentence"] for result in results.values() if not result["ok"]]
    return {
        "ok": not failures,
        "version": app.__version__,
        "installed": is_packaged(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "checks": results,
        "failures": failures,
    }


def _run(name: str) -> Facts:
    """Import the file of a check, which is part of the trial, and run it."""
    check: Callable[[], Facts] = getattr(
        importlib.import_module(f"app.self_check.{_CHECKS[name]}"), name
    )
    return check()


def _result(name: str) -> dict[str, Any]:
    started = time.monotonic()
    try:
        facts, failure = _run(name), {}
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what was looked for
        facts, failure = {}, _failure(name, error)
    return {"ok": not failure, "seconds": round(time.monotonic() - started, 2), **facts, **failure}


def _failure(name: str, error: Exception) -> dict[str, Any]:
    """Return sentence and reason, which may name files of the installation and holds no content."""
    if isinstance(error, UserError):
        return {"reason": error.code, "sentence": error.sentence}
    reason = f"{type(error).__name__}: {error}"
    return {"reason": reason, "sentence": text(f"selfcheck.{name}", reason=reason)}
