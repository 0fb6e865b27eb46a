"""What is said of where a model file comes from and of the seal, in the same words everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.cli.shelf.here import condition_words
from app.core.paths import guide_model_path
from app.core.rules import settings as declared
from app.core.rules.settings import OFF, ON
from app.library.known.known_models import KnownModels
from app.library.shelf.model_file import Condition, Origin
from app.ui.flow.library.arriving.jobs import Stage, Trial
from app.ui.theme import Theme
from app.ui.theme.style_sheet import Kind
from tests.support.network.hub import Bytes, Hub
from tests.support.windows.library_desk import KEY, Desk, open_desk, tiny_entry

WHAT = "Nothing can be downloaded while Cloister is sealed."
GIVEN_UP = f"{WHAT[:-1]}, nor after that until it was started again."
WAYS = (
    "A model file can be imported all the same, from a stick for example; "
    "a kit is installed in the terminal, by cloister kit install."
)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(Bytes(guide_model_path().read_bytes())) as made:
        yield made


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tmp_path: Path, hub: Hub) -> Iterator[Desk]:
    with open_desk(qtbot, theme, tmp_path, hub) as made:
        yield made


def bring_in(desk: Desk, folder: Path) -> str:
    """Copy a file in by hand, and agree to it where it is unknown; returns its key."""
    source = folder / "mine.gguf"
    source.write_bytes(guide_model_path().read_bytes())
    desk.flow.wishes.bring_in([source])
    key = f"import:{source}"
    imports = desk.flow.imports
    desk.until(lambda: (job := imports.get(key)) is not None and job.stage is Stage.OFFERED)
    desk.press("copy")
    desk.until(lambda: (job := imports.get(key)) is None or job.stage is Stage.UNKNOWN)
    if imports.get(key) is not None:
        desk.press("use_file")
        desk.until(lambda: imports.get(key) is None)
    desk.until(lambda: bool(desk.flow.library.files))
    return desk.flow.current


def know(desk: Desk, *, confirmed: bool | None) -> None:
    """Let a catalogue know the file, ``confirmed`` or not, or (None) no catalogue."""
    entry = tiny_entry(desk.hub.source, confirmed=bool(confirmed))  # type: ignore[arg-type] # Bytes here
    desk.flow.collection.catalogue = KnownModels(() if confirmed is None else (entry,))
    desk.flow.collection._make_shelf()


def said(desk: Desk) -> tuple[str, str, str]:
    """Return what row, page and terminal say of the only file."""
    (file,) = desk.flow.library.files
    terminal = condition_words(file.condition, confirmed=file.confirmed)
    return desk.row(desk.flow.current), desk.page.model.origin.sentence, terminal


def test_a_file_of_no_catalogue_says_that_nobody_confirmed_it(desk: Desk, tmp_path: Path) -> None:
    know(desk, confirmed=None)
    bring_in(desk, tmp_path)
    row, page, terminal = said(desk)
    words = "rigin not confirmed by any catalogue"
    assert row == f"Ready. Checked today. O{words}."
    assert page.startswith(f"O{words}. Cloister knows the fingerprint of this file")
    assert "ask your IT department to add it to a catalogue file" in page
    assert f"o{words}" in terminal
    assert desk.page.model.origin.isVisible()
    assert desk.fact("Origin") == "Not confirmed by any catalogue"
    shown = desk.page.list.row(desk.flow.current)
    assert shown is not None
    assert shown.shown.colour == "warn"
    know(desk, confirmed=True)  # the catalogue that IT puts there
    desk.flow.shelf.verify(desk.flow.library.files[0].path)
    desk.flow.refresh()
    desk.until(lambda: desk.flow.library.files[0].origin is Origin.CONFIRMED)
    assert not desk.page.model.origin.isVisible()


def test_a_catalogue_that_was_not_compared_with_the_hub_says_so(desk: Desk, tmp_path: Path) -> None:
    know(desk, confirmed=False)
    bring_in(desk, tmp_path)
    row, page, terminal = said(desk)
    assert row == "Ready. Checked today. Not yet confirmed by the hub."
    assert page.startswith("Not yet confirmed by the hub. It is the file of the catalogue")
    assert terminal == "checked: the file of the catalogue; not yet confirmed by the hub"
    assert desk.fact("Origin") == "In the catalogue, not yet confirmed by the hub"


def test_a_catalogue_that_was_says_nothing_more(desk: Desk, tmp_path: Path) -> None:
    know(desk, confirmed=True)
    bring_in(desk, tmp_path)
    assert said(desk) == ("Ready. Checked today.", "", "checked: exactly what its publisher made")
    assert not desk.page.model.origin.isVisible()


def test_the_first_download_confirms_what_the_catalogue_says(desk: Desk) -> None:
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)
    assert "It is the published file: the fingerprints are the same." in desk.words
    job = desk.flow.downloads.get(KEY)
    assert job is not None
    desk.until(lambda: job.trial.stage is Trial.DONE and desk.flow.library.file(KEY) is not None)
    file = desk.flow.library.file(KEY)
    assert file is not None
    assert (file.condition, file.origin) == (Condition.KNOWN, Origin.CONFIRMED)


def first_page(desk: Desk) -> tuple[list[str], str]:
    """Return the buttons of the offer on the first page, and the note below them."""
    shown = desk.window.empty_state.offer.shown
    assert shown is not None
    return [action.words for action in shown.actions], shown.note


@pytest.mark.parametrize("given_up", [False, True])
def test_sealed_the_first_page_says_what_the_window_says(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, given_up: bool
) -> None:
    desk.until(lambda: desk.window.empty_state.offer.shown is not None)
    assert first_page(desk)[0] == ["Download 4 MB", "Import a file…", "Open the guide"]
    if given_up:  # unsealed, and not started again
        monkeypatch.setattr("app.children.confine.sealing.has_given_up", lambda: True)
    else:
        desk.settings.set(declared.SEALED, ON)
    desk.flow.seal_changed(not given_up)
    what = GIVEN_UP if given_up else WHAT
    assert first_page(desk) == (["Import a file…", "Open the guide"], f"{what} {WAYS}")
    shown = desk.window.empty_state.offer.shown
    assert shown is not None
    assert shown.actions[0].kind is Kind.PRIMARY
    page = desk.page.model.shown
    assert page is not None
    assert (page.steps[0].words, page.hint) == (what, WAYS)


def test_sealed_a_download_half_way_offers_nothing_that_connects(desk: Desk) -> None:
    desk.seal_in_the_middle()
    page, row = desk.page.model.shown, desk.page.list.row(KEY)
    assert page is not None
    assert row is not None
    assert [action.code for step in page.steps for action in step.actions] == ["cancel"]
    assert row.shown.action is None
    assert page.hint == f"{WHAT} {WAYS}"
    desk.settings.set(declared.SEALED, OFF)
    desk.flow.seal_changed(False)
    assert row.shown.action is not None
