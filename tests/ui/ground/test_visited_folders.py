"""No file dialog leaves behind where it was."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QFileDialog

from app.ui.desktop.visited_folders import forget_folders, remember_no_folders


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    """Give Qt a place of the test's own for what it shares between programs."""
    _place(tmp_path)
    yield tmp_path / "QtProject.conf"
    _place(tmp_path)


def _place(path: Path) -> None:
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(path))


def _choose_in(folder: Path) -> None:
    dialog = QFileDialog(None, "", str(folder))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setHistory([str(folder)])
    dialog.accept()
    dialog.deleteLater()
    QApplication.sendPostedEvents(dialog, 52)  # QEvent.DeferredDelete: it writes when it goes


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="Qt's place cannot be moved there")
def test_where_a_dialog_was_is_written_nowhere(qapp: QApplication, kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Okafor"
    folder.mkdir()
    _choose_in(folder)
    QSettings(QSettings.Scope.UserScope, "QtProject").sync()
    assert "Okafor" in kept.read_text("utf-8"), "this Qt remembers nothing: the rest proves nothing"
    forget_folders()
    assert "Okafor" not in kept.read_text("utf-8")
    kept.unlink()

    remember_no_folders(qapp)
    _choose_in(folder)
    QSettings(QSettings.Scope.UserScope, "QtProject").sync()
    assert not kept.exists()
