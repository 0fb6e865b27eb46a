"""The network page and the strip say the truth about connections, and the seal holds."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.connections import DOWNLOAD, Connection
from app.core.errors import UserError
from app.core.rules import settings as declared
from app.core.rules.policy import Policy
from app.core.rules.seal import Seal, SealedBy, seal_of
from app.core.rules.settings import ON, Settings
from app.storage.network.pending import PendingConnections
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.flow.window.network import NetworkFlow
from app.ui.theme.appearance import Appearance
from app.ui.theme.theme import Theme
from app.ui.transcript.model import TranscriptModel
from app.ui.transcript.view import TranscriptView
from app.ui.views.beside.network_page import MOST_ROWS, NetworkPage, NetworkState
from app.ui.views.window.main_window import MainWindow
from tests.support.pseudo import mirrored_language
from tests.support.windows.layouts import lay_out

BEGAN = datetime(2025, 11, 12, 14, 3, tzinfo=UTC)


def connection(identity: str = "a", **values: object) -> Connection:
    first = Connection(
        identity, BEGAN, "huggingface.co", DOWNLOAD, "gpt-oss-20b-MXFP4.gguf", approved_by="person"
    )
    return replace(first, **values)  # type: ignore[arg-type]  # the caller names fields of the value


def done(identity: str = "a", **values: object) -> Connection:
    ended = BEGAN + timedelta(minutes=17)
    return connection(
        identity, **{"ended": ended, "outcome": "done", "received": 12_109_566_624, **values}
    )


class Rig:
    """A vault, a window and the flow between them."""

    def __init__(self, qtbot: QtBot, appearance: Appearance, folder: Path) -> None:
        self.settings = Settings(folder / "settings.json")
        self.policy = Policy()
        self.vault = Vault.in_memory()
        self.vault.keeps = True
        self.lane = Lane("test-storage")
        self.pending = PendingConnections(folder)
        model = TranscriptModel()
        self.window = MainWindow(appearance.theme, TranscriptView(appearance.theme, model))
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        self.troubles: list[UserError] = []
        self.flow = NetworkFlow(
            self.window,
            appearance,
            self.vault,
            self.lane,
            self.settings,
            self.pending,
            look=lambda settings: seal_of(settings, self.policy),
        )
        self.flow.trouble.connect(self.troubles.append)
        self.model = model

    @property
    def strip(self) -> str:
        return self.window.status_strip.summary()

    def open(self, qtbot: QtBot) -> NetworkPage:
        QTest.mouseClick(self.window.status_strip.seal_group, Qt.MouseButton.LeftButton)
        page = self.flow.page
        assert page is not None
        qtbot.waitUntil(page.isVisible)
        return page


@pytest.fixture
def rig(qtbot: QtBot, appearance: Appearance, tmp_path: Path) -> Iterator[Rig]:
    made = Rig(qtbot, appearance, tmp_path)
    yield made
    assert made.lane.close()
    made.vault.close()
    if made.flow.page is not None:
        made.flow.page.close()


def test_the_strip_tells_never_now_and_since_when(qtbot: QtBot, rig: Rig) -> None:
    rig.flow.begin()
    qtbot.waitUntil(lambda: rig.strip.endswith("Offline: never connected"))
    rig.flow.note(connection())
    qtbot.waitUntil(lambda: rig.strip.endswith("Connected: only for this download"))
    rig.flow.note(done())
    qtbot.waitUntil(lambda: rig.strip.endswith("Offline: no connection since 12 Nov 2025"))
    said = rig.window.status_strip.seal_group.accessibleName()
    assert said == "Network: Offline: no connection since 12 Nov 2025"


def test_a_connection_is_noted_from_another_thread(qtbot: QtBot, rig: Rig) -> None:
    thread = threading.Thread(target=rig.flow.note, args=(connection(),))
    thread.start()
    thread.join(10)
    assert rig.vault.network_log.all() == (connection(),), "on return it is kept"
    qtbot.waitUntil(lambda: "Connected" in rig.strip)


def test_what_the_command_line_noted_is_taken_in(qtbot: QtBot, rig: Rig) -> None:
    rig.pending.note(done())
    rig.flow.begin()
    qtbot.waitUntil(lambda: "no connection since" in rig.strip)
    assert rig.vault.network_log.all() == (done(),)
    assert rig.pending.all() == ()


def test_a_vault_that_keeps_nothing_leaves_them_for_one_that_does(qtbot: QtBot, rig: Rig) -> None:
    rig.vault.keeps = False
    rig.pending.note(done())
    rig.flow.begin()
    qtbot.waitUntil(lambda: "no connection since" in rig.strip)
    assert rig.pending.all() == (done(),)


def test_the_page_lists_what_happened_and_how_it_ended(qtbot: QtBot, rig: Rig) -> None:
    log = rig.vault.network_log
    log.take_in(connection("lost", host="hub.example:8443", approved_by="policy"))
    log.take_in(done("good", sent=2048))
    log.take_in(done("failed", outcome="library.fetch_stalled", received=999))
    rig.flow.begin()
    page = rig.open(qtbot)
    qtbot.waitUntil(lambda: len(page.rows) == 3)
    failed, good, lost = (row.words for row in page.rows)
    assert good[:2] == ("huggingface.co", "12.1 GB in, 2 kB out")
    assert "Download of gpt-oss-20b-MXFP4.gguf. You agreed. Finished." in good[2]
    assert failed[2].endswith("It did not finish.")
    assert failed[1] == "999 bytes in"
    assert lost[0] == "hub.example:8443"
    assert "Your organisation's policy agreed. How it ended is not known" in lost[2]
    assert page.rows[1].accessibleName() == " ".join(good)


def test_the_switch_seals_at_once_and_is_kept(qtbot: QtBot, rig: Rig, tmp_path: Path) -> None:
    page = rig.open(qtbot)
    page.toggle.setFocus()
    with qtbot.waitSignal(rig.flow.sealed) as sealed:
        QTest.keyClick(page.toggle, Qt.Key.Key_Space)
    assert sealed.args == [True]
    assert rig.strip.endswith("Sealed")
    assert Settings(tmp_path / "settings.json").is_on(declared.SEALED)
    with pytest.raises(UserError, match="sealed_by_you"):
        rig.flow.permit()
    with pytest.raises(UserError, match="sealed_by_you"):
        rig.flow.note(connection())
    assert rig.vault.network_log.all() == ()
    assert "starts next" in " ".join(page.sentences)
    with qtbot.waitSignal(rig.flow.sealed) as sealed:
        QTest.keyClick(page.toggle, Qt.Key.Key_Space)
    assert sealed.args == [False]
    rig.flow.permit()


def test_the_end_of_a_connection_is_noted_also_when_sealed_meanwhile(qtbot: QtBot, rig: Rig) -> None:
    rig.flow.note(connection())
    rig.settings.set(declared.SEALED, ON)
    rig.flow.note(done())
    assert rig.vault.network_log.all() == (done(),)
    rig.flow.refresh()
    qtbot.waitUntil(lambda: rig.strip.endswith("Sealed: no connection since 12 Nov 2025"))


def test_a_policy_that_appears_is_told_as_soon_as_it_refuses_something(qtbot: QtBot, rig: Rig) -> None:
    rig.flow.begin()
    page = rig.open(qtbot)
    qtbot.waitUntil(lambda: rig.strip.endswith("Offline: never connected"))
    rig.policy = Policy((Path("policy.toml"),), sealed=True)
    refused: list[UserError] = []

    def want() -> None:
        try:
            rig.flow.permit()
        except UserError as error:
            refused.append(error)

    thread = threading.Thread(target=want)
    thread.start()
    thread.join(10)
    assert [error.code for error in refused] == ["seal.sealed_by_organisation"]
    qtbot.waitUntil(lambda: rig.strip.endswith("Sealed"))
    assert page.is_locked


def test_what_the_organisation_set_shows_a_lock(qtbot: QtBot, rig: Rig) -> None:
    rig.policy = Policy((Path("policy.toml"),), sealed=True)
    page = rig.open(qtbot)
    assert page.is_locked
    assert not page.toggle.isVisible()
    page.seal_switched.emit(False)
    assert rig.flow.seal.by is SealedBy.ORGANISATION
    assert not rig.settings.is_on(declared.SEALED)


def test_a_setting_that_cannot_be_written_is_said(qtbot: QtBot, rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "settings.json.part").mkdir()
    page = rig.open(qtbot)
    QTest.mouseClick(page.toggle, Qt.MouseButton.LeftButton)
    assert [error.code for error in rig.troubles] == ["seal.setting_not_saved"]
    assert rig.flow.seal.by is SealedBy.YOU, "it holds for this run"


def test_the_export_holds_everything(qtbot: QtBot, rig: Rig, tmp_path: Path) -> None:
    for number in range(MOST_ROWS + 12):
        rig.vault.network_log.take_in(done(str(number)))
    rig.flow.begin()
    page = rig.open(qtbot)
    qtbot.waitUntil(lambda: len(page.rows) == MOST_ROWS)
    assert page.sentences[-1].startswith("12 older connections")
    target = tmp_path / "list.json"
    rig.flow.export(target)
    qtbot.waitUntil(target.exists)
    assert len(json.loads(target.read_text("utf-8"))) == MOST_ROWS + 12
    rig.flow.export(tmp_path / "missing" / "list.csv")
    qtbot.waitUntil(lambda: [error.code for error in rig.troubles] == ["seal.export_failed"])


def test_names_from_outside_are_plain_text(qtbot: QtBot, theme: Theme) -> None:
    page = NetworkPage(theme)
    qtbot.addWidget(page)
    hostile = '<img src="file:///etc/passwd"><b>host</b>'
    page.show_state(NetworkState("words", connections=(connection(host=hostile, what=hostile),)))
    assert page.rows[0].words[0] == hostile
    assert "<img" in page.rows[0].words[2]


@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
def test_nothing_is_cut_and_keys_reach_all(qtbot: QtBot, scale: float) -> None:
    page = NetworkPage(Theme(scale=scale))
    qtbot.addWidget(page)
    long = done(host="a-very-long-name-of-a-mirror." * 3 + "example:8443")
    shown = tuple(replace(long, identity=str(number)) for number in range(30))
    page.show_state(NetworkState("Offline: no connection since 12 Nov", connections=shown))
    page.resize(480, 420)
    with qtbot.waitExposed(page):
        page.show()
    lay_out(page)  # rows that turned at their first width are laid out again
    for row in page.rows:
        assert row.width() <= 480
        assert row.height() >= row.heightForWidth(row.width()) > 0
    bar = page._scroll.verticalScrollBar()
    QTest.keyClick(page, Qt.Key.Key_End)
    assert bar.value() == bar.maximum() > 0
    QTest.keyClick(page, Qt.Key.Key_Home)
    assert bar.value() == 0
    assert page.toggle.accessibleName() == "Sealed"
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_translated_row_finds_its_room(qtbot: QtBot, qapp: QApplication, scale: float) -> None:
    """In one line the bytes were wider than the column, whose width then grew without end."""
    spoken = mirrored_language()
    spoken.install(qapp)
    try:
        page = NetworkPage(Theme(scale=scale))
        qtbot.addWidget(page)
        page.show_state(NetworkState("Offline", connections=(done(received=4_400_000, sent=211),)))
        with qtbot.waitExposed(page):
            page.show()
        for wide in (760, 560, 1100, 760):
            page.resize(wide, 800)
            lay_out(page)
            content = page._scroll.content
            assert content.width() == page.width() == wide
            assert content.column.totalMinimumSize().width() <= wide
    finally:
        spoken.remove(qapp)


def test_a_damaged_policy_is_named(qtbot: QtBot, theme: Theme) -> None:
    page = NetworkPage(theme)
    qtbot.addWidget(page)
    seal = Seal(SealedBy.ORGANISATION, Path("/etc/cloister/policy.toml"))
    page.show_state(NetworkState("Sealed", seal))
    assert page.is_locked
    assert "policy.toml" in page._set_row.findChildren(type(page._state))[1].text()
