"""Which model answers.

Job: the built-in guide, or a model file the person picks; the choice is kept for the next start. Rule:
a path is all that is known of a file here: only the confined engine reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu

from app.core import texts
from app.core.conversation.sampling import Sampling
from app.core.model_parts import stem_of
from app.core.paths import usual_folder
from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.core.there import is_file
from app.ui.flow.turns.stages.turn_settings import Placement, Tools, no_tools
from app.ui.views.window.main_window import MainWindow


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model file and what goes with it.

    ``placement`` finds the Guide's manual page; ``sampling`` None takes the person's settings.
    """

    path: Path
    name: str
    sentence: str
    note: str = ""
    placement: Placement | None = None
    suggestions: tuple[str, ...] = ()
    tools: Tools = no_tools
    sampling: Sampling | None = None


def model_file(path: Path) -> ModelChoice:
    """Return what goes with a model file of the person's own."""
    return ModelChoice(path=path, name=stem_of(path.name), sentence=texts.text("ui.model.sentence"))


class ModelChooser(QObject):
    """The menu behind the model's name; ``chosen`` carries a :class:`ModelChoice`."""

    chosen = Signal(object)
    menu_opening = Signal(QMenu)
    """The menu is about to be shown: others may add to it."""

    def __init__(
        self, window: MainWindow, guide: ModelChoice, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._guide = guide
        self._settings = settings
        window.status_strip.model_menu_requested.connect(self._show_menu)

    @property
    def current(self) -> ModelChoice:
        """What was chosen last; the Guide if the file is not there any more."""
        kept = self._settings.word(declared.MODEL_FILE)
        return model_file(Path(kept)) if kept and is_file(Path(kept)) else self._guide

    def choose_guide(self) -> None:
        """Answer with the built-in guide from now on."""
        self._choose(self._guide, "")

    def choose_file(self, path: Path) -> None:
        """Answer with this file from now on."""
        self._choose(model_file(path), str(path))

    def go_back_to(self, choice: ModelChoice) -> None:
        """Answer again with what was chosen before."""
        self._choose(choice, "" if choice.path == self._guide.path else str(choice.path))

    def _choose(self, choice: ModelChoice, kept: str) -> None:
        self._settings.keep(declared.MODEL_FILE, kept)
        self.chosen.emit(choice)

    def menu(self) -> QMenu:
        """Return the menu as it is now, the strip's child."""
        menu = QMenu(self._window.status_strip)
        self._add_choices(menu)
        menu.addAction(texts.text("ui.model.open"), self._ask_for_file)
        self.menu_opening.emit(menu)
        return menu

    def _show_menu(self) -> None:
        strip = self._window.status_strip
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        above = strip.mapToGlobal(QPoint(strip.model_group.x(), 0))
        menu.popup(above - QPoint(0, menu.sizeHint().height()))

    def _add_choices(self, menu: QMenu) -> None:
        """Add the Guide and, where one answers, the model file; a tick stands beside what is in use."""
        current, group = self.current, QActionGroup(menu)
        in_use = current.path == self._guide.path
        for choice in (self._guide,) if in_use else (self._guide, current):
            action = menu.addAction(choice.name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(choice is current)
            group.addAction(action)
            if choice is not current:
                action.triggered.connect(self.choose_guide)

    def _ask_for_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._window,
            texts.text("ui.model.dialog"),
            str(usual_folder()),
            texts.text("ui.model.filter"),
        )
        if path:
            self.choose_file(Path(path))
