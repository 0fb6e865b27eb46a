"""The seal and the list of connections, between the vault and the screen.

Job: note every connection, refuse them while the program is sealed, and keep strip and network page
true. Rule: what wants to connect asks :meth:`NetworkFlow.permit` and notes through
:meth:`NetworkFlow.note`; both work from any thread, and a connection that cannot be noted is not made.
Whatever is refused is shown at once: a policy may have appeared since the strip was drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog

from app.children.confine import sealing
from app.core import texts
from app.core.connections import Connection, last_time
from app.core.errors import UserError
from app.core.logs import log_event
from app.core.paths import usual_folder
from app.core.private_files import write_whole
from app.core.rules import settings as declared
from app.core.rules.seal import Seal, SealedBy, seal_of
from app.core.rules.settings import OFF, ON, Settings
from app.storage.network import connection_list
from app.storage.network.pending import PendingConnections
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.theme.appearance import Appearance
from app.ui.views.beside.network_page import NetworkPage, NetworkState
from app.ui.views.beside.network_words import day
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.status_strip import Network


class NetworkFlow(QObject):
    """``sealed`` carries whether nothing may connect now, at each change; ``trouble`` a UserError.

    ``look`` asks for the seal; tests bring their own.
    """

    sealed = Signal(bool)
    trouble = Signal(object)
    _noted = Signal()
    _refused = Signal()

    def __init__(
        self,
        window: MainWindow,
        appearance: Appearance,
        vault: Vault,
        lane: Lane,
        settings: Settings,
        pending: PendingConnections,
        look: Callable[[Settings], Seal] = seal_of,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._appearance = window, appearance
        self._vault, self._lane, self._settings = vault, lane, settings
        self._pending, self._look = pending, look
        self._connections: tuple[Connection, ...] = ()
        self.page: NetworkPage | None = None
        self._noted.connect(self.refresh, Qt.ConnectionType.QueuedConnection)
        self._refused.connect(self.look_again, Qt.ConnectionType.QueuedConnection)
        vault.network_log.on_change = self._noted.emit
        window.status_strip.network_requested.connect(self.show_page)

    @property
    def seal(self) -> Seal:
        """Whether nothing may connect now, and who says so."""
        return self._look(self._settings)

    def permit(self) -> None:
        """Raise UserError when nothing may connect; from any thread."""
        seal = self.seal
        if seal.sealed:
            self._refused.emit()
            raise seal.refusal

    def note(self, connection: Connection) -> None:
        """Keep a connection, before it starts and after it ended; from any thread, blocks.

        Raises UserError when nothing may connect or the disk refuses: then the connection is not made.
        """
        if connection.ended is None:
            self.permit()
        self._vault.network_log.add(connection)

    def begin(self) -> None:
        """Take in what was noted without this vault, and show everything."""
        self._lane.run(self._take_in, lambda _: self.refresh(), self._failed)

    def refresh(self) -> None:
        """Read the list anew."""
        self._lane.run(self._vault.network_log.all, self._show, self._failed)

    def look_again(self) -> None:
        """Show the seal as it is now; the list of connections as it was last read."""
        self._show(self._connections)

    def show_page(self) -> None:
        """Open the network page."""
        if self.page is None:
            page = NetworkPage(self._appearance.theme, self._window)
            page.seal_switched.connect(self._switch)
            page.export_requested.connect(self._ask_where)
            page.looked_at.connect(self.begin)
            self._appearance.changed.connect(page.set_theme)
            self.page = page
        self.look_again()
        self.page.bring()

    def export(self, path: Path) -> None:
        """Write the whole list to a file: JSON for a name that ends so, else CSV."""

        def write() -> None:
            data = connection_list.encoded(self._vault.network_log.all(), path.suffix)
            try:
                write_whole(path, data)
            except OSError as error:
                log_event("connections.not_exported", errno=error.errno or 0)
                raise UserError("seal.export_failed") from error

        self._lane.run(write, None, self._failed)

    # --- inside -------------------------------------------------------------------------------

    def _take_in(self) -> None:
        log = self._vault.network_log
        if self._vault.keeps:
            self._pending.move(log.take_in)
            return
        for (
            connection
        ) in self._pending.all():  # a vault that keeps nothing leaves them for one that does
            log.take_in(connection)

    def _show(self, connections: tuple[Connection, ...]) -> None:
        self._connections = connections
        seal, under_way = self.seal, self._vault.network_log.under_way
        words = self._words(connections, seal, connected=bool(under_way))
        state = Network.CONNECTED if under_way else Network.SEALED if seal.sealed else Network.OFFLINE
        self._window.status_strip.set_seal(words, state)
        if self.page is not None:
            shown = NetworkState(words, seal, self._note_for(seal), connections, under_way)
            self.page.show_state(shown)

    @staticmethod
    def _words(connections: tuple[Connection, ...], seal: Seal, *, connected: bool) -> str:
        if connected:
            return texts.text("seal.strip.connected")
        if not connections:
            return texts.text(f"seal.strip.{'sealed' if seal.sealed else 'never'}")
        when = day(last_time(connections))
        return texts.text(f"seal.strip.{'sealed_since' if seal.sealed else 'since'}", when=when)

    @staticmethod
    def _note_for(seal: Seal) -> str:
        """Say what the switch comes to in this run of the program."""
        if not seal.sealed:
            return texts.text("seal.page.until_next_start") if sealing.has_given_up() else ""
        if sealing.has_given_up():
            return texts.text("seal.page.in_force")
        can = sealing.CAN_GIVE_UP and not sealing.is_marked()
        return texts.text(f"seal.page.{'next_start' if can else 'no_right_to_give'}")

    def _switch(self, on: bool) -> None:
        if self.seal.by is not SealedBy.ORGANISATION:
            try:
                self._settings.set(declared.SEALED, ON if on else OFF)
            except OSError as error:
                log_event("settings.not_saved", errno=error.errno or 0)
                self.trouble.emit(UserError("seal.setting_not_saved"))
        self.sealed.emit(self.seal.sealed)
        self.look_again()

    def _ask_where(self) -> None:
        filters = (texts.text("seal.page.export_csv"), texts.text("seal.page.export_json"))
        suggested = str(usual_folder() / f"{texts.text('seal.page.export_name')}.csv")
        name, chosen = QFileDialog.getSaveFileName(
            self.page, texts.text("seal.page.export_title"), suggested, ";;".join(filters)
        )
        if name:
            path = Path(name)
            if path.suffix not in connection_list.SUFFIXES:
                path = path.with_name(path.name + connection_list.SUFFIXES[filters.index(chosen)])
            self.export(path)

    def _failed(self, error: UserError) -> None:
        self.trouble.emit(error)
