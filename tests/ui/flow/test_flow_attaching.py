"""Attachments and waiting messages between window, vault and engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.core.conversation.draft import Draft
from app.core.conversation.message import Part, PartKind, Role, Stop
from app.core.errors import UserError
from app.engine.protocol.events import TurnDone
from app.ui.theme import Theme
from tests.support.windows.stage import Stage

MOVED = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
"""What a file manager offers that would rather move."""
BOTH = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


@pytest.fixture
def stage(qtbot: QtBot, theme: Theme) -> Iterator[Stage]:  # noqa: ARG001 - the application must be there
    with Stage(theme) as made:
        made.say()
        made.open()
        yield made


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def drop(target: QWidget, *files: Path) -> bool:
    """Let files go over a widget, as the system does; says whether they were accepted.

    What is not taken as a copy, whoever offers it may delete.
    """
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    action = MOVED
    modifiers, button = BOTH
    enter = QDragEnterEvent(target.rect().center(), action, mime, button, modifiers)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(target.rect().center()), action, mime, button, modifiers)
    QApplication.sendEvent(target, event)
    if event.isAccepted():
        assert enter.dropAction() is event.dropAction() is Qt.DropAction.CopyAction
    return event.isAccepted()


def done(stage: Stage, words: str = "Yes.") -> None:
    stage.engine.finished.emit(TurnDone(Stop.RETURN, (Part(PartKind.ANSWER, words),), 9, 0, 3))


def test_dropped_files_are_attached_in_order(stage: Stage, tmp_path: Path) -> None:
    files = written(tmp_path, "a.py", b"print(1)\n"), written(tmp_path, "b.txt", "ä\n".encode("utf-16"))
    assert drop(stage.window, *files)
    composer = stage.window.composer
    stage.until(lambda: len(composer.attached.parts) == 2)
    assert [part.name for part in composer.attached.parts] == ["a.py", "b.txt"]
    assert composer.attached.parts[1].text == "ä\n"
    assert stage.window.notice.sentence == ""


def test_files_let_go_over_the_field_are_attached_too(stage: Stage, tmp_path: Path) -> None:
    assert drop(stage.window.composer.edit.viewport(), written(tmp_path, "a.py", b"print(1)\n"))
    stage.until(lambda: len(stage.window.composer.attached.parts) == 1)
    assert stage.window.composer.text() == ""


def test_what_cannot_be_read_is_said_and_the_rest_is_attached(stage: Stage, tmp_path: Path) -> None:
    files = written(tmp_path, "scan.txt", b"%PDF-1.7 ..."), written(tmp_path, "b.txt", b"words")
    assert drop(stage.window, *files)
    composer = stage.window.composer
    stage.until(lambda: len(composer.attached.parts) == 1 and bool(stage.window.notice.sentence))
    assert "scan.txt was not attached: it is a PDF" in stage.window.notice.sentence
    stage.session.chat.new_conversation()
    assert stage.window.notice.sentence == "", "it is said of the other conversation's message"


def test_a_file_that_is_there_is_not_attached_twice(stage: Stage, tmp_path: Path) -> None:
    path, notice = written(tmp_path, "a.py", b"print(1)\n"), stage.window.notice
    composer = stage.window.composer
    assert drop(stage.window, path, path)  # the second while the first is read
    stage.until(lambda: len(composer.attached.parts) == 1)
    assert notice.sentence == "a.py is attached already."
    notice.clear()
    assert drop(stage.window, path)
    stage.until(lambda: notice.sentence == "a.py is attached already.")
    assert len(composer.attached.parts) == 1
    # Another file of that name is another file, and so is the same one once it was changed.
    path.write_bytes(b"print(2)\n")
    assert drop(stage.window, path)
    stage.until(lambda: len(composer.attached.parts) == 2)
    assert notice.sentence == ""


def test_what_is_safe_is_said_once_and_all_of_it_goes_with_the_next_file(
    stage: Stage, tmp_path: Path
) -> None:
    files = written(tmp_path, "scan.txt", b"%PDF-1.7 ..."), written(tmp_path, "empty.txt", b"")
    assert drop(stage.window, *files)
    notice = stage.window.notice
    stage.until(lambda: "empty.txt" in notice.sentence)
    assert notice.sentence.count("Your message is kept.") == 1
    assert notice.sentence.startswith("Your message is kept. scan.txt was not attached")
    assert drop(stage.window, written(tmp_path, "b.txt", b"words"))
    assert notice.sentence == ""


def test_words_from_another_program_stay_there(stage: Stage) -> None:
    edit = stage.window.composer.edit
    mime = QMimeData()
    mime.setText("words of a letter")
    modifiers, button = BOTH
    enter = QDragEnterEvent(QPoint(9, 9), MOVED, mime, button, modifiers)
    QApplication.sendEvent(edit.viewport(), enter)
    event = QDropEvent(QPointF(9, 9), MOVED, mime, button, modifiers)
    QApplication.sendEvent(edit.viewport(), event)
    assert edit.text() == "words of a letter"
    assert event.dropAction() is Qt.DropAction.CopyAction


def test_the_border_says_where_dragged_files_would_go(stage: Stage, tmp_path: Path) -> None:
    composer, modifiers = stage.window.composer, BOTH[0]
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(written(tmp_path, "a.txt", b"words")))])
    accent = stage.theme.accent
    composer.light_up(False)
    at_rest = composer.grab().toImage().pixelColor(300, 0)
    action, button = Qt.DropAction.CopyAction, BOTH[1]
    enter = QDragEnterEvent(stage.window.rect().center(), action, mime, button, modifiers)
    QApplication.sendEvent(stage.window, enter)
    assert composer.grab().toImage().pixelColor(300, 0) == accent != at_rest
    composer.edit.clearFocus()
    QApplication.sendEvent(stage.window, QDragLeaveEvent())
    assert composer.grab().toImage().pixelColor(300, 0) == at_rest


def test_a_model_file_is_not_taken_for_an_attachment(stage: Stage, tmp_path: Path) -> None:
    assert not drop(stage.window, written(tmp_path, "model.gguf", b"GGUF"))


def test_the_paperclip_asks_which_files(stage: Stage, tmp_path: Path) -> None:
    stage.window.composer.attach.click()
    dialog = stage.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.filesSelected.emit([str(written(tmp_path, "a.txt", b"words"))])
    dialog.reject()
    stage.until(lambda: len(stage.window.composer.attached.parts) == 1)


def test_a_file_larger_than_the_context_is_refused(stage: Stage, tmp_path: Path) -> None:
    stage.session.attaching.take([written(tmp_path, "long.txt", b"x" * 200_000)])
    stage.until(lambda: bool(stage.window.notice.sentence))
    assert "16,384 tokens at a time" in stage.window.notice.sentence
    assert stage.window.composer.attached.parts == ()


def test_attachments_travel_with_the_message_and_are_edited_with_it(stage: Stage) -> None:
    asked = stage.engine.asked
    composer, part = stage.window.composer, Part(PartKind.ATTACHMENT, "print(1)", name="a.py")
    composer.edit.setPlainText("What does it do?")
    composer.add_attachment(part)
    composer.send.click()
    stage.until(lambda: bool(asked))
    assert asked[0].messages[-1].parts == (part, Part(PartKind.TEXT, "What does it do?"))
    assert composer.message() == Draft()
    question = stage.vault.path(stage.conversation)[-2]
    assert question.message.role is Role.USER
    assert question.message.parts[0] == part
    done(stage)
    stage.session.editing.begin(question.id)
    assert composer.message() == Draft("What does it do?", (part,))
    controls = stage.transcript.realiser.layout(2).controls()
    assert "Show: a.py, 8 characters, attached" in [control.name for control in controls]


def test_a_draft_comes_back_with_all_that_belongs_to_it(stage: Stage) -> None:
    composer, part = stage.window.composer, Part(PartKind.ATTACHMENT, "print(1)", name="a.py")
    composer.set_busy(True)
    composer.edit.setPlainText("it waits")
    composer.edit.returned.emit()
    composer.edit.setPlainText("half a")
    composer.add_attachment(part)
    composer.set_busy(False)
    composer.hold_waiting()
    composer.flush_draft()
    stage.session.chat.new_conversation()
    assert composer.draft() == Draft()
    kept = Draft("half a", (part,), (Draft("it waits"),))
    stage.until(lambda: stage.vault.draft(stage.conversation) == kept)
    stage.session.chat.open_conversation(stage.conversation)
    stage.until(lambda: composer.draft() == kept)


def test_what_waits_is_asked_when_the_answer_is_done_and_kept_until_then(stage: Stage) -> None:
    composer = stage.window.composer
    composer.edit.setPlainText("first")
    composer.send.click()
    stage.until(lambda: stage.transcript.streaming)
    for words in ("second", "third"):
        composer.edit.setPlainText(words)
        composer.edit.returned.emit()
    stage.session.drafts.save()
    kept = (Draft("second"), Draft("third"))
    stage.until(lambda: stage.vault.draft(stage.conversation).waiting == kept)
    done(stage)
    stage.until(lambda: stage.transcript.streaming and len(stage.model.items) == 6)
    done(stage)
    stage.until(lambda: stage.transcript.streaming and len(stage.model.items) == 8)
    said = [one.message.question for one in stage.vault.path(stage.conversation)]
    assert [words for words in said if words][-3:] == ["first", "second", "third"]
    stage.until(lambda: stage.vault.draft(stage.conversation) == Draft())


def test_trouble_keeps_what_waits(stage: Stage) -> None:
    stage.think()
    composer = stage.window.composer
    composer.edit.setPlainText("next")
    composer.edit.returned.emit()
    stage.engine.failed.emit(UserError("engine.stopped"))
    stage.until(lambda: not composer.busy)
    assert composer.draft().waiting == (Draft("next"),)
    assert composer.waiting_card.rows[0].accessibleName() == "Not sent: next"


def test_what_was_begun_without_a_conversation_is_there_at_the_next_start(
    qtbot: QtBot,  # noqa: ARG001 - the application must be there
    theme: Theme,
) -> None:
    with Stage(theme) as stage:
        stage.vault.save_draft(None, Draft("half a question"))
        stage.session.begin()
        stage.until(lambda: stage.window.composer.text() == "half a question")


def test_what_is_typed_while_the_vault_is_asked_stays(stage: Stage) -> None:
    stage.session.chat.new_conversation()
    stage.vault.save_draft(stage.conversation, Draft("kept before"))
    stage.session.chat.open_conversation(stage.conversation)
    stage.session.drafts.turn_to(stage.conversation)
    stage.window.composer.edit.setPlainText("typed at once")
    stage.until(lambda: stage.window.composer.text() == "kept before\n\ntyped at once")


def test_the_name_of_a_file_does_not_turn_the_sentence_around_it(stage: Stage, tmp_path: Path) -> None:
    named = written(tmp_path, "a\u202etxt.exe", b"words")
    composer = stage.window.composer
    while not composer.attached.is_full:
        composer.add_attachment(Part(PartKind.ATTACHMENT, "x", name="x.txt"))
    assert drop(stage.window, named)
    stage.until(lambda: bool(stage.window.notice.sentence))
    assert "\u202e" not in stage.window.notice.sentence
    assert "\ufffdtxt.exe" in stage.window.notice.sentence
