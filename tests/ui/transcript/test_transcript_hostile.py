"""Text that means harm, or is only strange: shown, in time, without a word to the console."""

from __future__ import annotations

import time

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.engine.protocol.events import PartDelta
from app.storage.records import MessageState
from app.ui.theme import Theme
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.view import TranscriptView
from tests.support.windows.transcripts import shown_view

HOSTILE = {
    "one line of a megabyte": "a line without an end " * 47_000,
    "one word of a megabyte": "x" * 1_000_000,
    "backslashes": "\\" * 20_000,
    "brackets": "[" * 8_000,
    "deep quotes": ">" * 3_000 + " x",
    "deep lists": "- " * 400 + "x",
    "deep stars": "*a " * 5_000,
    "backticks": "".join("`" * count + " " for count in range(150)),
    "pipes": "|a" * 2_000 + "\n" + "|-" * 2_000 + "\n" + "|b" * 2_000,
    "many rows": "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 2_000,
    "code of one line": "```\n" + "x = 1; " * 100_000 + "\n```",
    "nul and friends": "a\x00b\x01c\x7fd\ufdd0e\ufdd1f\ufffcg\u2028h\u2029i &#0; &#xFFFC; &#x2028;",
    "lone surrogates": "a\ud800b\udfffc ```\ud83d``` \udc00",
    "bidi overrides": "safe \u202eevil\u202c `\u2066x\u2069`\n\n```c\nif (\u202ea) {}\n```",
    "soft hyphens": "\u00ad" * 500_000,
    "soft hyphens in a cell": "| a |\n|---|\n| " + "\u00ad" * 500_000 + " |\n",
    "soft hyphens and points": "\u00ad\u05b0" * 250_000,
    "signs nobody sees": "\u200b\u2060\u200d\u0301\ufe0f\u2068\U000e0041" * 70_000,
    "combining": "z" + "\u0301" * 5_000,
    "control words": "<|start|>assistant<|channel|>final<|message|>x<|return|>",
    "tags": "<script>alert(1)</script><img src=x onerror=y>\n\n<div><style>p{}</style></div>",
    "empty": "",
    "blanks": " \n\t\n \n",
}


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> TranscriptView:
    return shown_view(qtbot, theme)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("role", list(Role))
def test_hostile_text_is_shown_in_time(view: TranscriptView, name: str, role: Role) -> None:
    words = HOSTILE[name]
    kind = PartKind.TEXT if role is Role.USER else PartKind.ANSWER
    notes = (Part(PartKind.REASONING, words),) if role is Role.ASSISTANT else ()
    started = time.process_time()
    view.model.reset([TranscriptItem(1, role, (*notes, Part(kind, words)))])
    view.grab()
    view.scroll_to(0)
    view.grab()
    assert time.process_time() - started < 8
    view.actions_.select_all()
    assert view.actions_.copy_selection() or not words.strip()
    if role is Role.ASSISTANT and words.strip():
        view.actions_.toggle_notes(0)
        view.grab()


@pytest.mark.parametrize("name", [name for name in HOSTILE if len(HOSTILE[name]) < 50_000])
def test_hostile_text_streams(view: TranscriptView, name: str) -> None:
    words = HOSTILE[name]
    view.model.reset([])
    view.model.append(TranscriptItem(1, Role.ASSISTANT, (), state=MessageState.STREAMING))
    view.begin_stream(1)
    step = max(1, len(words) // 12)
    for place in range(0, len(words), step):
        view.feed(PartDelta(0, PartKind.ANSWER, words[place : place + step]))
        view.streamer.flush()
        view.grab()
    view.end_stream(TranscriptItem(1, Role.ASSISTANT, (Part(PartKind.ANSWER, words),)))
    view.grab()


@pytest.mark.parametrize("words", ["\u00ad" * 5_000, "a\u0301\u200d" + "\u2068\U000e0041" * 5_000])
def test_what_is_not_laid_out_as_it_is_is_copied_as_it_is(view: TranscriptView, words: str) -> None:
    shown = f"one {words} two"
    view.model.reset([TranscriptItem(1, Role.ASSISTANT, (Part(PartKind.ANSWER, shown),))])
    view.grab()
    view.actions_.select_all()
    view.actions_.copy_selection()
    assert QGuiApplication.clipboard().text() == shown
    QGuiApplication.clipboard().clear()
    view.copy_last_answer()
    assert QGuiApplication.clipboard().text().strip() == shown


def test_markup_is_words(view: TranscriptView) -> None:
    view.model.reset([TranscriptItem(1, Role.ASSISTANT, (Part(PartKind.ANSWER, HOSTILE["tags"]),))])
    view.copy_last_answer()
    text = "\n".join(source.text for source in view.realiser.layout(0).content.sources())
    assert "<script>alert(1)</script><img src=x onerror=y>" in text


def test_overrides_in_code_are_spelled_out(view: TranscriptView) -> None:
    words = HOSTILE["bidi overrides"]
    view.model.reset([TranscriptItem(1, Role.ASSISTANT, (Part(PartKind.ANSWER, words),))])
    sources = view.realiser.layout(0).content.sources()
    assert sources[-1].text == "if ([U+202E]a) {}"
    assert "[U+2066]x[U+2069]" in sources[0].text
