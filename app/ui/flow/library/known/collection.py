"""What there is: the catalogues, the shelf and the last look at both.

Job: read the catalogues once, make the shelf for the chosen folder, and look at files, disk and caches
again when asked. Rule: everything slow happens on the library's lane; nothing is shown from here.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.core.errors import UserError
from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.library.known import places
from app.library.known.known_models import KnownModels
from app.library.shelf.shelf import Shelf
from app.storage.vault import Vault
from app.ui.flow.library.known.state import Library, look
from app.ui.flow.library.known.surroundings import Surroundings
from app.ui.flow.tasks import Lane

INDEX = "model-files.json"


class Collection(QObject):
    """``looked`` tells that ``library`` is a new look; ``trouble`` carries a UserError."""

    looked = Signal()
    trouble = Signal(object)

    def __init__(
        self,
        vault: Vault,
        storage: Lane,
        settings: Settings,
        around: Surroundings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._vault, self._storage = vault, storage
        self._settings, self._around = settings, around
        self.lane = Lane("library", self)
        self.catalogue = KnownModels(())
        self.library = Library(self.folder)
        self.shelf = Shelf(self.folder)
        self._shelves: list[Shelf] = []

    @property
    def folder(self) -> Path:
        """Where model files are kept, as chosen."""
        return places.chosen_folder(self._settings) or self._around.profile / places.MODELS

    def begin(self) -> None:
        """Read the catalogues and the shelf for the first time."""
        self.lane.run(self._around.known, self._catalogued, self._not_catalogued)

    def refresh(self) -> None:
        """Look at shelf, disk and caches again."""
        shelf, entries, home = self.shelf, self.catalogue.entries, self._around.home

        def counted(used: dict[str, int]) -> None:
            self.lane.run(lambda: look(shelf, entries, used, home), self._looked, self.trouble.emit)

        self._storage.run(self._vault.conversations_by_model, counted, lambda _: counted({}))

    def use_folder(self, folder: Path) -> None:
        """Keep model files in another folder from now on; those that are elsewhere stay there."""
        self._settings.keep(declared.MODELS_FOLDER, str(folder))
        self._make_shelf()
        self.refresh()

    def close(self) -> None:
        """End the lane; what was removed goes for good, also from a folder that was left for another."""
        for shelf in self._shelves:
            self.lane.run(shelf.finish)
        self.lane.close()

    def _not_catalogued(self, error: UserError) -> None:
        """Go on without a catalogue: every model file of one's own is then unknown."""
        self._make_shelf()
        self.trouble.emit(error)

    def _catalogued(self, known: KnownModels) -> None:
        self.catalogue = known
        self._make_shelf()
        self.lane.run(self.shelf.tidy)
        for complaint in known.complaints:
            self.trouble.emit(complaint)
        self.refresh()

    def _make_shelf(self) -> None:
        index = self._around.profile / INDEX if self._vault.keeps else None
        chosen = places.chosen_folder(self._settings) is not None
        self.shelf = Shelf(
            self.folder, index, self._around.shared(), self.catalogue.entries, chosen=chosen
        )
        if self.shelf.folder not in (shelf.folder for shelf in self._shelves):
            self._shelves.append(self.shelf)
        if self._around.gate is not None:
            self._around.gate.use(self.shelf)

    def _looked(self, library: Library) -> None:
        self.library = library
        self.looked.emit()
