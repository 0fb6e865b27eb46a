"""Everything below the interface works where Qt is not installed."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import app

_SCRIPT = """
import importlib, sys
for name in ("PySide6", "shiboken6"):
    sys.modules[name] = None  # as if it were not installed
for name in sys.argv[1:]:
    importlib.import_module(name)
"""
ABOVE = ("app.ui", "app.bootstrap", "app.__main__", "app.self_check")
OTHER_SYSTEMS = ("app.children.starting.windows", "app.children.confine.windows")


def test_the_floors_below_the_interface_need_no_qt() -> None:
    names = [
        module.name
        for module in pkgutil.walk_packages(app.__path__, "app.")
        if not module.name.startswith((*ABOVE, *OTHER_SYSTEMS))
    ]
    assert "app.cli.verbs.ask" in names
    assert "app.engine.host.process" in names
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _SCRIPT, *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
