"""The library window's controller.

Job: open and close the window, and keep what it shows in step with shelf, downloads, imports and plans.
Rule: everything slow happens on a lane; nothing connects before the person
pressed the button under the sentence that names host, file and size.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.children.confine import sealing
from app.core.computer.memory import memory_now
from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.core.rules import settings as declared
from app.core.rules.seal import is_sealed, refuse_if_sealed
from app.core.rules.settings import Settings
from app.core.texts import text
from app.core.there import is_file
from app.library.fetch.client import Fetch
from app.library.fetch.protocol import FetchDone
from app.library.shelf.half_done import DOWNLOAD
from app.library.shelf.model_file import ModelFile
from app.library.shelf.shelf import Shelf
from app.storage.vault import Vault
from app.ui.desktop.call import Call
from app.ui.desktop.icon_progress import IconProgress, icon_of
from app.ui.flow.choice.model import ModelChooser
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.library.arriving.downloads import Downloads, bytes_here
from app.ui.flow.library.arriving.imports import Imports
from app.ui.flow.library.arriving.secrets import DownloadSecrets
from app.ui.flow.library.arriving.trial import ModelTrial
from app.ui.flow.library.dropping import model_drop
from app.ui.flow.library.keeping.files import FileActions
from app.ui.flow.library.keeping.sharing import may_share
from app.ui.flow.library.known.collection import Collection
from app.ui.flow.library.known.plans import LibraryPlans
from app.ui.flow.library.known.sources import Source, usual_source
from app.ui.flow.library.known.state import Doing, Library, entry_key
from app.ui.flow.library.known.surroundings import Surroundings
from app.ui.flow.library.showing.listing import first_key, room_line, rows
from app.ui.flow.library.showing.offer import ModelOffer
from app.ui.flow.library.showing.pages import model
from app.ui.flow.library.showing.picture import Known
from app.ui.flow.library.showing.words import model_name
from app.ui.flow.library.wishes import LibraryWishes
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.views.library.page import LibraryPage
from app.ui.views.settings.downloads import DownloadSettings
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.notice_card import NoticeKind

DRAW_MS = 100


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
        self._window, self._chooser = window, chooser
        self._settings, self._around = settings, around
        self.collection = Collection(vault, storage, settings, around, self)
        self._page: LibraryPage | None = None
        self._current = ""
        self._closed = False
        self._doing = Doing()
        permit = around.permit or partial(refuse_if_sealed, settings)
        fetch = Fetch(note=around.note or vault.network_log.add, permit=permit)
        self.secrets = DownloadSecrets(around.keystore)
        self.downloads = Downloads(fetch, self._source, self._record, self.secrets, self)
        self.imports = Imports(
            lambda: self.shelf, lambda: self.collection.catalogue.entries, parent=self
        )
        self.plans = LibraryPlans(parent=self)
        self.trial = ModelTrial(engine, chooser, self)
        self.files = FileActions(self, self.collection.lane, self._doing, chooser, parent=self)
        self._icon = IconProgress((around.icon or icon_of)(window))
        self._call = Call(window, self)
        self._draw_soon = QTimer(self, interval=DRAW_MS, singleShot=True)
        self._draw_soon.timeout.connect(self.draw)
        self.wishes = LibraryWishes(
            self,
            window,
            chooser,
            self.collection,
            self.downloads,
            self.imports,
            self.plans,
            self.trial,
            self.files,
            self._doing,
            self.secrets,
            self,
        )
        self.offer = ModelOffer(
            window.empty_state.offer, self.wishes.act_on_offer, self.collection.lane, self
        )
        self.drop = model_drop(window, lambda: self._page, self.wishes.bring_in, self)
        self._join()
        self.collection.begin()

    def _join(self) -> None:
        self._window.sidebar.library_requested.connect(self.open)
        self._window.uncovered.connect(self._uncovered)
        self._chooser.menu_opening.connect(self.add_to)
        self.collection.looked.connect(self._looked)
        self.collection.trouble.connect(self.trouble)
        for part in (self.downloads, self.imports, self.plans, self.trial, self.files):
            part.changed.connect(self.changed)
        self.downloads.arrived.connect(self.wishes.arrived)
        self.downloads.ended.connect(self._call.call)
        self.downloads.connected.connect(self.connected)
        self.downloads.deleted.connect(self.refresh)
        self.imports.changed.connect(self._plan_import)
        self.imports.arrived.connect(self.wishes.arrived)
        self.imports.ended.connect(self.refresh)

    def join(self, chat: ChatController) -> None:
        """Wait for answers before a model is tried; give way to a conversation that is opened."""
        chat.busy_changed.connect(self.trial.set_busy)
        chat.opened.connect(self._conversation_opened)

    def join_settings(self, rows: DownloadSettings) -> None:
        """Follow the settings of downloads, and forget secrets where that is wished there."""
        rows.changed.connect(self._source_changed)
        rows.forget_requested.connect(lambda: self.wishes.sign_in.act("", "forget_secrets"))

    def _source_changed(self) -> None:
        self.changed("")

    def _conversation_opened(self, _conversation: object) -> None:
        self.leave()

    def _source(self) -> Source:
        return (self._around.source or usual_source)(self.collection.catalogue, self._settings)

    def seal_changed(self, sealed: bool) -> None:
        """Pause what is fetched when nothing may connect any more; what has arrived is kept."""
        if sealed:
            self.downloads.pause_all()
        self.draw()

    def _record(self, done: FetchDone) -> None:
        """Remember the hash of a file that came; on the downloads' lane."""
        self.shelf.record(Path(done.path), done.sha256, confirmed=done.confirmed)

    @property
    def library(self) -> Library:
        """The last look at what there is."""
        return self.collection.library

    @property
    def shelf(self) -> Shelf:
        """The model files of the chosen folder."""
        return self.collection.shelf

    @property
    def shared_folder(self) -> Path | None:
        """Where a file for all users of the computer would be put."""
        return next(iter(self._around.shared()), None)

    @property
    def window(self) -> MainWindow:
        """The window that the library opens in."""
        return self._window

    def close(self) -> None:
        """End every lane; what has arrived is kept, what was removed goes for good."""
        self._closed = True
        self._draw_soon.stop()
        self._icon.show(None)
        self._call.end()
        self.files.close()
        self.downloads.close()
        self.imports.close()
        self.plans.close()
        self.collection.close()

    # --- what is known ----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look at shelf, disk and caches again."""
        self.collection.refresh()

    def _looked(self) -> None:
        library = self.library
        for part in library.unfinished:
            for entry in library.entries:
                edition = next(
                    (files for files in entry.editions if part.name in {file.name for file in files}), ()
                )
                if edition and part.kind == DOWNLOAD and not part.shared:
                    key = entry_key(entry.name)
                    self.downloads.take_up(key, entry, edition, bytes_here(edition, library.folder))
        for entry in library.entries:
            self.plans.want_entry(entry_key(entry.name), entry)
        for key, file in library.keyed_files().items():
            if library.entry(key) is None and file.usable:
                self.plans.want_file(key, file.path)
        self.changed("")

    def _plan_import(self, key: str) -> None:
        """Ask whether a file fits whose header was read: before it is decided how it is brought in."""
        job = self.imports.get(key)
        if job is not None and job.found is not None:
            self.plans.want_file(key, job.source)

    def changed(self, _key: str) -> None:
        """Bring the window up to date soon."""
        if not self._closed and not self._draw_soon.isActive():
            self._draw_soon.start()

    def known(self) -> Known:
        """Return all that the window is drawn from."""
        kept = self._settings.word(declared.MODEL_FILE)
        return Known(
            library=self.library,
            doing=self._doing,
            downloads={job.key: job for job in self.downloads.jobs},
            imports={job.key: job for job in self.imports.jobs},
            plan=self.plans.plan,
            plan_known=self.plans.is_known,
            ram_mib=memory_now().ceiling_mib,
            places=self._source().places,
            in_use=Path(kept) if kept and is_file(Path(kept)) else None,
            # A process that gave up connecting has no way back: its children would fail at once.
            sealed=is_sealed(self._settings) or sealing.has_given_up(),
            given_up=sealing.has_given_up(),
            guide_bytes=guide_model_path().stat().st_size,
            shared_folder=self.shared_folder,
            may_share=bool(self._doing.sharing) and may_share(self.shared_folder),
        )

    # --- the window ---------------------------------------------------------------------------------

    @property
    def page(self) -> LibraryPage | None:
        """The window while it is open."""
        return self._page

    @property
    def current(self) -> str:
        """The key of the model whose page is shown."""
        return self._current

    def open(self, key: str = "", *, lead: bool = False) -> None:
        """Show the library, and the page of ``key``; ``lead`` as :meth:`lead_on`, else to its row."""
        by_keyboard = self._window.ring.in_use
        if self._page is None:
            page = LibraryPage(self._window.theme)
            page.back.connect(self.leave)
            page.import_requested.connect(self.wishes.ask_for_file)
            page.chosen.connect(self.choose)
            page.acted.connect(self.wishes.act)
            page.left.connect(self._rest)
            page.notice.action_chosen.connect(self._notice_acted)
            self._page = page
            self._window.cover(page, page.regions)
            self.opened.emit(True)
        self._current = key or self._current or first_key(self.known())
        self.refresh()
        self.draw()
        entry = self._page.list.entry()
        if lead:
            self._lead(by_keyboard=by_keyboard)
        elif entry is not None:
            self._window.ring.move_focus(entry)

    def leave(self) -> None:
        """Go back to the conversation."""
        if self._page is not None:
            self._window.uncover()

    def _uncovered(self) -> None:
        # Whoever took the page away: it is thrown away with that.
        if self._page is not None:
            self._page = None
            self.opened.emit(False)

    def choose(self, key: str) -> None:
        """Show the page of a model."""
        self._current = key
        self.draw()

    def lead_on(self) -> None:
        """Lead the keyboard to the page's first button if it is in use, where it is seen."""
        if self._page is not None:
            self._lead(by_keyboard=self._window.ring.in_use or self._page.list.by_keyboard)

    def _lead(self, *, by_keyboard: bool) -> None:
        page = self._page
        first = page.model.first_button() if page is not None else None
        if first is not None and by_keyboard:
            self._window.ring.move_focus(first)
        elif page is not None:  # who clicked does not see where Return would go
            page.model.heading.setFocus(Qt.FocusReason.MouseFocusReason)

    def draw(self) -> None:
        """Bring the window up to date."""
        self._draw_soon.stop()
        page, known = self._page, self.known()
        self._show_on_icon()
        self.offer.show_known(known)
        if page is None:
            return
        page.header.set_room(room_line(known))
        shown = rows(known)
        keys = [row.key for row in shown]
        if self._current not in keys and self._current not in known.imports and keys:
            first = first_key(known)
            self._current = first if first in keys else keys[0]
        page.list.show_rows(shown, self._current)
        page.model.show_model(model(self._current, known))

    def _rest(self) -> None:
        """Lead the keyboard from what goes to the page's name, where no key does anything unaimed."""
        if self._page is not None:
            heading, rows = self._page.model.heading, self._page.list
            self._window.ring.hand_over(heading, by_keyboard=rows.by_keyboard)
            self._page.model.reveal(heading)

    def add_to(self, menu: QMenu) -> None:
        """Add the other models on this computer and the way to this window to the menu of models."""
        after_guide = menu.actions()[1]
        for file in self.library.files:
            if file.usable and file.path != self._chooser.current.path:
                name = file.entry or model_name(file.path)
                entry = QAction(name.replace("&", "&&"), menu)
                entry.triggered.connect(partial(self._use, file))
                menu.insertAction(after_guide, entry)
        menu.addAction(text("models.menu"), self.open)

    def _use(self, file: ModelFile, _checked: bool = False) -> None:
        self._chooser.choose_file(file.path)

    # --- telling --------------------------------------------------------------------------------------

    def _show_on_icon(self) -> None:
        """Show the download under way on the program's icon."""
        job = self.downloads.running
        self._icon.show(job.share if job is not None else None)

    def show_trouble(self, error: UserError) -> None:
        """Say what went wrong, where the person looks."""
        if self._page is not None:
            actions = [("close", text("ui.actions.close_notice"))]
            self._page.notice.show_notice(NoticeKind.WARN, error.sentence, actions)
        else:
            self.trouble.emit(error)

    def _notice_acted(self, _code: str) -> None:
        if self._page is not None:
            self._page.notice.clear()
