"""Folders that file dialogs remember.

Job: keep Qt from writing the folders that were visited in its file dialogs into a file of the account
that all programs of Qt share. Rule: a folder's name may be a client's or a patient's;
it stays in memory.
"""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QCoreApplication, QSettings

_ORGANISATION = "QtProject"  # the name under which Qt's dialogs keep things
_REMEMBERED = ("FileDialog/lastVisited", "FileDialog/history")


def remember_no_folders(application: QCoreApplication) -> None:
    """Let no file dialog of this program leave behind where it was; called once, before the first."""
    if sys.platform in ("win32", "darwin"):
        # That place cannot be moved there: what Qt wrote is taken away, now for a run that crashed.
        forget_folders()
        application.aboutToQuit.connect(forget_folders)
    else:
        QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, os.devnull)


def forget_folders() -> None:
    """Remove what dialogs of Qt have remembered of folders."""
    kept = QSettings(QSettings.Scope.UserScope, _ORGANISATION)
    for name in _REMEMBERED:
        kept.remove(name)
    kept.sync()
