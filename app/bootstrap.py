"""The composition root of the window.

Job: make the objects of every floor and join them by constructor; nothing else knows them all. Rule:
no decisions and no drawing here.
"""

from __future__ import annotations

import gc
import sys
import threading
from functools import cached_property
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMenu

from app.core import paths, texts
from app.core.errors import UserError
from app.core.private_files import make_folder
from app.core.rules import settings as declared
from app.core.rules.settings import SETTINGS_NAME, Settings
from app.engine.client import EngineClient
from app.library.shelf.load_gate import LoadGate
from app.manual.finder import ManualFinder
from app.manual.guide import GUIDE_SAMPLING, guide_tools
from app.manual.suggestions import suggested_questions
from app.storage.files import knock
from app.storage.keys.keystore import Keystore
from app.storage.network.pending import PendingConnections
from app.storage.vault import Vault
from app.ui.commands import table
from app.ui.commands.keymap import Keymap
from app.ui.desktop import foreground, screen
from app.ui.desktop.unnamed_scripts import name_no_scripts
from app.ui.desktop.visited_folders import remember_no_folders
from app.ui.dialogs import dialog
from app.ui.dialogs.trouble import show_trouble
from app.ui.flow.choice.model import ModelChoice, ModelChooser
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.library.controller import LibraryFlow
from app.ui.flow.library.known.surroundings import Surroundings as LibrarySurroundings
from app.ui.flow.session import Session
from app.ui.flow.start.controller import StartController
from app.ui.flow.start.pages import StartPages
from app.ui.flow.tasks import Lane
from app.ui.flow.window.end_signals import EndSignals
from app.ui.flow.window.leaving import Leaving
from app.ui.flow.window.manual import ManualFlow
from app.ui.flow.window.network import NetworkFlow
from app.ui.flow.window.place import WindowPlace
from app.ui.flow.window.second_start import SecondStart
from app.ui.flow.window.side_windows import SideWindows
from app.ui.flow.window.wheel_zoom import WheelZoom
from app.ui.garbage import Garbage
from app.ui.language import british
from app.ui.mistakes import Mistakes
from app.ui.qt_place import find_plugins
from app.ui.theme import Theme
from app.ui.theme.appearance import Appearance, ThemeChoice
from app.ui.theme.type import load_fonts
from app.ui.transcript.access.speech import ReadAloud
from app.ui.transcript.model import TranscriptModel
from app.ui.transcript.view import TranscriptView
from app.ui.views.beside.bin_window import BinWindow
from app.ui.views.settings.window import SettingsWindow
from app.ui.views.window.main_window import MainWindow
from app.ui.widgets.access import roles
from app.ui.widgets.drawings.arch import program_icon


class Program(QObject):
    """Everything between an application object and its last event.

    ``profile`` is the person's folder, ``keystore`` the system's (tests bring their own).
    """

    def __init__(
        self, application: QApplication, profile: Path, keystore: Keystore | None = None
    ) -> None:
        super().__init__()
        self.garbage = Garbage(self)
        self.mistakes = Mistakes(self._tell_mistake)
        self._profile = profile
        self.settings = Settings(profile / SETTINGS_NAME)
        british().install(application)
        load_fonts()
        roles.install()
        self.appearance = Appearance(
            application,
            ThemeChoice(self.settings.word(declared.THEME)),
            self.settings.number(declared.TEXT_SCALE),
            high_contrast=self.settings.word(declared.CONTRAST) == "high",
            still=self.settings.word(declared.MOTION) == "less",
        )
        self.transcript_model = TranscriptModel(self)
        self.formulas = Lane("formulas", self)
        self.transcript = TranscriptView(
            self.appearance.theme, self.transcript_model, draw=self.formulas.run
        )
        self.transcript.speech.mode = ReadAloud(self.settings.word(declared.READ_ALOUD))
        keymap = Keymap(
            self.settings.word(declared.KEYS), lambda keys: self.settings.keep(declared.KEYS, keys), self
        )
        self.window = MainWindow(self.appearance.theme, self.transcript, keymap=keymap)
        self.lane = Lane("storage", self)
        self.session: Session | None = None
        self.library: LibraryFlow | None = None
        self.side = SideWindows(self.window, self.appearance, lambda: self.settings, self.lane, self)
        self.side.settings_made.connect(self._settings_made)
        self.side.bin_made.connect(self._bin_made)
        self.manual = ManualFlow(self.side, lambda: self._finder, self.lane, self)
        self.transcript.manual_requested.connect(self.manual.show_read)
        self.place = WindowPlace(self.window, self.settings)
        WheelZoom(self.window).stepped.connect(self._step_text_size)
        self.start = StartController(profile, self.lane, keystore or Keystore(), self)
        self.pages = StartPages(self.window, self.start, self)
        self.second_start = SecondStart(self.window, profile)
        self.start.locked.connect(self.second_start.wait)
        self.start.recovery_code.connect(self.second_start.hear)
        self.start.shown_elsewhere.connect(self.end)
        self.start.opened.connect(self._opened)
        self.appearance.changed.connect(self._theme_changed)
        self._join_commands()
        self.window.closing.connect(self.close)

    @cached_property
    def _finder(self) -> ManualFinder:
        """The manual: read when it is first needed, for its window or for the Guide."""
        return ManualFinder.open()

    def _join_commands(self) -> None:
        commands = self.window.commands
        commands.on(table.LARGER, lambda: self._step_text_size(1))
        commands.on(table.SMALLER, lambda: self._step_text_size(-1))
        commands.on(table.USUAL_SIZE, lambda: self._step_text_size(0))
        if not self.window.menus.isNativeMenuBar():
            commands.on(table.MENU_BAR, self._switch_menu_bar)
            self._show_menu_bar()

    def _switch_menu_bar(self) -> None:
        kept = self.settings.is_on(declared.MENU_BAR)
        self.settings.keep(declared.MENU_BAR, declared.OFF if kept else declared.ON)
        self._show_menu_bar()

    def _show_menu_bar(self) -> None:
        kept = self.settings.is_on(declared.MENU_BAR)
        self.window.menus.set_kept(kept)
        self.window.commands.set_ticked(table.MENU_BAR, kept)

    def show(self) -> None:
        """Show the window and look at the profile."""
        self.window.show()
        self.start.begin()

    def close(self) -> None:
        """Save and end everything that was started; safe to call twice."""
        self.formulas.close()
        self.transcript.actions_.take_back_selection()
        self.second_start.close()
        self.window.may_close = lambda: True
        session, self.session = self.session, None
        library, self.library = self.library, None
        if library is not None:
            library.close()
        if session is not None:
            # A profile that could not be opened is left as it was found, to the last byte.
            self.place.keep(self.settings)
            session.close()
        else:
            self.start.close()
            self.lane.close()

    def end(self) -> None:
        """End because the system asks for it, without a question that might find nobody."""
        self.window.may_close = lambda: True
        QApplication.quit()

    def _tell_mistake(self, trouble: UserError) -> None:
        if self.session is not None:
            self.session.notices.show_trouble(trouble)
        else:
            self.start.damaged.emit(trouble)

    def _opened(self, vault: Vault) -> None:
        if vault.keeps:
            self.second_start.hear()
        else:
            self.second_start.close()
            self.settings = self.settings.for_this_run(declared.HOW_TO_CONNECT)
        self.window.show_conversation()
        gate = LoadGate()
        self.session = Session(
            self.window,
            self.transcript_model,
            self.transcript,
            vault,
            self.lane,
            EngineWorker(EngineClient(check_file=gate.check), self),
            self.settings,
            gate=gate,
            parent=self,
        )
        if not vault.keeps:
            Leaving(
                self.window, self.session.chat, self.session.reading.exporting.open, parent=self.session
            )
        network = NetworkFlow(
            self.window,
            self.appearance,
            vault,
            self.lane,
            self.settings,
            PendingConnections(self._profile),
            parent=self.session,
        )
        network.trouble.connect(self.session.notices.show_trouble)
        network.begin()
        self.session.reading.link_refused.connect(network.look_again)
        chooser = ModelChooser(self.window, guide(self._finder), self.settings, parent=self.session)
        chooser.chosen.connect(self.session.use)
        chooser.chosen.connect(self.side.model_chosen)
        chooser.menu_opening.connect(self.session.adapters.add_to)
        chooser.menu_opening.connect(self._add_limits)
        self.session.guide_wanted.connect(chooser.choose_guide)
        self.library = LibraryFlow(
            self.window,
            chooser,
            self.session.engine,
            vault,
            self.lane,
            self.settings,
            LibrarySurroundings(self._profile, permit=network.permit, note=network.note, gate=gate),
            parent=self.session,
        )
        self.library.join(self.session.chat)
        self.session.models_wanted.connect(self.library.open)
        self.library.trouble.connect(self.session.notices.show_trouble)
        network.sealed.connect(self.library.seal_changed)
        self.library.opened.connect(network.look_again)
        self.session.use(chooser.current)
        self.side.model_chosen(chooser.current)
        self.session.begin()
        self.window.composer.focus_message()

    def _add_limits(self, menu: QMenu) -> None:
        menu.addSeparator()
        menu.addAction(self.window.commands.action(table.WHAT_IT_CAN))

    def _theme_changed(self, theme: Theme) -> None:
        self.window.set_theme(theme)
        dialog.hand_on(theme)

    def _step_text_size(self, direction: int) -> None:
        self.appearance.step_scale(direction)
        self.settings.keep(declared.TEXT_SCALE, self.appearance.scale)

    def _settings_made(self, shown: SettingsWindow) -> None:
        shown.look.read_aloud_chosen.connect(self._read_aloud)
        if self.session is not None:
            self.session.join_settings(shown)
        if self.library is not None:
            self.library.join_settings(shown.downloads)

    def _bin_made(self, shown: BinWindow) -> None:
        if self.session is not None:
            self.session.bin.join(shown)

    def _read_aloud(self, choice: ReadAloud) -> None:
        self.transcript.speech.mode = choice


def guide(finder: ManualFinder) -> ModelChoice:
    """Return the built-in guide with the manual it reads."""
    return ModelChoice(
        path=paths.guide_model_path(),
        name=texts.text("ui.guide.name"),
        sentence=texts.text("ui.guide.about"),
        placement=finder.place,
        suggestions=suggested_questions(finder.pages),
        tools=guide_tools,
        sampling=GUIDE_SAMPLING,
    )


def run() -> int:
    """Run the program with its window; returns the exit code."""
    try:
        screen.prepare()
    except UserError as error:
        sys.stderr.write(error.sentence + "\n")
        return 1
    find_plugins()
    name_no_scripts()
    application = QApplication(["cloister"])  # the window's name on X11, however it was started
    application.setApplicationName("Cloister")
    application.setDesktopFileName("org.cloister.cloister")
    application.setWindowIcon(program_icon())
    remember_no_folders(application)
    try:
        profile = make_folder(paths.profile_dir())
    except OSError as error:
        show_trouble(UserError("core.profile_unusable", errno=error.errno or 0))
        return 1
    foreground.give_way()
    if knock.is_answered(profile):
        return 0  # the window that is open has come to the front
    gc.freeze()  # what was imported stays: no collection need look at it again
    program = Program(application, profile)
    sys.excepthook = program.mistakes.report
    threading.excepthook = program.mistakes.report_of_thread
    signals = EndSignals()
    signals.received.connect(program.end)
    program.show()
    code = application.exec()
    program.close()
    signals.close()
    return code
