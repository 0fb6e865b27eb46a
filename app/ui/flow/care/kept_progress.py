"""Reading progress on the disk, as the settings show it.

Job: say how much there is, delete it when asked, and keep to a smaller limit at once. Rule: the disk is
touched on the storage lane only.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.core.rules import settings as declared
from app.core.rules.settings import Setting, Settings
from app.storage.snapshots import Snapshots
from app.ui.flow.tasks import Lane
from app.ui.views.settings.engine import EngineSettings

MIB = 1024**2


class KeptProgress(QObject):
    """Joins the rows of the settings to the snapshots of the open vault (None: it keeps none)."""

    def __init__(
        self, rows: EngineSettings, settings: Settings, snapshots: Snapshots | None, lane: Lane
    ) -> None:
        super().__init__(rows)
        self._rows = rows
        self._settings = settings
        self._snapshots = snapshots
        self._lane = lane
        rows.looked_at.connect(self.refresh)
        rows.changed.connect(self._changed)
        rows.delete_requested.connect(self._delete)
        self.refresh()

    def refresh(self) -> None:
        """Measure again what there is."""
        snapshots = self._snapshots
        if snapshots is None:
            self._rows.show_kept(0)
        else:
            self._lane.run(snapshots.total_bytes, self._rows.show_kept)

    def _delete(self) -> None:
        if self._snapshots is not None:
            snapshots = self._snapshots
            self._lane.run(lambda: snapshots.keep_only(()))
            self.refresh()

    def _changed(self, setting: Setting) -> None:
        snapshots = self._snapshots
        if setting is declared.SNAPSHOT_CAP_MIB and snapshots is not None:
            snapshots.cap = int(self._settings.number(setting) * MIB)
            self._lane.run(snapshots.make_room)
            self.refresh()
