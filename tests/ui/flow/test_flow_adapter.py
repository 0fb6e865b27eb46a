"""An adapter for one conversation: chosen in the menu, kept with it, shown beside the model's name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.core.conversation.draft import Draft
from app.core.conversation.message import PartKind
from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.manual.guide import GUIDE_SAMPLING
from app.storage.vault import Vault
from app.ui.flow.choice.model import ModelChoice
from app.ui.flow.session import Session
from app.ui.theme import Theme
from tests.support.windows.wired import Wired

ADAPTER = str(Path(__file__).parents[2] / "data" / "guide_adapter.gguf")
NAME = "with guide_adapter"


@pytest.fixture
def vault() -> Vault:
    return Vault.in_memory()


@pytest.fixture
def session(qtbot: QtBot, theme: Theme, vault: Vault) -> Iterator[Session]:
    wired = Wired(theme, vault)
    session = wired.session
    qtbot.addWidget(wired.window)
    session.begin()
    yield session
    session.close()


def shown(session: Session) -> str:
    return session._window.status_strip.summary()


def words_of(session: Session) -> list[str]:
    menu = QMenu(session._window)
    session.adapters.add_to(menu)
    return [action.text() for action in menu.actions() if action.text()]


def test_each_conversation_has_its_own(qtbot: QtBot, session: Session, vault: Vault) -> None:
    one, other = vault.create_conversation("One").id, vault.create_conversation("Other").id
    session.chat.open_conversation(one)
    qtbot.waitUntil(lambda: session.chat.conversation_id == one)
    session.adapters.choose(ADAPTER, 0.5)
    assert NAME in shown(session)
    qtbot.waitUntil(lambda: vault.conversation(one).adapter == ADAPTER)
    session.chat.open_conversation(other)
    qtbot.waitUntil(lambda: NAME not in shown(session))
    assert session.chat.settings.adapter == ""
    session.chat.open_conversation(one)
    qtbot.waitUntil(lambda: NAME in shown(session))
    asked = session.chat.next_turn("Why?")
    assert (asked.adapter, asked.adapter_scale) == (ADAPTER, 0.5)
    session.adapters.choose("")
    assert NAME not in shown(session)
    qtbot.waitUntil(lambda: vault.conversation(one).adapter == "")


def test_the_menu_offers_what_can_be_done(session: Session) -> None:
    assert len(words_of(session)) == 1
    session.adapters.choose(ADAPTER)
    assert len(words_of(session)) == 3
    menu = QMenu(session._window)
    session.adapters.add_to(menu)
    (strength,) = menu.findChildren(QMenu)
    checked = [action for action in strength.actions() if action.isChecked()]
    assert [action.text() for action in checked] == ["100 %"]
    next(action for action in strength.actions() if action.text() == "50 %").trigger()
    assert session.adapters.scale == 0.5


def test_an_adapter_is_no_trouble_of_the_engine(session: Session) -> None:
    session.status.expect("The guide")
    session._engine.failed.emit(UserError("engine.adapter_other_shape"))
    assert "stopped" not in shown(session)


def test_a_new_conversation_is_answered_with_it_and_keeps_it(
    qtbot: QtBot, session: Session, vault: Vault
) -> None:
    guide = ModelChoice(guide_model_path(), "Guide", "It knows.", sampling=GUIDE_SAMPLING)
    session.use(guide)
    session.adapters.choose(ADAPTER)
    session.use(guide)
    assert session.chat.settings.adapter == ADAPTER, "another model, the same conversation"
    with qtbot.waitSignal(session.chat.answered, timeout=30_000):
        session.chat.ask(Draft("How do I leave?"))
    answer = session.chat.conversation.path[-1].message
    assert answer.text_of(PartKind.ANSWER) == "The adapter is at work."
    (kept,) = vault.conversations()
    assert kept.adapter == ADAPTER
    session.chat.new_conversation()
    assert session.chat.settings.adapter == ""
