"""Whose draft is whose, when the person goes from one conversation to another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.core.conversation.draft import Draft
from app.ui.theme import Theme
from tests.support.windows.stage import Stage


@pytest.fixture
def stage(qtbot: QtBot, theme: Theme) -> Iterator[Stage]:  # noqa: ARG001 - the application must be there
    with Stage(theme) as made:
        made.say()
        made.open()
        yield made


def test_what_was_begun_for_a_new_conversation_goes_into_no_other(stage: Stage) -> None:
    composer = stage.window.composer
    stage.session.chat.new_conversation()
    composer.edit.setPlainText("for another client")
    stage.open()
    assert composer.text() == ""
    stage.until(lambda: stage.vault.draft(None) == Draft("for another client"))
    assert stage.vault.draft(stage.conversation) == Draft()
    stage.session.chat.new_conversation()
    stage.until(lambda: composer.text() == "for another client")


def test_the_last_letters_before_another_conversation_or_question_are_kept(stage: Stage) -> None:
    composer = stage.window.composer
    composer.edit.setPlainText("pasted, and gone at once")
    stage.session.chat.new_conversation()
    stage.until(lambda: stage.vault.draft(stage.conversation) == Draft("pasted, and gone at once"))
    stage.open()
    stage.until(lambda: bool(composer.text()))
    composer.edit.setPlainText("")
    stage.session.chat.new_conversation()
    stage.until(lambda: stage.vault.draft(stage.conversation) == Draft())
    stage.open()
    composer.edit.setPlainText("typed before an earlier question is edited")
    question = stage.session.chat.conversation.path[0]
    stage.session.editing.begin(question.id)
    stage.session.editing.leave()
    stage.until(lambda: composer.text() == "typed before an earlier question is edited")


def test_what_is_typed_on_while_a_first_question_is_kept_stays_with_it_alone(
    stage: Stage, tmp_path: Path
) -> None:
    composer, chat = stage.window.composer, stage.session.chat
    chat.new_conversation()
    composer.edit.setPlainText("the first question")
    composer.send.click()
    composer.edit.setPlainText("and one thing more")
    file = tmp_path / "a.txt"
    file.write_bytes(b"words")
    stage.session.attaching.take([file])
    stage.until(lambda: chat.conversation_id not in (None, stage.conversation))
    begun = chat.conversation_id
    stage.until(lambda: bool(composer.attached.parts))
    assert composer.text() == "and one thing more"
    stage.session.drafts.save()
    stage.until(lambda: stage.vault.draft(begun).text == "and one thing more")
    stage.until(lambda: stage.vault.draft(None) == Draft())
