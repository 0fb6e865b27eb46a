"""From nothing to a composer that can be written in.

Job: the real program with a vault that opens by itself, and where its time goes; beside it a bare window
with one text view and one line. Rule: the process is started for this and reports when a letter that
was typed stands in the field and is painted.

``QT_QPA_PLATFORM=offscreen python -m tests.performance.cold_start`` prints JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
CLOCK = "CLOISTER_STARTED"


def _since_start() -> float:
    return (time.time() - float(os.environ[CLOCK])) * 1000


def _program(folder: str) -> dict[str, float]:
    """Start the program and type a letter; returns milliseconds by phase."""
    found = {"interpreter": _since_start()}
    from PySide6.QtCore import QEventLoop, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from app import bootstrap

    found["imports"] = _since_start()
    application = QApplication([])
    program = bootstrap.Program(application, Path(folder))
    found["window"] = _since_start()
    # "Keep nothing" opens at once; a key store's or a passphrase's own time is not the program's.
    program.window.show()
    program.start.keep_nothing()
    loop = QEventLoop()
    program.start.opened.connect(loop.quit)
    loop.exec()
    found["session"] = _since_start()
    edit = program.window.composer.edit
    QTest.keyClick(edit, Qt.Key.Key_A)
    program.window.repaint()
    found["editable"] = _since_start()
    if edit.toPlainText() != "a":
        raise SystemExit("the composer took no letter")
    found["cpu"] = time.process_time() * 1000
    program.close()
    return found


def _bare(_folder: str) -> dict[str, float]:
    """Show a text view above a line, and type a letter."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QLineEdit, QTextBrowser, QVBoxLayout, QWidget

    application = QApplication([])
    window = QWidget()
    column = QVBoxLayout(window)
    column.addWidget(QTextBrowser())
    edit = QLineEdit()
    column.addWidget(edit)
    window.resize(1280, 800)
    window.show()
    application.processEvents()
    QTest.keyClick(edit, Qt.Key.Key_A)
    window.repaint()
    return {"editable": _since_start(), "cpu": time.process_time() * 1000}


def measure(kind: str) -> dict[str, float]:
    """Return the best of some starts of ``program`` or ``bare``, in milliseconds."""
    runs = []
    # As installed: with its modules compiled, which the first of the runs sees to.
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as compiled:
        for _ in range(RUNS):
            surroundings |= {CLOCK: str(time.time()), "PYTHONPYCACHEPREFIX": compiled}
            folder = tempfile.mkdtemp(dir=compiled)
            done = subprocess.run(
                [sys.executable, "-m", __spec__.name, kind, folder],
                env=surroundings,
                capture_output=True,
                text=True,
                check=True,
            )
            runs.append(json.loads(done.stdout.strip().splitlines()[-1]))
    return min(runs, key=lambda run: float(run["cpu"]))


def main() -> int:
    """Print the figures; with a kind, be the process that is measured."""
    if len(sys.argv) > 1:
        act = {"program": _program, "bare": _bare}[sys.argv[1]]
        print(json.dumps(act(sys.argv[2])))  # noqa: T201
    else:
        print(json.dumps({kind: measure(kind) for kind in ("program", "bare")}, indent=1))  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
