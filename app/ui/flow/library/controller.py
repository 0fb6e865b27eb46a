"""The library window's controller.

Job: open and close the window, keep what it shows in step with shelf, downloads, imports and plans, and
do what its buttons say. Rule: everything slow happens on a lane; nothing connects before the person
pressed the button under the sentence that names host, file and size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from app.core import settings as declared
from app.core.errors import UserError
from app.core.memory import memory_now
from app.core.paths import guide_model_path
from app.core.seal import is_sealed, refuse_if_sealed
from app.core.settings import Settings
from app.core.texts import text
from app.library import places
from app.library.fetch.client import Fetch, Note
from app.library.fetch.protocol import HUB, FetchDone
from app.library.importing import How
from app.library.known_models import KnownModels, known_models
from app.library.shelf import ModelFile, Shelf
from app.storage.vault import Vault
from app.ui.dialogs.licence import LicenceDialog
from app.ui.flow.engine_worker import EngineWorker
from app.ui.flow.library.downloads import Downloads, Source, bytes_here
from app.ui.flow.library.dropping import ModelDrop
from app.ui.flow.library.files import FileActions
from app.ui.flow.library.imports import Imports
from app.ui.flow.library.jobs import Carrying, Download, Job, Stage
from app.ui.flow.library.offer import RECOMMENDED, ModelOffer
from app.ui.flow.library.plans import LibraryPlans
from app.ui.flow.library.shown import Known, model, rows
from app.ui.flow.library.state import Doing, Library, entry_key, look
from app.ui.flow.library.trial import ModelTrial
from app.ui.flow.library.words import room, size
from app.ui.flow.model_choice import ModelChooser
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.views.library_page import LibraryPage
from app.ui.views.main_window import MainWindow
from app.ui.views.notice_card import NoticeKind

INDEX = "model-files.json"
DRAW_MS = 100
HOWS = {"copy": How.CLONE, "move": How.MOVE, "link": How.LINK}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies around the library: the profile, how to find the catalogues and where files come from.

    ``home`` is where other programs' caches are looked for (None: the person's); ``source`` overrides
    the hub or mirror.
    """

    profile: Path
    known: Callable[[], KnownModels] = lambda: known_models(places.catalogue_files())
    shared: Callable[[], Sequence[Path]] = places.shared_folders
    source: Callable[[KnownModels, Settings], Source] | None = None
    home: Path | None = None
    note: Note | None = None
    """Is told of every connection, before and after; the vault's own list where nothing is given."""


def usual_source(known: KnownModels, settings: Settings) -> Source:
    """Return the place that the settings name, else the first mirror of a catalogue, else the hub."""
    mirror = known.mirrors[0] if known.mirrors else HUB
    return Source(
        endpoint=settings.word(declared.ENDPOINT) or mirror,
        proxy=settings.word(declared.PROXY),
        ca_file=settings.word(declared.CA_FILE),
    )


class LibraryFlow(QObject):
    """Models on this computer and to be had. ``opened`` tells whether the window is in sight."""

    opened = Signal(bool)
    connected = Signal(bool)
    trouble = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        chooser: ModelChooser,
        engine: EngineWorker,
        vault: Vault,
        storage: Lane,
        settings: Settings,
        around: Surroundings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._chooser, self._vault = window, chooser, vault
        self._storage, self._settings, self._around = storage, settings, around
        self._lane = Lane("library", self)
        self._page: LibraryPage | None = None
        self._current = ""
        self._closed = False
        self._doing = Doing()
        self._catalogue = KnownModels(())
        self.library = Library(self._folder())
        self._shelf = Shelf(self._folder())
        fetch = Fetch(note=around.note or vault.network_log.add, permit=self._permit)
        self.downloads = Downloads(fetch, self._source, self._record, self)
        self.imports = Imports(lambda: self._shelf, lambda: self._catalogue.entries, parent=self)
        self.plans = LibraryPlans(parent=self)
        self.trial = ModelTrial(engine, chooser, self)
        self.files = FileActions(self, self._lane, self._doing, chooser, parent=self)
        self._draw_soon = QTimer(self, interval=DRAW_MS, singleShot=True)
        self._draw_soon.timeout.connect(self.draw)
        self.offer = ModelOffer(window.empty_state.offer, self._act_offer, self)
        self._drop = ModelDrop(window, self.bring_in, self)
        self._join()
        self._begin()

    def _join(self) -> None:
        self._window.sidebar.library_requested.connect(self.open)
        self._chooser.menu_opening.connect(self.add_to)
        for part in (self.downloads, self.imports, self.plans, self.trial, self.files):
            part.changed.connect(self._changed)
        self.downloads.arrived.connect(self._arrived)
        self.downloads.ended.connect(self._tell)
        self.downloads.connected.connect(self.connected)
        self.imports.arrived.connect(self._arrived)

    def join(self, chat: ChatController) -> None:
        """Wait for answers before a model is tried; give way to a conversation that is opened."""
        chat.busy_changed.connect(self.trial.set_busy)
        chat.opened.connect(self._conversation_opened)

    def _conversation_opened(self, _conversation: object) -> None:
        self.leave()

    def _begin(self) -> None:
        """Read the catalogues and the shelf for the first time."""
        self._lane.run(self._around.known, self._catalogued, self.trouble.emit)

    def _catalogued(self, known: KnownModels) -> None:
        self._catalogue = known
        self._make_shelf()
        self._lane.run(self._shelf.tidy)
        for complaint in known.complaints:
            self.trouble.emit(complaint)
        self.refresh()

    def _make_shelf(self) -> None:
        index = self._around.profile / INDEX if self._vault.keeps else None
        shared = self._around.shared()
        self._shelf = Shelf(self._folder(), index, shared, self._catalogue.entries)

    def _folder(self) -> Path:
        chosen = self._settings.word(declared.MODELS_FOLDER)
        own = Path(chosen) if chosen and Path(chosen).is_absolute() else None
        return own or self._around.profile / places.MODELS

    def _source(self) -> Source:
        return (self._around.source or usual_source)(self._catalogue, self._settings)

    def _permit(self) -> None:
        """Refuse while the program is sealed; on the downloads' lane."""
        refuse_if_sealed(self._settings)

    def seal_changed(self, sealed: bool) -> None:
        """Pause what is fetched when nothing may connect any more; what has arrived is kept."""
        if sealed:
            self.downloads.pause_all()
        self.draw()

    def _record(self, done: FetchDone) -> None:
        """Remember the hash of a file that came; on the downloads' lane."""
        self._shelf.record(Path(done.path), done.sha256, confirmed=done.vouched_by == "hub")

    @property
    def shelf(self) -> Shelf:
        """The model files of the chosen folder."""
        return self._shelf

    @property
    def window(self) -> MainWindow:
        """The window that the library opens in."""
        return self._window

    def close(self) -> None:
        """End every lane; what has arrived is kept, what was removed goes for good."""
        self._closed = True
        self._draw_soon.stop()
        self.files.close()
        self.downloads.close()
        self.imports.close()
        self.plans.close()
        self._lane.run(self._shelf.finish)
        self._lane.close()

    # --- what is known ----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look at shelf, disk and caches again."""
        shelf, entries, home = self._shelf, self._catalogue.entries, self._around.home

        def counted(used: dict[str, int]) -> None:
            self._lane.run(lambda: look(shelf, entries, used, home), self._looked, self.trouble.emit)

        self._storage.run(self._vault.conversations_by_model, counted, lambda _: counted({}))

    def _looked(self, library: Library) -> None:
        self.library = library
        for part in library.unfinished:
            for entry in library.entries:
                edition = next(
                    (files for files in entry.editions if part.name in {file.name for file in files}), ()
                )
                if edition and part.kind == "download":
                    key = entry_key(entry.name)
                    self.downloads.take_up(key, entry, edition, bytes_here(edition, library.folder))
        for entry in library.entries:
            self.plans.want_entry(entry_key(entry.name), entry)
        for key, file in library.keyed_files().items():
            if library.entry(key) is None and file.usable:
                self.plans.want_file(key, file.path)
        self._changed("")

    def _changed(self, _key: str) -> None:
        if not self._closed and not self._draw_soon.isActive():
            self._draw_soon.start()

    def known(self) -> Known:
        """Return all that the window is drawn from."""
        kept = self._settings.word(declared.MODEL_FILE)
        shared = self._around.shared()
        return Known(
            library=self.library,
            doing=self._doing,
            downloads={job.key: job for job in self.downloads.jobs},
            imports={job.key: job for job in self.imports.jobs},
            plan=self.plans.plan,
            plan_known=self.plans.is_known,
            ram_mib=memory_now().ceiling_mib,
            endpoint=self._source().endpoint,
            in_use=Path(kept) if kept and Path(kept).is_file() else None,
            sealed=is_sealed(self._settings),
            guide_bytes=guide_model_path().stat().st_size,
            shared_folder=shared[0] if shared else None,
        )

    # --- the window ---------------------------------------------------------------------------------

    @property
    def page(self) -> LibraryPage | None:
        """The window while it is open."""
        return self._page

    def open(self, key: str = "") -> None:
        """Show the library, and the page of ``key``."""
        if self._page is None:
            page = LibraryPage(self._window.theme)
            page.back.connect(self.leave)
            page.import_requested.connect(self._ask_for_file)
            page.chosen.connect(self.choose)
            page.acted.connect(self.act)
            page.files_dropped.connect(self._dropped)
            page.notice.action_chosen.connect(self._notice_acted)
            self._page = page
            self._window.cover(page, page.regions)
            self.opened.emit(True)
        self._current = key or self._current or self._first_key()
        self.refresh()
        self.draw()
        entry = self._page.list.entry()
        if entry is not None:
            self._window.ring.move_focus(entry)

    def leave(self) -> None:
        """Go back to the conversation."""
        if self._page is not None:
            self._page = None
            self._window.uncover()
            self.opened.emit(False)

    def _first_key(self) -> str:
        busy = next((job.key for job in self.downloads.jobs if job.stage is not Stage.ARRIVED), "")
        here = next(iter(self.library.keyed_files()), "")
        names = [entry.name for entry in self.library.entries]
        wanted = RECOMMENDED if RECOMMENDED in names or not names else names[0]
        return busy or here or entry_key(wanted)

    def choose(self, key: str) -> None:
        """Show the page of a model."""
        self._current = key
        self.draw()

    def draw(self) -> None:
        """Bring the window up to date."""
        self._draw_soon.stop()
        page, known = self._page, self.known()
        self.offer.show_known(known)
        if page is None:
            return
        page.header.set_room(self._room())
        shown = rows(known)
        keys = [row.key for row in shown]
        if self._current not in keys and keys:
            self._current = self._first_key() if self._first_key() in keys else keys[0]
        page.list.show_rows(shown)
        if page.list.current != self._current:
            page.list.choose(self._current)
        page.model.show_model(model(self._current, known))

    def _room(self) -> str:
        taken = size(self.library.taken)
        if self.library.free is None:
            return text("models.room_unknown", used=taken)
        return text("models.room", used=taken, free=room(self.library.free))

    def add_to(self, menu: QMenu) -> None:
        """Add the models on this computer and the way to this window to the menu of models."""
        after_guide = menu.actions()[1]
        for file in self.library.files:
            if file.usable:
                entry = QAction(file.entry or file.path.stem, menu)
                entry.triggered.connect(partial(self._use, file))
                menu.insertAction(after_guide, entry)
        menu.addAction(text("models.menu"), self.open)

    def _use(self, file: ModelFile, _checked: bool = False) -> None:
        self._chooser.choose_file(file.path)

    # --- what the person does ---------------------------------------------------------------------

    def act(self, key: str, code: str) -> None:
        """Do what a button of a row or a page says."""
        self._current = key
        job: Job | None = self.downloads.get(key) or self.imports.get(key)
        imported = isinstance(job, Carrying) and self._act_import(job, code)
        if imported or self._act_download(key, code) or self._act_elsewhere(key, code):
            self._changed(key)
        elif code == "try_now" and job is not None and job.path is not None:
            self.trial.start(key, job.path, job.trial)
        elif code == "start":
            self.leave()
            self._window.sidebar.new_requested.emit()
        elif code == "open":
            self._chooser.choose_guide()
            self.leave()
        elif code == "read":
            self._read_licence(key)
        elif code == "move_folder":
            self._ask_for_folder(key)
        else:
            self.files.act(key, code)
        self.draw()

    def _act_offer(self, key: str, code: str) -> None:
        if code == "import":
            self._ask_for_file()
        elif code == "check_again":
            self.plans.again()
            self.refresh()
        else:
            self.open(key)
            if self._page is not None:
                self._page.model.focus_first()

    def _act_download(self, key: str, code: str) -> bool:
        entry = self.library.entry(key)
        job = self.downloads.get(key)
        if code == "download_row":
            self.choose(key)
            if self._page is not None:
                self._page.model.focus_first()
        elif code in ("download", "resume", "retry", "again", "download_again") and entry is not None:
            self._start(key)
        elif code == "pause" and job is not None:
            self.downloads.pause(key)
        elif code == "cancel" and job is not None:
            self.downloads.cancel(key, job.folder or self._shelf.folder)
            QTimer.singleShot(0, self.refresh)
        elif code == "compare":
            self._doing.comparing.add(key)
        elif code == "folder":
            self._ask_for_folder(key)
        else:
            return False
        return True

    def _start(self, key: str) -> None:
        entry = self.library.entry(key)
        if entry is None or not entry.editions:
            return
        job = self.downloads.get(key)
        files = job.files if job is not None else entry.editions[0]
        shelf = self._shelf
        self._lane.run(
            shelf.make_folder,
            lambda folder: self.downloads.start(key, entry, files, folder),
            self._show_trouble,
        )

    def _act_import(self, job: Carrying, code: str) -> bool:
        if code in HOWS:
            self.imports.start(job.key, HOWS[code])
        elif code == "again":
            self.imports.start(job.key, How.LINK if job.in_place else How.CLONE)
        elif code in ("use_file", "drop_file"):
            self.imports.decide(job.key, code == "use_file")
        elif code == "cancel_import":
            self.imports.cancel(job.key)
        else:
            return False
        return True

    def _act_elsewhere(self, key: str, code: str) -> bool:
        place = next((one for one in self.library.elsewhere if entry_key(one.entry.name) == key), None)
        if code == "download_anyway":
            self._doing.declined.add(key)
        elif code in ("use_there", "copy_here") and place is not None:
            self._import(place.path, How.LINK if code == "use_there" else How.CLONE)
        else:
            return False
        return True

    def _arrived(self, job: Download | Carrying) -> None:
        """Go on with the third step: the model is tried."""
        self.plans.again()
        if isinstance(job, Carrying) and job.path is not None:
            self.imports.forget(job.key)
            self._follow(job.path)
        elif job.path is not None:
            self.trial.start(job.key, job.path, job.trial)
        self.refresh()

    def _follow(self, path: Path) -> None:
        """Show the page of a file that was just brought in."""
        file = self._shelf.describe(path)
        self._current = entry_key(file.entry) if file.entry else f"file:{path}"

    def _ask_for_file(self) -> None:
        title, kinds = text("models.import_dialog"), text("models.import_filter")
        path, _ = QFileDialog.getOpenFileName(self._window, title, str(Path.home()), kinds)
        if path:
            self.bring_in(Path(path))

    def _dropped(self, paths: list[Path]) -> None:
        for path in paths:
            self._import(path)

    def bring_in(self, path: Path) -> None:
        """Open the library with a file that the person wants to use."""
        if self._page is None:
            self.open()
        self._import(path)

    def _import(self, path: Path, how: How | None = None) -> None:
        key = f"import:{path}"
        self.imports.offer(key, path, how)
        self._current = key
        self.draw()

    def _ask_for_folder(self, key: str) -> None:
        title = text("models.folder_dialog")
        chosen = QFileDialog.getExistingDirectory(self._window, title, str(self._shelf.folder))
        if chosen:
            self.use_folder(Path(chosen))
            job = self.downloads.get(key)
            if job is not None and job.stage is Stage.FAILED:
                self._start(key)

    def use_folder(self, folder: Path) -> None:
        """Keep model files in another folder from now on; those that are elsewhere stay there."""
        self._settings.keep(declared.MODELS_FOLDER, str(folder))
        self._make_shelf()
        self.refresh()

    def _read_licence(self, key: str) -> None:
        file = self.library.file(key)
        entry = self.library.entry(key) or (self.library.entry(entry_key(file.entry)) if file else None)
        if entry is not None:
            LicenceDialog(self._window.theme, entry.name, entry.licence, self._window).open()

    # --- telling --------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Let the system ask for a look, without words, when the window is not the active one."""
        if QApplication.activeWindow() is None:
            QApplication.alert(self._window)

    def _show_trouble(self, error: UserError) -> None:
        if self._page is not None:
            actions = [("close", text("ui.actions.close_notice"))]
            self._page.notice.show_notice(NoticeKind.WARN, error.sentence, actions)
        else:
            self.trouble.emit(error)

    def show_trouble(self, error: UserError) -> None:
        """Say what went wrong, where the person looks."""
        self._show_trouble(error)

    def _notice_acted(self, _code: str) -> None:
        if self._page is not None:
            self._page.notice.clear()
