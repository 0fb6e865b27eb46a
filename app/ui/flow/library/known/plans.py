"""Whether each model fits this computer, asked once and in the background.

Job: a plan for every entry of the catalogue, and for model files of one's own that lie on the shelf.
Rule: nothing is loaded and nothing fetched for it; one question after the other, in confined children.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.core.errors import UserError
from app.engine import errand
from app.engine.protocol.errands import PlanRequest
from app.engine.protocol.plan import Plan, Wishes
from app.library.known.catalogue import CatalogueEntry
from app.ui.flow.tasks import Lane

WINDOW_MIB = 150.0
"""What the window itself holds beside the engine."""

Ask = Callable[[PlanRequest], Plan]


class LibraryPlans(QObject):
    """``changed`` carries the key whose plan is known now, or is known not to be."""

    changed = Signal(str)

    def __init__(self, ask: Ask = errand.plan, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self._lane = Lane("plans", self)
        self._plans: dict[str, Plan | None] = {}
        self._asked: set[str] = set()

    def plan(self, key: str) -> Plan | None:
        """Return what is known."""
        return self._plans.get(key)

    def is_known(self, key: str) -> bool:
        """Say whether the question was answered, if only with "not known"."""
        return key in self._plans

    def want_entry(self, key: str, entry: CatalogueEntry) -> None:
        """Ask about an entry of the catalogue."""
        self._want(key, PlanRequest(shape=dict(entry.shape), wishes=Wishes(others_mib=WINDOW_MIB)))

    def want_file(self, key: str, path: Path) -> None:
        """Ask about a model file."""
        self._want(key, PlanRequest(path=str(path.absolute()), wishes=Wishes(others_mib=WINDOW_MIB)))

    def again(self) -> None:
        """Forget what is known, because memory was freed; it is asked anew when it is wanted."""
        self._asked.clear()

    def close(self) -> None:
        """End the lane; a question under way is not waited for long."""
        self._lane.close(2.0, drop=True)

    def _want(self, key: str, request: PlanRequest) -> None:
        if key in self._asked:
            return
        self._asked.add(key)

        def known(plan: Plan) -> None:
            self._plans[key] = plan
            self.changed.emit(key)

        def unknown(_error: UserError) -> None:
            self._plans[key] = None
            self.changed.emit(key)

        self._lane.run(lambda: self._ask(request), known, unknown)
