"""Qt finds its plugins in any folder, as in one that is called after the partners of a firm."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest
import shiboken6
from PySide6.QtCore import QLibraryInfo

from app.ui.qt_place import folder_of
from tests.end2end.program import ROOT

STARTING = """
import sys
sys.path[:0] = sys.argv[1:]
from PySide6.QtWidgets import QApplication
from app.ui.qt_place import find_plugins
find_plugins()
application = QApplication([])
print(application.platformName())
"""


def test_it_is_where_qt_itself_would_look() -> None:
    for name, path in (
        ("plugins", QLibraryInfo.LibraryPath.PluginsPath),
        ("translations", QLibraryInfo.LibraryPath.TranslationsPath),
    ):
        assert folder_of(name).resolve() == Path(QLibraryInfo.path(path)).resolve()


@pytest.mark.skipif(os.name == "nt", reason="a link needs rights there, and such names are not allowed")
def test_no_letter_of_a_folders_name_ends_the_program(tmp_path: Path) -> None:
    odd = tmp_path / 'Müller, Meier; "Partner" \\ Büro\nund mehr'
    odd.mkdir()
    for package in (PySide6, shiboken6):
        home = Path(str(package.__file__)).parent
        (odd / home.name).symlink_to(home)
    done = subprocess.run(
        [sys.executable, "-c", STARTING, str(odd), str(ROOT)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("offscreen\n", "", 0)
