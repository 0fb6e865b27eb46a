"""The wiring of an open vault: one wish, one effect."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.core.conversation import user_message
from app.core.settings import Settings
from app.engine.client import EngineClient
from app.storage.vault import Vault
from app.ui.flow.engine_worker import EngineWorker
from app.ui.flow.session import Session
from app.ui.flow.tasks import Lane
from app.ui.theme import Theme
from app.ui.transcript.model import TranscriptModel
from app.ui.transcript.view import TranscriptView
from app.ui.views.main_window import MainWindow


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> Iterator[MainWindow]:
    """Return a window joined to a vault with one conversation, which is open; no engine is started."""
    model = TranscriptModel()
    transcript = TranscriptView(theme, model)
    window = MainWindow(theme, transcript)
    qtbot.addWidget(window)
    vault, lane = Vault.in_memory(), Lane("storage")
    kept = vault.create_conversation("Liens")
    vault.add_user_message(kept.id, None, user_message("What is a lien?"))
    session = Session(
        window, model, transcript, vault, lane, EngineWorker(EngineClient()), Settings(None)
    )
    session.begin()
    session.chat.open_conversation(kept.id)
    qtbot.waitUntil(lambda: window.header.title.text() == "Liens")
    yield window
    session.close()


def test_deleting_from_the_header_asks_once(window: MainWindow) -> None:
    _, delete = window.header.menu.actions()
    delete.trigger()
    assert len(window.sidebar.findChildren(QMessageBox)) == 1
