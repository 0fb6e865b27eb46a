"""What the models window takes away is freed once, by Qt and Python together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
_CHURN = """
import gc
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

application = QApplication([])
from app.ui.theme.appearance import Appearance, ThemeChoice
from app.ui.views.library.offer_card import OfferCard
from app.ui.views.library.rows import ModelList
from app.ui.views.library.values import OfferShown, RowShown, Section

theme = Appearance(application, ThemeChoice.LIGHT).theme


def rows(shown, turn):
    sections = [Section.IN_PROGRESS, Section.HERE, Section.AVAILABLE, Section.TOO_LARGE]
    rows = [RowShown(f"{turn % 7}-{n}", each, "name", "", "words") for n, each in enumerate(sections)]
    shown.show_rows(rows[turn % 3 :])


def offers(shown, turn):
    facts = tuple(("name", str(turn)) for _ in range(turn % 4))
    shares = (("accent", "words", 1.0 + turn),) * (turn % 3)
    shown.show_offer(OfferShown("strong", "rest", (), facts, shares) if turn % 5 else None)


kind, churn = {VIEW}
shown = kind(theme)
shown.show()
for turn in range(400):
    churn(shown, turn)
    application.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if turn % 50 == 0:
        gc.collect()
print("whole", flush=True)
"""


@pytest.mark.parametrize("view", ["ModelList, rows", "OfferCard, offers"])
def test_what_comes_and_goes_is_freed_once(view: str) -> None:
    # In a process of its own, where memory that was freed is overwritten: who uses it after that falls.
    done = subprocess.run(
        [sys.executable, "-c", _CHURN.replace("{VIEW}", view)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "MALLOC_PERTURB_": "165"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr[-2000:]
