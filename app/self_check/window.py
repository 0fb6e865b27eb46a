"""The check of what is drawn.

Job: load Qt's ways to the screen, start an application object, the bundled fonts and the icons. Rule:
no window appears; where there is no screen, Qt draws into memory.
"""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QPluginLoader
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication

from app.core.errors import UserError
from app.self_check.broken import BrokenError, Facts
from app.ui.desktop import screen
from app.ui.qt_place import find_plugins, folder_of
from app.ui.theme import Theme
from app.ui.theme.icons import IconName
from app.ui.theme.type import CODE_FAMILY, INTERFACE_FAMILY, load_fonts
from app.ui.widgets.drawings.arch import icon_image

_WAYS = {"linux": ("xcb", "wayland"), "darwin": ("cocoa",), "win32": ("windows",)}
_LIBRARY = {"linux": "libq{}.so", "darwin": "libq{}.dylib", "win32": "q{}.dll"}


def window() -> Facts:
    """Return how a window would be shown here; raises BrokenError where none could be."""
    ways = {way: _trouble_of(way) for way in _WAYS.get(sys.platform, ())}
    if ways and all(ways.values()):
        # Qt itself would end this process.
        raise BrokenError("; ".join(ways.values()))
    try:
        screen.prepare()
    except UserError:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    find_plugins()
    application = QApplication(sys.argv[:1])
    try:
        return {"platform": QGuiApplication.platformName(), "ways": ways, **_drawn()}
    finally:
        application.quit()


def _trouble_of(way: str) -> str:
    """Return why Qt's plugin for a way to the screen cannot be loaded; empty when it can."""
    folder = folder_of("plugins") / "platforms"
    loader = QPluginLoader(str(folder / _LIBRARY[sys.platform].format(way)))
    return "" if loader.load() else loader.errorString()


def _drawn() -> Facts:
    missing = load_fonts()
    families = set(QFontDatabase.families())
    wanted = {INTERFACE_FAMILY, CODE_FAMILY}
    if missing or not wanted <= families:
        raise BrokenError(", ".join(missing or sorted(wanted - families)))
    theme = Theme()
    for name in IconName:
        if theme.icon(name).isNull():
            raise BrokenError(name.value)
    if icon_image(64).pixelColor(32, 8) != theme.accent:
        raise BrokenError("icon")
    return {"fonts": sorted(wanted), "icons": len(IconName)}
