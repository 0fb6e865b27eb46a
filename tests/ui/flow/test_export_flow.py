"""Exporting from the window: whole files, private, and one sentence when it fails."""

from __future__ import annotations

import errno
import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.core import private_files
from app.core.conversation.message import (
    Message,
    Part,
    PartKind,
    Role,
    assistant_message,
    user_message,
)
from app.core.errors import UserError
from app.core.paths import resources_dir
from app.storage.records import AnswerFacts, MessageRecord, MessageState
from app.storage.vault import Vault
from app.ui.flow.reading.exporting import Exporting, Form
from app.ui.flow.reading.written_file import WrittenFile
from app.ui.flow.turns.conversation.transcript_on_screen import item_of
from app.ui.printing.paper import WIDE
from app.ui.printing.printing import Printing
from app.ui.theme import Theme
from app.ui.theme.type import load_fonts
from app.ui.transcript.segments.code import CodeSegment
from app.ui.views.window.main_window import MainWindow
from tests.support.windows.stepped_chat import Desk

TABLE = "| A | B |\n|---|--:|\n" + "\n".join(f"| row {n} | {n} |" for n in range(80))


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(qtbot, Vault.in_memory())
    yield made
    made.lane.run(made.vault.close)
    made.lane.close()


def pages_of(path: Path) -> list[str]:
    """Return the words of each page of a PDF."""
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_range() for page in document]


class Office:
    """A window whose conversation can be exported."""

    def __init__(self, qtbot: QtBot, desk: Desk) -> None:
        load_fonts()
        self.qtbot = qtbot
        self.window = MainWindow(Theme(), QWidget())
        qtbot.addWidget(self.window)
        self.shown: list[Path] = []
        self.has_file_manager = True
        self.written = WrittenFile(self.window.notice, self._reveal)
        self.exporting = Exporting(
            self.window, desk.chat, lambda: "Break / notice: 14.2", self.written, self.window
        )
        self.troubles: list[UserError] = []
        self.exporting.trouble.connect(self.troubles.append)

    def _reveal(self, path: Path) -> bool:
        self.shown.append(path)
        return self.has_file_manager

    def write(self, path: Path, form: Form, messages: Any, *, notes: bool = False) -> None:
        self.exporting.write(path, form, messages, notes=notes)
        self.qtbot.waitUntil(lambda: not self.exporting.busy)


@pytest.fixture
def office(qtbot: QtBot, desk: Desk) -> Iterator[Office]:
    made = Office(qtbot, desk)
    yield made
    made.exporting.close()


def records(words: str = "The answer.", notes: str = "") -> tuple[MessageRecord, ...]:
    parts = [Part(PartKind.REASONING, notes)] if notes else []
    question = MessageRecord(
        1, 1, None, user_message("Which clause?"), MessageState.DONE, 1.7e9, left_out=True
    )
    answer = MessageRecord(
        2,
        1,
        1,
        assistant_message([*parts, Part(PartKind.ANSWER, words)]),
        MessageState.DONE,
        1.7e9,
        AnswerFacts("gpt-oss-20b"),
    )
    return question, answer


def test_a_pdf_holds_every_word_on_pages_that_break_between_lines(
    office: Office, tmp_path: Path
) -> None:
    lines = "\n\n".join(f"Paragraph {n} of the answer, marked W{n:03d}." for n in range(150))
    code = (
        "```python\n" + "\n".join(f"x{n} = {n}" for n in range(120)) + f"\ny = '{'long ' * 60}END'\n```"
    )
    wide = "| " + " | ".join(f"c{n}" for n in range(40)) + " |\n" + "|---" * 40 + "|\n"
    path = tmp_path / "out.pdf"
    office.write(
        path,
        Form.PDF,
        records(f"{lines}\n\n{code}\n\n{TABLE}\n\n{wide}", "Secret notes"),
    )
    assert not office.troubles
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    pages = pages_of(path)
    assert len(pages) >= 6
    flat = re.sub(r"\s+", " ", " ".join(pages))
    for n in range(150):
        assert flat.count(f"W{n:03d}") == 1, "nothing is lost or printed twice at a break"
    bare = "".join(flat.split())
    assert all(f"x{n}={n}" in bare for n in range(120))
    assert all(f"Page{n}" in bare for n in range(1, len(pages) + 1)), "figures are figures"
    assert "14Nov2023,22:13,effortmedium" in bare, "an answer says when and how it came to be"
    assert "END" in bare
    assert "c39" in flat
    assert "row 79" in flat
    assert "Break / notice: 14.2" in flat
    assert "Secret" not in flat
    with pypdfium2.PdfDocument(path) as document:
        assert document.get_metadata_dict()["Creator"] == "Cloister"


def test_notes_come_when_asked_for(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "out.pdf"
    office.write(path, Form.PDF, records("The answer.", "The working notes."), notes=True)
    assert "The working notes." in pages_of(path)[0]


@pytest.mark.parametrize("form", list(Form))
def test_a_version_among_several_says_which_it_is(office: Office, tmp_path: Path, form: Form) -> None:
    question, answer = records()
    path = tmp_path / f"out{form.ending}"
    office.write(path, form, (question, replace(answer, sibling=2, siblings=3)))
    words = " ".join(pages_of(path)) if form is Form.PDF else path.read_text("utf-8")
    assert "Version 2 of 3." in words


@pytest.mark.usefixtures("qtbot")
def test_the_version_of_a_question_stands_beside_its_day_and_not_on_it() -> None:
    load_fonts()

    def head(siblings: int) -> tuple[np.ndarray, np.ndarray]:
        """Return both halves of the line that says who and when."""
        item = item_of(replace(records()[0], sibling=1, siblings=siblings))
        printing = Printing("Title", [], [item], [], notes=False)
        layout = printing._realiser.layout(0)
        image = QImage(WIDE, layout.height, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        layout.print(painter, image.rect())
        painter.end()
        pixels = np.frombuffer(image.constBits(), np.uint32).reshape(layout.height, WIDE).copy()
        printing.drop()
        return pixels[:, : WIDE // 2], pixels[:, WIDE // 2 :]

    (alone, nothing), (beside, version) = head(1), head(2)
    assert (alone == beside).all(), "who and when can be read"
    assert (nothing != version).any(), "and which version it is"


def test_paper_holds_what_the_window_folds_away(office: Office, tmp_path: Path) -> None:
    question, answer = records()
    files = (
        Part(PartKind.ATTACHMENT, "def days():\n    return 14", name="days.py"),
        Part(PartKind.ATTACHMENT, "A pasted letter."),
    )
    traffic = (
        Part(PartKind.TOOL_CALL, "print(1 + 1)", name="python", content_type="code"),
        Part(PartKind.TOOL_RESULT, "The tool said 2.", name="python"),
    )
    question = replace(question, message=Message(Role.USER, (*files, *question.message.parts)))
    answer = replace(answer, message=assistant_message([*traffic, *answer.message.parts]))
    path = tmp_path / "out.pdf"
    office.write(path, Form.PDF, (question, answer))
    words = re.sub(r"\s+", " ", " ".join(pages_of(path)))
    for said in ("return 14", "A pasted letter.", "print(1 + 1)", "The tool said 2."):
        assert words.count(said) == 1, said
    assert words.count("days.py") == 2, "on its chip and above its text"


@pytest.mark.usefixtures("qtbot")
def test_a_strip_of_paper_holds_only_what_stands_in_it() -> None:
    load_fonts()
    item = item_of(records("Above it.\n\n```python\nx = 1\n```\n\nBelow it.")[1])
    printing = Printing("Title", [], [item], [], notes=False)
    layout = printing._realiser.layout(0)
    code = next(segment for segment in layout.segments if isinstance(segment, CodeSegment))
    edges = (0, code.y, code.y + code.height, layout.height)
    for top, bottom in pairwise(edges):
        image = QImage(WIDE, layout.height, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        layout.print(painter, QRect(0, top, WIDE, bottom - top))
        painter.end()
        pixels = np.frombuffer(image.constBits(), np.uint32).reshape(layout.height, WIDE)
        drawn = np.flatnonzero((pixels != pixels[0, 0]).any(axis=1))
        assert drawn.size
        assert top <= drawn[0] <= drawn[-1] < bottom
    printing.drop()


def test_a_printing_that_breaks_is_over(
    office: Office, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def broken(self: Printing, row: int) -> None:
        def paint(*_: object) -> None:
            tried.append(row)
            raise KeyError("a bug of ours")

        self._paper.add(10, [0], paint)

    monkeypatch.setattr(Printing, "_message", broken)
    with qtbot.capture_exceptions() as bugs:
        office.write(tmp_path / "out.pdf", Form.PDF, records())
    monkeypatch.undo()
    assert [kind for kind, _, _ in bugs] == [KeyError]
    assert tried == [0]
    assert not list(tmp_path.iterdir())
    office.write(tmp_path / "out.pdf", Form.PDF, records())
    assert "The answer." in pages_of(tmp_path / "out.pdf")[0]


@pytest.mark.parametrize("form", [Form.PAGE, Form.MARKDOWN])
def test_text_forms_are_written_away_from_the_window(office: Office, tmp_path: Path, form: Form) -> None:
    path = tmp_path / f"out{form.ending}"
    path.write_text("before")
    office.write(path, form, records())
    assert "The answer." in path.read_text("utf-8")
    assert office.window.notice.sentence.endswith(path.name)
    assert list(tmp_path.iterdir()) == [path], "nothing else is left beside it"


def test_the_file_is_shown_where_the_system_can_and_named_where_it_cannot(
    office: Office, tmp_path: Path
) -> None:
    path, notice = tmp_path / "out.md", office.window.notice
    notice.action_chosen.connect(office.written.act)
    office.write(path, Form.MARKDOWN, records())
    show, close = notice.buttons
    assert (show.text(), close.text()) == ("Show in folder", "Close")
    office.has_file_manager = False
    show.click()
    assert office.shown == [path]
    assert notice.sentence.endswith(str(path))
    assert [button.text() for button in notice.buttons] == ["Close"]
    assert not office.written.act("close")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "export.full"),
        (errno.EROFS, "export.refused"),
        (errno.ENAMETOOLONG, "export.failed"),
    ],
)
def test_what_fails_says_so_and_keeps_what_was_there(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    path = tmp_path / "out.md"
    path.write_text("before")

    def refuse(*_: object) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(private_files, "_write_synced", refuse)
    office.write(path, Form.MARKDOWN, records())
    assert [error.code for error in office.troubles] == [code]
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_printing_that_is_stopped_leaves_nothing(office: Office, tmp_path: Path) -> None:
    messages = records("word " * 3000) * 40
    unique = tuple(
        MessageRecord(n, 1, None, each.message, each.state, each.created, each.facts)
        for n, each in enumerate(messages, 1)
    )
    office.exporting.write(tmp_path / "out.pdf", Form.PDF, unique)
    (button,) = office.window.notice.buttons
    office.window.notice.action_chosen.connect(office.exporting.act)
    button.click()
    assert not office.exporting.busy
    assert not list(tmp_path.iterdir())
    assert not office.window.notice.sentence


def test_an_answer_is_exported_with_its_question(office: Office, desk: Desk) -> None:
    for n in range(2):
        desk.ask(f"Question {n}")
        desk.engine.end(f"Answer {n}")
        desk.settle()
    path = desk.chat.conversation.path
    office.exporting.open(path[-1].id)
    dialog = office.exporting.dialog
    assert dialog is not None
    assert dialog.notes.isHidden(), "there are none"
    asked: list[tuple[str, bool]] = []
    dialog.chosen.disconnect()
    dialog.chosen.connect(lambda code, notes: asked.append((code, notes)))
    dialog.choose.click()
    assert asked == [("pdf", False)]
    assert [each.id for each in office.exporting.whole()] == [each.id for each in path]


def test_the_page_wears_the_colours_of_the_theme() -> None:
    style = (resources_dir() / "export" / "page.css").read_text("utf-8")
    light, dark = Theme(), Theme(dark=True)
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    for block, theme in zip(blocks, (light, dark, light), strict=True):
        for name, colour in re.findall(r"--(\w+): (#[0-9A-F]{6})", block):
            expected = theme.colour(name).name().upper()
            assert colour == expected or (name, colour) == ("canvas", "#FFFFFF"), name


def test_a_name_with_a_dot_still_gets_the_ending_of_its_form(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "Clause 14.2.md"
    taken.write_text("before")
    long = "x" * 254  # with its ending it is a name that no disk takes, which writing says
    answers = iter(
        [tmp_path / name for name in ("Clause 14.2", "Clause 14.3", "a.MD", long)] + [Path()],
    )
    offered: list[str] = []

    def ask(_parent: object, _title: str, name: str, _filter: str) -> tuple[str, str]:
        offered.append(Path(name).name)
        answer = next(answers)
        return "" if answer == Path() else str(answer), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    first = tmp_path / "offered.md"
    assert office.exporting._chosen(Form.MARKDOWN, first) == tmp_path / "Clause 14.3.md"
    assert offered == ["offered.md", "Clause 14.2.md"], "a file that is there is asked about"
    assert office.exporting._chosen(Form.MARKDOWN, first) == tmp_path / "a.MD"
    assert office.exporting._chosen(Form.MARKDOWN, first) == tmp_path / f"{long}.md"
    assert office.exporting._chosen(Form.MARKDOWN, first) is None
