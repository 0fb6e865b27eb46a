"""The library window for tests: on a real Fetcher, a real hub on the loopback, and a real shelf.

Job: open it on an empty profile, press its buttons as a person would, and read what it says. Rule:
nothing of the program is replaced but the place where files come from and the system's key store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.core.paths import guide_model_path
from app.core.rules import settings as declared
from app.core.rules.settings import ON, Settings
from app.library.known.catalogue import CatalogueEntry, CatalogueFile, catalogue
from app.library.known.known_models import KnownModels
from app.library.shelf.model_file import Condition
from app.storage.keys.keystore import Keystore
from app.storage.vault import Vault
from app.ui.flow.choice.model import ModelChoice, ModelChooser
from app.ui.flow.library.arriving.jobs import Stage
from app.ui.flow.library.controller import LibraryFlow
from app.ui.flow.library.known.sources import Source
from app.ui.flow.library.known.surroundings import Surroundings
from app.ui.theme import Theme
from app.ui.views.library.page import LibraryPage
from app.ui.views.library.values import StepState
from app.ui.views.window.main_window import MainWindow
from tests.support.key_store import InMemory
from tests.support.network.fetching import QUICK
from tests.support.network.hub import COMMIT, FILE, REPOSITORY, Answer, Bytes, Hub
from tests.support.windows.wired import Wired

KEY = "entry:tiny"


@dataclass
class Desk:
    """A window with its library, and the hub that it downloads from."""

    window: MainWindow
    flow: LibraryFlow
    hub: Hub
    profile: Path
    settings: Settings
    vault: Vault
    store: InMemory
    qtbot: QtBot

    @property
    def page(self) -> LibraryPage:
        page = self.flow.page
        assert page is not None
        return page

    @property
    def words(self) -> str:
        shown = self.page.model.shown
        assert shown is not None
        return " ".join(step.words for step in shown.steps)

    def fact(self, name: str) -> str:
        """Return what the page says under a name; "" where it says nothing."""
        shown = self.page.model.shown
        assert shown is not None
        return next((fact.value for fact in shown.facts if fact.name == name), "")

    def state(self, number: int) -> StepState:
        shown = self.page.model.shown
        assert shown is not None
        return shown.steps[number].state

    def press(self, code: str) -> None:
        """Click the button of a code, wherever on the page it stands."""
        self.flow.draw()
        rows = [block.buttons for block in self.page.model.steps.blocks]
        rows += [self.page.model.foot, self.page.model.elsewhere.buttons]
        button = next(found for row in rows if (found := row.button(code)) is not None)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def until(self, condition: Callable[[], bool]) -> None:
        def holds() -> bool:
            self.flow.draw()
            return condition()

        self.qtbot.waitUntil(holds)

    def stage(self) -> Stage | None:
        job = self.flow.downloads.get(KEY)
        return job.stage if job is not None else None

    def condition(self) -> Condition | None:
        file = self.flow.library.file(KEY)
        return file.condition if file is not None else None

    def seal_in_the_middle(self) -> None:
        """Download until no more comes, then seal, and wait until the download is paused."""
        self.hub.bodies.append(Answer(stall_after=2_000_000))
        self.press("download")
        self.until(lambda: self.hub.stalled.is_set() and self.stage() is Stage.STALLED)
        self.settings.set(declared.SEALED, ON)
        self.flow.seal_changed(True)
        self.until(lambda: self.stage() is Stage.PAUSED)

    def row(self, key: str = KEY) -> str:
        row = self.page.list.row(key)
        assert row is not None
        return row.shown.words


def tiny_entry(source: Bytes, **changes: object) -> CatalogueEntry:
    """Return an entry whose file is what the hub has, shaped like the guide would be."""
    file = CatalogueFile(REPOSITORY, COMMIT, FILE, source.size, source.sha256, False)
    file = replace(file, **changes)  # type: ignore[arg-type] # fields by name
    return replace(catalogue()[0], name="tiny", title="tiny", files=(file,))


@contextmanager
def open_desk(
    qtbot: QtBot, theme: Theme, profile: Path, hub: Hub, shared: Path | None = None
) -> Iterator[Desk]:
    """Open the library on an empty profile; ``shared`` is where files of all users lie."""
    wired = Wired(theme)
    window, session, vault, settings = wired.window, wired.session, wired.vault, wired.settings
    qtbot.addWidget(window)
    guide = ModelChoice(guide_model_path(), "Built-in guide", "")
    chooser = ModelChooser(window, guide, settings, parent=session)
    chooser.chosen.connect(session.use)
    store = InMemory()
    source = Source(hub.endpoint, reserve=0, patience=QUICK)
    around = Surroundings(
        profile=profile,
        known=lambda: KnownModels((tiny_entry(hub.source),)),  # type: ignore[arg-type] # Bytes here
        shared=lambda: (shared,) if shared else (),
        source=lambda _known, _settings: source,
        home=profile / "home",
        keystore=Keystore(lambda: store),
    )
    flow = LibraryFlow(window, chooser, wired.engine, vault, wired.lane, settings, around)
    flow.join(session.chat)
    window.show()
    qtbot.waitUntil(lambda: flow.library.entries != ())
    flow.open(KEY)
    made = Desk(window, flow, hub, profile, settings, vault, store, qtbot)
    try:
        yield made
    finally:
        flow.close()
        session.close()
