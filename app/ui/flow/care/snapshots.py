"""Snapshots of conversations: written while nothing happens, put back when one is opened.

Job: decide when the engine's state of a conversation is saved and when one is restored. Rule: nobody
is kept waiting (a save gives way to a question between two pieces), nothing is said of it on screen,
and what cannot be saved or restored is read again, as ever. What another conversation would push out
of the cache is saved first. A state never reaches an engine that did not read all the files it was made
with: a model file that took its engine over could leave a forged one behind for another's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.errors import UserError
from app.core.logs import log_event
from app.engine.client import EngineClient
from app.engine.protocol.snapshots import SnapshotFacts
from app.storage.snapshots import SnapshotFile, SnapshotRefusedError, Snapshots
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.tasks import Lane

QUIET_MS = 4000
"""How long nothing must happen after an answer before its snapshot is written."""
LATER_MS = 60_000
"""When to look again whether the engine has read further ahead meanwhile."""

_USELESS_NOW = ("format", "engine", "vocabulary", "state")
"""Refusals that the same file will meet for ever."""

_FACTS, _SOURCES = "facts", "sources"
"""What a header holds: the engine's own word, and what the Interface knows it was given."""


class SnapshotFlow(QObject):
    """Follows the screen and the engine; ``settled`` when nothing is under way any more.

    ``snapshots`` None (nothing is kept) makes all of it do nothing. ``may_work`` says whether the
    computer can spare the work, ``cap_mib`` what all snapshots may take. Call :meth:`close` before the
    engine's and the vault's end.
    """

    settled = Signal()

    def __init__(
        self,
        snapshots: Snapshots | None,
        engine: EngineWorker,
        may_work: Callable[[], bool],
        cap_mib: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._snapshots = snapshots
        self._engine = engine
        self._may_work = may_work
        self._cap_mib = cap_mib
        self._busy = threading.Event()
        self._shown = 0
        self._held = 0
        self._unsaved = 0
        self._saved: dict[int, str] = {}
        self._gone: set[int] = set()
        self._jobs = 0
        self._closed = False
        self._timer = QTimer(self, interval=QUIET_MS, singleShot=True)
        self._timer.timeout.connect(self._save_when_quiet)
        if snapshots is None:
            return
        self._lane = Lane("snapshots", self)
        self._keep_under_cap(snapshots)
        engine.loaded.connect(self._on_loaded)
        engine.finished.connect(self._on_answered)
        engine.failed.connect(self._on_failed)

    @property
    def working(self) -> bool:
        """Whether a state is being saved or restored, or soon will be."""
        return self._jobs > 0

    def turn_to(self, conversation: int | None) -> None:
        """Note which conversation is on screen; None is a new one."""
        if (conversation or 0) != self._shown:
            self._shown = conversation or 0
            self._held = 0  # a draft may have been read meanwhile: the engine knows
        self._catch_up()

    def forget(self, conversation: int) -> None:
        """Note that a conversation was deleted: what the engine still holds of it is not saved."""
        if self._snapshots is not None:
            self._gone.add(conversation)
            # Once more: a save may have begun after the vault had deleted it.
            self._snapshots.delete(conversation)

    def set_busy(self, busy: bool) -> None:
        """Note whether an answer is wanted or being made: a save under way gives way to it."""
        if busy:
            self._busy.set()
            self._timer.stop()
        else:
            self._busy.clear()
            self._catch_up()

    def close(self) -> None:
        """Begin nothing more; what is being written is given up or finished."""
        self._closed = True
        self._busy.set()
        self._timer.stop()
        if self._snapshots is not None:
            self._lane.close()

    # --- the engine's events ---------------------------------------------------------------------

    def _on_loaded(self, _loaded: object) -> None:
        self._held = self._unsaved = 0
        self._saved.clear()
        self._catch_up()

    def _on_answered(self, _done: object) -> None:
        self._held = self._unsaved = self._engine.asked_for
        self._timer.start(QUIET_MS)

    def _on_failed(self, _error: object) -> None:
        self._held = self._unsaved = 0

    # --- what is due -----------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """Save what would be pushed out, and restore what is on screen."""
        if self._snapshots is None or self._closed or self._busy.is_set() or not self._engine.ready:
            return
        if self._unsaved and self._unsaved != self._shown:
            self._save(self._unsaved)
            self._unsaved = 0
        if self._shown and self._shown != self._held:
            self._held = self._unsaved = self._shown
            self._restore(self._shown)
        elif self._unsaved:
            self._timer.start(QUIET_MS)

    def _save_when_quiet(self) -> None:
        if self._unsaved and not self._busy.is_set() and not self._closed:
            self._save(self._unsaved)

    def _save(self, conversation: int) -> None:
        snapshots = self._snapshots
        if snapshots is None or not self._may_work() or not self._engine.ready:
            return
        if conversation in self._gone:
            return
        snapshots.cap = int(self._cap_mib() * 2**20)
        known = self._saved.get(conversation, "")
        self._begin_job(
            lambda client: self._save_now(client, snapshots, conversation, known),
            lambda prefix: self._on_saved(conversation, prefix),
        )

    def _restore(self, conversation: int) -> None:
        snapshots = self._snapshots
        if snapshots is not None:
            self._begin_job(
                lambda client: _restore_now(client, snapshots, conversation),
                lambda prefix: self._on_restored(conversation, prefix),
            )

    def _begin_job(self, work: Callable[[EngineClient], str], done: Callable[[str], None]) -> None:
        def ended(prefix: str) -> None:
            done(prefix)
            self._jobs -= 1
            if not self._jobs:
                self.settled.emit()

        self._jobs += 1
        self._engine.aside(work, ended, lambda _error: ended(""))

    def _on_saved(self, conversation: int, prefix: str) -> None:
        if prefix and prefix != self._saved.get(conversation):
            self._saved[conversation] = prefix
            if self._unsaved == conversation:
                self._timer.start(LATER_MS)
        elif self._unsaved == conversation and prefix:
            self._unsaved = 0

    def _on_restored(self, conversation: int, prefix: str) -> None:
        if prefix:
            self._saved[conversation] = prefix
        if not self._busy.is_set() and self._unsaved == conversation:
            self._timer.start(LATER_MS)  # reading ahead may add to it

    def _keep_under_cap(self, snapshots: Snapshots) -> None:
        snapshots.cap = int(self._cap_mib() * 2**20)
        self._lane.run(snapshots.make_room)

    # --- on the engine's lane --------------------------------------------------------------------

    def _save_now(
        self, client: EngineClient, snapshots: Snapshots, conversation: int, known: str
    ) -> str:
        """Save a conversation's state; returns the digest of its tokens, "" when nothing was saved."""
        file: SnapshotFile | None = None
        if self._busy.is_set() or conversation in self._gone:
            return ""

        def begin(facts: SnapshotFacts) -> Callable[[memoryview], None]:
            nonlocal file
            if facts.prefix == known:
                raise SnapshotRefusedError("known")
            header = {_FACTS: facts.to_json(), _SOURCES: sorted(client.sources)}
            file = snapshots.begin(conversation, header, facts.total_bytes)
            return write

        def write(piece: memoryview) -> None:
            if self._busy.is_set() or file is None:
                raise SnapshotRefusedError("gave_way")
            file.write(piece)

        kept = False
        try:
            facts = client.save(conversation, begin)
            if facts is None or file is None:
                return ""
            if conversation in self._gone:
                return ""
            kept = not self._closed
            self._lane.run(lambda: _keep(file, facts.tokens))
        except SnapshotRefusedError as refusal:
            log_event("snapshot.not_saved", code=refusal.code)
            return known if refusal.code == "known" else ""
        else:
            return facts.prefix
        finally:
            if file is not None and not kept:
                file.drop()


def _keep(file: SnapshotFile, tokens: int) -> None:
    """Finish a file, away from engine and vault: a disk may take its time."""
    try:
        kept = file.keep()
    except SnapshotRefusedError as refusal:
        log_event("snapshot.not_saved", code=refusal.code)
    else:
        log_event("snapshot.saved", tokens=tokens, kept=kept)


def _restore_now(client: EngineClient, snapshots: Snapshots, conversation: int) -> str:
    """Put a conversation's state back; returns the digest of its tokens, "" when nothing was."""
    found = snapshots.find(conversation)
    if found is None:
        return ""
    try:
        facts = SnapshotFacts.from_json(found.header[_FACTS])
        sources = frozenset(found.header[_SOURCES])
    except (KeyError, TypeError, ValueError):
        found.remove()  # ours, but of another form
        return ""
    if not sources or not sources <= client.sources:
        found.close()
        log_event("snapshot.not_restored", code="sources")
        return ""
    try:
        restored = client.restore(conversation, facts, found.chunks())
    except (SnapshotRefusedError, UserError) as trouble:
        log_event("snapshot.not_restored", code=trouble.code)
        return ""
    finally:
        found.close()
    log_event("snapshot.restored", tokens=restored.tokens, code=restored.code or "fresh")
    if restored.code in _USELESS_NOW:
        found.remove()
    if not restored.tokens:
        return ""
    found.used()
    return facts.prefix
