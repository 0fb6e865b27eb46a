"""What is offered when the engine stops, and what a report says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Effort
from app.core.errors import UserError
from app.ui.flow.care.engine_trouble import GIVEN_UP
from app.ui.flow.choice.model import ModelChoice
from app.ui.theme import Theme
from app.ui.views.window.notice_card import NoticeKind
from tests.support.windows.stage import QUESTION, Stage
from tests.support.windows.states import STATES


@pytest.fixture
def stage(qtbot: QtBot, theme: Theme) -> Iterator[Stage]:  # noqa: ARG001 - the application must be there
    with Stage(theme) as made:
        yield made


def press(stage: Stage, words: str) -> None:
    next(button for button in stage.window.notice.buttons if button.text() == words).click()


def test_details_show_the_code_and_leave_the_notice(stage: Stage) -> None:
    STATES[20].show(stage)
    press(stage, "Details")
    (box,) = stage.window.findChildren(QMessageBox)
    assert "Code: engine.stopped" in box.informativeText()
    assert "engine.stopped" not in stage.window.notice.sentence
    box.reject()
    assert stage.window.notice.isVisible()


def test_low_effort_is_chosen_and_the_question_asked_again(stage: Stage) -> None:
    STATES[21].show(stage)
    press(stage, "Use Low effort")
    assert stage.session.chat.settings.effort is Effort.LOW
    stage.until(lambda: stage.transcript.streaming)
    stage.engine.failed.emit(UserError("engine.stopped_again"))
    assert [button.text() for button in stage.window.notice.buttons] == [
        "Restart engine",
        "Save a report…",
    ]


@pytest.mark.parametrize("code", sorted(GIVEN_UP))
def test_an_engine_that_no_question_starts_is_loaded_by_the_button(code: str, stage: Stage) -> None:
    STATES[21].show(stage)
    stage.engine.failed.emit(UserError(code))
    assert [button.text() for button in stage.window.notice.buttons] == [
        "Load it again",
        "Save a report…",
    ]
    wanted = list[bool]()
    stage.session.notices.load_wanted.connect(lambda: wanted.append(True))
    press(stage, "Load it again")
    assert wanted == [True]


def test_a_report_holds_no_word_of_the_conversation(stage: Stage, tmp_path: Path) -> None:
    STATES[21].show(stage)
    stage.session.engine_trouble.save(tmp_path / "report.txt")
    stage.until((tmp_path / "report.txt").exists)
    report = (tmp_path / "report.txt").read_text("utf-8")
    assert "Code: engine.stopped_again" in report
    assert not set(QUESTION.split()) & set(report.split()) - {"of", "the"}


def test_a_report_that_cannot_be_written_is_said(stage: Stage, tmp_path: Path) -> None:
    STATES[21].show(stage)
    stage.session.engine_trouble.save(tmp_path / "no folder" / "report.txt")
    stage.until(lambda: "The report could not be written." in stage.window.notice.sentence)


def test_what_is_said_of_an_engine_goes_when_another_model_is_chosen(stage: Stage) -> None:
    STATES[20].show(stage)
    assert stage.window.notice.sentence
    stage.session.use(ModelChoice(Path("other.gguf"), "other", ""))
    assert stage.window.notice.sentence == ""
    stage.window.notice.show_notice(NoticeKind.INFO, "The conversation is exported.", [])
    stage.session.use(ModelChoice(Path("third.gguf"), "third", ""))
    assert stage.window.notice.sentence == "The conversation is exported."
