"""The settings of downloads: addresses, certificates, and forgetting what signs in."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.library.known.catalogue import catalogue
from app.library.known.known_models import KnownModels
from app.ui.flow.library.known.sources import usual_source
from app.ui.theme import Theme
from app.ui.views.settings.downloads import DownloadSettings, is_address


@pytest.fixture
def settings() -> Settings:
    return Settings(None)


@pytest.fixture
def rows(qtbot: QtBot, theme: Theme, settings: Settings) -> DownloadSettings:
    window = QWidget()
    qtbot.addWidget(window)
    return DownloadSettings(theme, settings, window)


def enter(rows: DownloadSettings, setting: declared.Setting, words: str) -> None:
    rows.buttons[setting].click()
    assert rows.dialog is not None
    (field,) = rows.dialog.fields
    field.clear()
    QTest.keyClicks(field, words)
    QTest.mouseClick(rows.dialog.proceed, Qt.MouseButton.LeftButton)


def test_an_address_is_kept_shown_and_used(rows: DownloadSettings, settings: Settings) -> None:
    enter(rows, declared.ENDPOINT, "https://models.firm.example/hub ")
    enter(rows, declared.PROXY, "http://proxy.firm.example:8080")
    source = usual_source(KnownModels((), ("https://mirror.example",)), settings)
    assert source.places == ("https://models.firm.example/hub",)
    assert source.proxy == "http://proxy.firm.example:8080"
    assert "Now: https://models.firm.example/hub." in rows.rows[0].words
    enter(rows, declared.ENDPOINT, "")
    source = usual_source(KnownModels((), ("https://one.example", "https://two.example")), settings)
    assert source.places == ("https://one.example", "https://two.example")
    assert "Now:" not in rows.rows[0].words


@pytest.mark.parametrize(
    ("words", "sound"),
    [
        ("", True),
        ("https://a.example", True),
        (" http://127.0.0.1:8080/x ", True),
        ("a.example", False),
        ("file:///etc/passwd", False),
        ("https://user:word@a.example", False),
        ("https://a.example/?q=1", False),
        ("https://", False),
        ("https://hugg\u0456ngface.co", False),
    ],
)
def test_what_is_no_address_cannot_be_kept(words: str, sound: bool) -> None:
    assert is_address([words]) is sound


def test_certificates_are_chosen_and_removed(
    rows: DownloadSettings, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    button = rows.buttons[declared.CA_FILE]
    for answer, kept in (("", ""), (str(tmp_path / "firm.pem"), str(tmp_path / "firm.pem"))):
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, answer=answer: (answer, ""))
        button.click()
        assert settings.word(declared.CA_FILE) == kept
    button.click()
    assert settings.word(declared.CA_FILE) == ""


def test_forgetting_is_asked_of_who_owns_the_key_store(qtbot: QtBot, rows: DownloadSettings) -> None:
    with qtbot.waitSignal(rows.forget_requested):
        rows.forget.click()


def test_a_download_leaves_the_disk_what_an_import_leaves_it(settings: Settings, tmp_path: Path) -> None:
    (wish,) = usual_source(KnownModels(()), settings).requests(catalogue()[0].files[0], tmp_path)
    assert wish.reserve == -1, "as much as free_space says"
