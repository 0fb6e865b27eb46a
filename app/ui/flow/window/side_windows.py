"""The windows beside the main one.

Job: open settings, keyboard sheet, manual, the page about the model, the one about the program and its
parts, the bin, each once, in the theme of now. Rule: wiring only; what a window is about belongs to it.
A closed one is thrown away: hidden rows would be dressed anew with every step of the text size.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from app.core.rules.settings import Settings
from app.ui.commands import table
from app.ui.flow.choice.model import ModelChoice
from app.ui.flow.tasks import Lane
from app.ui.flow.window import release_check
from app.ui.theme.appearance import Appearance
from app.ui.views.beside.about import AboutWindow
from app.ui.views.beside.bin_window import BinWindow
from app.ui.views.beside.keyboard_sheet import KeyboardSheet
from app.ui.views.beside.limits_page import LimitsPage, ModelKind
from app.ui.views.beside.manual_window import ManualWindow
from app.ui.views.beside.parts_window import PartsWindow
from app.ui.views.beside.side_window import SideWindow
from app.ui.views.settings.window import SettingsWindow
from app.ui.views.window.main_window import MainWindow


class SideWindows(QObject):
    """``settings_made``, ``bin_made`` and ``manual_made`` carry their window whenever it is made."""

    settings_made = Signal(object)
    bin_made = Signal(object)
    manual_made = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        appearance: Appearance,
        settings: Callable[[], Settings],
        lane: Lane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._appearance, self._settings_of = window, appearance, settings
        self._lane = lane
        self.settings: SettingsWindow | None = None
        self.sheet: KeyboardSheet | None = None
        self.limits: LimitsPage | None = None
        self.about: AboutWindow | None = None
        self.parts: PartsWindow | None = None
        self.bin: BinWindow | None = None
        self.manual: ManualWindow | None = None
        self._model: ModelChoice | None = None
        window.sidebar.settings_requested.connect(self.show_settings)
        window.sidebar.bin_requested.connect(self.show_bin)
        window.commands.on(table.SHORTCUTS, self.show_sheet)
        window.commands.on(table.MANUAL, lambda: self.show_manual().begin())
        window.commands.on(table.ABOUT, self.show_about)

    def model_chosen(self, model: ModelChoice) -> None:
        """Know which model answers from now on; its page can be opened."""
        if self._model is None:
            self._window.commands.on(table.WHAT_IT_CAN, self.show_limits)
        self._model = model
        if self.limits is not None:
            self.limits.show_model(kind_of(model), model.name)

    def show_settings(self) -> SettingsWindow:
        """Open the settings."""
        if self.settings is None:
            self.settings = SettingsWindow(
                self._appearance.theme,
                self._appearance,
                self._settings_of(),
                self._window.commands,
                self._window,
            )
            self._forget_when_closed(self.settings, "settings")
            self.settings.connections_wanted.connect(self._window.status_strip.network_requested)
            self.settings.privacy.bin_wanted.connect(self.show_bin)
            self.settings_made.emit(self.settings)
        self.settings.bring()
        return self.settings

    def show_sheet(self) -> None:
        """Open the keyboard sheet, with the cursor in its search."""
        if self.sheet is None:
            self.sheet = KeyboardSheet(self._appearance.theme, self._window.commands, self._window)
            self._forget_when_closed(self.sheet, "sheet")
            self.sheet.change_wanted.connect(lambda: self.show_settings().choose_keyboard())
            self._appearance.changed.connect(self.sheet.set_theme)
        self.sheet.bring()
        self.sheet.search.setFocus()

    def show_limits(self) -> None:
        """Open the page about the model that answers."""
        model = self._model
        if model is None:
            return
        if self.limits is None:
            self.limits = LimitsPage(self._appearance.theme, self._window)
            self._forget_when_closed(self.limits, "limits")
            self.limits.show_model(kind_of(model), model.name)
            self._appearance.changed.connect(self.limits.set_theme)
        self.limits.bring()

    def show_about(self) -> None:
        """Open the page about the program."""
        if self.about is None:
            self.about = AboutWindow(self._appearance.theme, self._window)
            self._forget_when_closed(self.about, "about")
            self._appearance.changed.connect(self.about.set_theme)
            self.about.parts_wanted.connect(self.show_parts)
            self.about.check_wanted.connect(self._check_release)
        self.about.bring()

    def show_parts(self) -> None:
        """Open the parts of the program and their licences."""
        if self.parts is None:
            self.parts = PartsWindow(self._appearance.theme, self._window)
            self._forget_when_closed(self.parts, "parts")
            self._appearance.changed.connect(self.parts.set_theme)
        self.parts.bring()
        self.parts.list.setFocus()

    def show_bin(self) -> None:
        """Open the bin."""
        if self.bin is None:
            self.bin = BinWindow(self._appearance.theme, self._window)
            self._forget_when_closed(self.bin, "bin")
            self._appearance.changed.connect(self.bin.set_theme)
            self.bin_made.emit(self.bin)
        self.bin.bring()
        self.bin.list.setFocus()

    def show_manual(self) -> ManualWindow:
        """Open the manual."""
        if self.manual is None:
            self.manual = ManualWindow(self._appearance.theme, self._window)
            self._forget_when_closed(self.manual, "manual")
            self._appearance.changed.connect(self.manual.set_theme)
            self.manual_made.emit(self.manual)
        self.manual.bring()
        return self.manual

    def _check_release(self) -> None:
        if self.about is not None:
            release_check.ask(self.about, self._lane)

    def _forget_when_closed(self, opened: SideWindow, name: str) -> None:
        opened.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        opened.closed.connect(lambda: setattr(self, name, None))


def kind_of(model: ModelChoice) -> ModelKind:
    """Return whose page fits; a file is taken for gpt-oss by its name, for nobody has read it yet."""
    if model.placement is not None:
        return ModelKind.GUIDE
    return ModelKind.GPT_OSS if "gpt-oss" in model.name.casefold() else ModelKind.OTHER
