"""Links in an answer.

Job: ask before a link leaves the program, showing the whole address. Rule: only web and mail addresses
are ever opened, by the system's own browser or mail program; nothing is fetched here.
"""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.ui.dialogs.confirm import ask_to_open

ALLOWED_SCHEMES = frozenset({"http", "https", "mailto"})
LONGEST = 2000


def open_link(parent: QWidget, address: str) -> None:
    """Ask whether to open ``address``; anything but a web or mail address is ignored."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    if len(address) > LONGEST or not url.isValid() or url.scheme().lower() not in ALLOWED_SCHEMES:
        return
    # The encoded form: letters of another script that look like Latin ones show as what they are.
    shown = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
    ask_to_open(parent, shown, lambda: QDesktopServices.openUrl(url))
