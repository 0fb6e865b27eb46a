"""The list of models while rows come, go and change places."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_CHURN = """
import gc
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

application = QApplication([])
from app.ui.theme.appearance import Appearance, ThemeChoice
from app.ui.views.library.rows import ModelList
from app.ui.views.library.values import RowShown, Section

shown = ModelList(Appearance(application, ThemeChoice.LIGHT).theme)
shown.show()
for turn in range(400):
    sections = [Section.IN_PROGRESS, Section.HERE, Section.AVAILABLE, Section.TOO_LARGE]
    rows = [RowShown(f"{turn % 7}-{n}", each, "name", "", "words") for n, each in enumerate(sections)]
    shown.show_rows(rows[turn % 3 :])
    application.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if turn % 50 == 0:
        gc.collect()
print("whole", flush=True)
"""


def test_titles_and_rows_are_freed_once() -> None:
    # In a process of its own, where memory that was freed is overwritten: who uses it after that falls.
    done = subprocess.run(
        [sys.executable, "-c", _CHURN],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "MALLOC_PERTURB_": "165"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr[-2000:]
