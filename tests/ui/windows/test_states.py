"""Every state of the visual language is shown, says its words and offers its buttons, or waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.core.conversation.message import PartKind
from app.engine.protocol.events import PartDelta
from app.ui.theme import Theme
from app.ui.widgets.words.label import Label
from tests.support.windows.stage import Stage
from tests.support.windows.states import STATES, WAITING


@pytest.fixture
def stage(qtbot: QtBot, theme: Theme) -> Iterator[Stage]:  # noqa: ARG001 - the application must be there
    with Stage(theme) as made:
        yield made


def words_of(window: QWidget) -> str:
    """Return what stands on the widgets in sight."""
    return "\n".join(
        widget.text()
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and isinstance(widget, Label | QLabel | QAbstractButton)
    )


def test_every_state_of_the_table_is_shown_or_says_what_it_waits_for() -> None:
    assert sorted([*STATES, *WAITING]) == list(range(1, 26))


# What of the table's words stands on the screen, and the buttons beside it.
SAID: dict[int, tuple[str, tuple[str, ...]]] = {
    1: (
        "gpt-oss-20b fits this computer.\nExpect about 26 tokens a second.",
        ("Download 12.1 GB", "Import a file…", "Open the guide"),
    ),
    2: (
        "2.1 GB more is needed. Of your other apps, Firefox holds the most memory; closing it frees",
        ("Check again", "Continue anyway"),
    ),
    3: (
        "This computer has 8 GB of memory; gpt-oss-20b needs 12 GB.\nThe built-in guide works here.",
        ("Open the guide",),
    ),
    4: ("7.4 of 12.1 GB at 5.8 MB/s. About 14 minutes left.", ("Pause",)),
    5: ("What has arrived is kept. The connection broke at 7.4 GB;", ("Try now",)),
    6: ("The disk is full; 4.7 GB more is needed.", ("Choose another folder…", "Try again")),
    7: ("This file was not loaded.", ("Download again", "Compare fingerprints")),
    8: ("Cloister does not know this file.", ("Use this file", "Cancel")),
    9: ("loading, 40 %, about 6 s", ("Stop loading",)),
    20: ("Your text is saved. The engine stopped.", ("Restart engine", "Details")),
    21: (
        "Your text is saved. The engine stopped twice on this conversation.",
        ("Use Low effort", "Save a report…"),
    ),
    22: ("Memory is nearly full (15.1 of 16 GB).", ("Use a shorter context",)),
    23: ("Caps Lock is on. Next try in 5 s.", ("Unlock",)),
    24: ("Moved to the bin and kept for 30 days.", ("Undo",)),
    25: ("Offline: no connection since 12 Nov", ()),
}


@pytest.mark.parametrize("number", STATES)
def test_a_state_says_its_words(stage: Stage, number: int) -> None:
    STATES[number].show(stage)
    words, buttons = SAID.get(number, ("", ()))
    seen = words_of(stage.window)
    assert words in seen
    assert all(f"\n{button}" in seen for button in buttons)
    assert not stage.window.grab().isNull()


def test_the_transcript_says_its_states(stage: Stage) -> None:
    STATES[12].show(stage)
    live = stage.transcript.realiser.live
    assert live is not None
    assert live.hurried


def test_loading_is_said_where_one_writes(stage: Stage) -> None:
    STATES[9].show(stage)
    assert (
        stage.window.composer.edit.accessibleDescription()
        == "Loading gpt-oss-20b, 40 %, about 6 s. You can write already."
    )


def test_the_guide_takes_the_place_of_the_offer(stage: Stage) -> None:
    STATES[1].show(stage)
    offer = stage.window.empty_state.offer
    assert offer.accessibleName() == "gpt-oss-20b fits this computer. Expect about 26 tokens a second."
    assert "Reads at one time: about 31 pages." in offer.accessibleDescription()
    guide = offer.buttons.button("open_guide")
    assert guide is not None
    guide.click()
    assert offer.isHidden()
    assert offer.shown is None


def test_an_answer_that_is_awaited_says_how_far_the_question_is_read(stage: Stage) -> None:
    STATES[10].show(stage)
    live = stage.transcript.realiser.live
    assert live is not None
    assert live.doing == "Reading 6,200 tokens"
    stage.engine.delta.emit(PartDelta(0, PartKind.REASONING, "I count."))
    stage.transcript.streamer.flush()
    assert live.doing.startswith("Thinking, ")
