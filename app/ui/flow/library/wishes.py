"""What the person wants of the library.

Job: turn a button's code, a dropped file or a choice in a dialog into work for downloads, imports and
files. Rule: decides nothing by itself and draws nothing; :class:`Desk` is told what to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from app.core.errors import UserError
from app.core.paths import usual_folder
from app.core.texts import text
from app.library.carrying.chosen import Chosen
from app.library.carrying.importing import How
from app.ui.dialogs.licence import LicenceDialog
from app.ui.flow.choice.model import ModelChooser
from app.ui.flow.library.arriving.downloads import Downloads
from app.ui.flow.library.arriving.imports import Imports
from app.ui.flow.library.arriving.jobs import Carrying, Download, Job, Stage
from app.ui.flow.library.arriving.secrets import DownloadSecrets
from app.ui.flow.library.arriving.sign_in import SignIn
from app.ui.flow.library.arriving.trial import ModelTrial
from app.ui.flow.library.keeping.files import FileActions
from app.ui.flow.library.known.collection import Collection
from app.ui.flow.library.known.plans import LibraryPlans
from app.ui.flow.library.known.state import Doing, entry_key
from app.ui.flow.library.showing.offer import GUIDE
from app.ui.flow.library.showing.steps import REPLACE
from app.ui.views.window.main_window import MainWindow

MOST_AT_ONCE = 12
"""Models that are looked at when many are chosen or dropped."""
HOWS = {"copy": How.CLONE, "move": How.MOVE, "link": How.LINK}


class Desk(Protocol):
    """What the wishes need of the window that shows the library."""

    @property
    def shared_folder(self) -> Path | None:
        """Where a file for all users of the computer would be put."""

    @property
    def current(self) -> str:
        """The key of the model whose page is shown."""

    def open(self, key: str = "", *, lead: bool = False) -> None:
        """Show the library; ``lead`` the keyboard to the page's first button."""

    def leave(self) -> None:
        """Go back to the conversation."""

    def choose(self, key: str) -> None:
        """Show the page of a model."""

    def lead_on(self) -> None:
        """Lead the keyboard to the page's first button."""

    def draw(self) -> None:
        """Bring the window up to date now."""

    def changed(self, key: str) -> None:
        """Bring the window up to date soon."""

    def refresh(self) -> None:
        """Look at shelf, disk and caches again."""

    def show_trouble(self, error: UserError) -> None:
        """Say what went wrong."""


class LibraryWishes(QObject):
    """Acts on the parts of the library for the person."""

    def __init__(
        self,
        desk: Desk,
        window: MainWindow,
        chooser: ModelChooser,
        collection: Collection,
        downloads: Downloads,
        imports: Imports,
        plans: LibraryPlans,
        trial: ModelTrial,
        files: FileActions,
        doing: Doing,
        secrets: DownloadSecrets,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._window, self._chooser = desk, window, chooser
        self._collection, self._doing = collection, doing
        self._downloads, self._imports, self._plans = downloads, imports, plans
        self._trial, self._files = trial, files
        self._settling: list[Carrying] = []
        collection.looked.connect(self._settle)
        self.sign_in = SignIn(
            window,
            lambda: window.theme,
            collection.lane,
            secrets,
            downloads,
            self._start,
            desk.show_trouble,
            self,
        )

    def act(self, key: str, code: str) -> None:
        """Do what a button of a row or a page says."""
        self._desk.choose(key)
        job: Job | None = self._downloads.get(key) or self._imports.get(key)
        imported = isinstance(job, Carrying) and self._act_import(job, code)
        if imported or self._act_download(key, code) or self._act_elsewhere(key, code):
            self._desk.changed(key)
        elif code == "try_now" and job is not None and job.path is not None:
            self._trial.start(key, job.path, job.trial)
        elif code == "start":
            self._desk.leave()
            self._window.sidebar.new_requested.emit()
        elif code == "open":
            self._chooser.choose_guide()
            self._desk.leave()
        elif code == "read":
            self._read_licence(key)
        elif code == "move_folder":
            self._ask_for_folder(key)
        elif code == "import_again":
            self.ask_for_file()
        elif code == "share_now":
            self._share(key)
        else:
            self._files.act(key, code)
        self._desk.draw()

    def act_on_offer(self, key: str, code: str) -> None:
        """Do what the offer in an empty conversation says."""
        if code == "import":
            self.ask_for_file()
        elif code == GUIDE:
            self._window.composer.focus_message()
        elif code == "check_again":
            self._plans.again()
            self._desk.refresh()
        else:
            self._desk.open(key, lead=True)

    def _act_download(self, key: str, code: str) -> bool:
        entry = self._collection.library.entry(key)
        job = self._downloads.get(key)
        if code == "download_row":
            self._desk.choose(key)
            self._desk.lead_on()
        elif code == "retry" and job is not None and job.stage is Stage.RETRYING:
            self._downloads.try_now(key)
        elif code in ("download", "resume", "retry", "again", "download_again") and entry is not None:
            self._start(key)
        elif code == REPLACE and entry is not None:
            self._replace(key)
        elif code == "pause" and job is not None:
            self._downloads.pause(key)
        elif code == "cancel" and job is not None:
            self._downloads.cancel(key, job.folder or self._collection.shelf.folder)
        elif code == "compare":
            self._doing.comparing.add(key)
        elif code == "folder":
            self._ask_for_folder(key)
        else:
            return self.sign_in.act(key, code)
        return True

    def _start(self, key: str) -> None:
        entry = self._collection.library.entry(key)
        if entry is None or not entry.editions:
            return
        job = self._downloads.get(key)
        files = job.files if job is not None else entry.editions[0]
        shelf = self._collection.shelf
        self._collection.lane.run(
            # A download whose disk is not there begins, and ends with the way to another folder.
            lambda: shelf.folder if shelf.gone else shelf.make_folder(),
            lambda folder: self._downloads.start(key, entry, files, folder),
            self._desk.show_trouble,
        )

    def _replace(self, key: str) -> None:
        """Delete a damaged file for good, and download it; one that all users share stays."""
        file, shelf = self._collection.library.file(key), self._collection.shelf
        if file is None or file.shared:
            self._start(key)
            return
        if self._chooser.current.path == file.path:
            self._chooser.choose_guide()

        def gone(_nothing: None) -> None:
            self._desk.refresh()
            self._start(key)

        self._collection.lane.run(
            lambda: shelf.discard_damaged(file.path), gone, self._desk.show_trouble
        )

    def _act_import(self, job: Carrying, code: str) -> bool:
        if code in HOWS:
            self._imports.start(job.key, HOWS[code])
        elif code == "again":
            self._imports.again(job.key)
        elif code in ("use_file", "drop_file"):
            self._imports.decide(job.key, code == "use_file")
        elif code == "cancel_import":
            self._imports.cancel(job.key)
        else:
            return False
        return True

    def _share(self, key: str) -> None:
        """Move a file to the folder of all users; it is used from there if it is used now."""
        file, folder = self._collection.library.file(key), self._desk.shared_folder
        if file is not None and folder is not None:
            carried = f"import:{file.path}"
            self._doing.sharing.discard(key)
            in_use = self._chooser.current.path == file.path
            self._imports.offer(carried, file.path, How.MOVE, shared=folder)
            job = self._imports.get(carried)
            if job is not None:
                job.in_use = in_use
            self._desk.choose(carried)

    def _act_elsewhere(self, key: str, code: str) -> bool:
        place = next(
            (one for one in self._collection.library.elsewhere if entry_key(one.entry.name) == key), None
        )
        if code == "download_anyway":
            self._doing.declined.add(key)
        elif code in ("use_there", "copy_here") and place is not None:
            self._import(place.path, How.LINK if code == "use_there" else How.CLONE)
        else:
            return False
        return True

    def arrived(self, job: Download | Carrying) -> None:
        """Go on with the third step: the model is tried."""
        self._plans.again()
        if isinstance(job, Carrying) and job.path is not None:
            if job.in_use:
                self._chooser.choose_file(job.path)
            self._settling.append(job)
        elif job.path is not None:
            self._trial.start(job.key, job.path, job.trial)
        self._desk.refresh()

    def _settle(self) -> None:
        """Let files that were brought in take the place of their imports, once they were seen."""
        seen = {file.path: key for key, file in self._collection.library.keyed_files().items()}
        for job in [job for job in self._settling if job.path in seen]:
            self._settling.remove(job)
            if job.path is not None and self._desk.current == job.key:
                self._desk.choose(seen[job.path])
            self._imports.forget(job.key)

    def ask_for_file(self) -> None:
        """Let the person choose files to bring in; any part of a model stands for all."""
        title, kinds = text("models.import_dialog"), text("models.import_filter")
        names, _ = QFileDialog.getOpenFileNames(self._window, title, str(usual_folder()), kinds)
        if names:
            self.bring_in([Path(name) for name in names])

    def bring_in(self, paths: Sequence[Path]) -> None:
        """Open the library with what the person wants to use: model files, parts, folders of them."""
        self._desk.open()
        self._imports.find_models(paths, self._offer)

    def _offer(self, chosen: Chosen) -> None:
        """Show what each model is, and the first of them."""
        if chosen.without:
            self._desk.show_trouble(chosen.without[0])
        if len(chosen.models) > MOST_AT_ONCE:
            count = len(chosen.models)
            self._desk.show_trouble(UserError("library.too_many_models", count=count, most=MOST_AT_ONCE))
        elif chosen.models:
            for path in reversed(chosen.models):
                self._import(path)
            self._desk.open(self._desk.current)

    def _import(self, path: Path, how: How | None = None) -> None:
        key = f"import:{path}"
        self._imports.offer(key, path, how)
        self._desk.choose(key)

    def _ask_for_folder(self, key: str) -> None:
        title = text("models.folder_dialog")
        chosen = QFileDialog.getExistingDirectory(
            self._window, title, str(self._collection.shelf.folder)
        )
        if chosen:
            self._collection.use_folder(Path(chosen))
            job = self._downloads.get(key)
            if job is not None and job.stage is Stage.FAILED:
                self._start(key)
            self._imports.again(key)

    def _read_licence(self, key: str) -> None:
        file = self._collection.library.file(key)
        entry = self._collection.library.entry(key) or (
            self._collection.library.entry(entry_key(file.entry)) if file else None
        )
        if entry is not None:
            LicenceDialog(self._window.theme, entry.name, entry.licence, self._window).open()
