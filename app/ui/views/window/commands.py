"""What the main window itself does for a command.

Job: join the commands that concern the window's own parts. Rule: what needs the vault or the engine
is joined by its controller, what needs the settings by the composition root.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app.ui.commands import table

if TYPE_CHECKING:
    from app.ui.views.window.main_window import MainWindow


def join_commands(window: MainWindow) -> None:
    """Connect the commands that ``window`` can carry out by itself."""
    commands, sidebar = window.commands, window.sidebar
    commands.on(table.NEW, sidebar.new_requested.emit)
    commands.on(table.MODELS, sidebar.library_requested.emit)
    commands.on(table.SETTINGS, sidebar.settings_requested.emit)
    commands.on(table.CONNECTIONS, window.status_strip.network_requested.emit)
    commands.on(table.QUIT, window.close)
    commands.on(table.SEARCH, window.go_to_search)
    commands.on(table.SIDEBAR, window.toggle_sidebar)
    window.frame.sidebar_changed.connect(lambda seen: commands.set_ticked(table.SIDEBAR, seen))
    commands.set_ticked(table.SIDEBAR, window.frame.sidebar_open)
    commands.on(table.LEDGER, lambda: window.popovers.toggle(window.ledger_popover))
    commands.on(table.MEMORY, lambda: window.popovers.toggle(window.memory_popover))
    commands.on(table.NEXT_PART, lambda: window.go_to_next_region(1))
    commands.on(table.PREVIOUS_PART, lambda: window.go_to_next_region(-1))
    commands.on(table.RENAME, window.rename)
    commands.on(table.DELETE, window.want_deleted)
    commands.on(table.STOP, window.composer.stop.click)
    commands.on(table.EFFORT, lambda: window.ring.move_focus(window.composer.effort_slider))
    commands.on(table.FULL_SCREEN, lambda: _switch_full_screen(window))
    if sys.platform == "darwin":
        commands.on(table.MINIMISE, window.showMinimized)
        commands.on(table.ZOOM_WINDOW, lambda: _zoom(window))
    else:
        commands.on(table.SHOW_MENU, window.menus.open_first)


def _switch_full_screen(window: MainWindow) -> None:
    if window.isFullScreen():
        window.showNormal()
    else:
        window.showFullScreen()
    window.commands.set_ticked(table.FULL_SCREEN, window.isFullScreen())


def _zoom(window: MainWindow) -> None:
    if window.isMaximized():
        window.showNormal()
    else:
        window.showMaximized()
