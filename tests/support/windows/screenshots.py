"""The pictures of docs/screenshots/states: every state, in every look.

    QT_QPA_PLATFORM=offscreen python tests/support/windows/screenshots.py docs/screenshots/states

Light and dark, 100 and 200 % text, left to right and right to left: eight pictures a state, of the
program's own window of 1280 by 800 pixels (or of the window that opens beside it). Numbers below 26 are
those of the visual language's table; right to left the catalogue speaks a pseudo-language in Hebrew
letters, so that what is not translated or not mirrored is seen. Takes about five minutes.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.core.rules.settings import Settings
from app.manual.finder import ManualFinder
from app.ui.commands import table
from app.ui.commands.command import Command
from app.ui.flow.window.manual import ManualFlow
from app.ui.flow.window.side_windows import SideWindows
from app.ui.language import british
from app.ui.theme.appearance import Appearance, ThemeChoice
from app.ui.theme.type import load_fonts
from tests.support.pseudo import mirrored_language
from tests.support.windows.pictures import save
from tests.support.windows.stage import Stage
from tests.support.windows.states import STATES

COLOURS = 32
"""Of a picture: enough for two themes' flat surfaces and the edges of letters."""
SETTLE_MS = 250
RICH = """## What the clause asks

1. Notice **in writing**, served on the [Landlord](https://example.org/landlord).
2. At least *six months* before the break date.

> The Tenant may determine this Lease on the Break Date.

The days left are $d = t_1 - t_0 - 182$, in code:

```python
def days_left(notice: date, day: date) -> int:
    return (day - notice).days - 182
```

הודעה בכתב נמסרה ב-3 בספטמבר (clause 14.2).
"""

Show = Callable[[Stage, SideWindows], QWidget]


def _rich(stage: Stage, _side: SideWindows) -> QWidget:
    stage.say(RICH)
    stage.open()
    return stage.window


def _settings(section: int) -> Show:
    def show(_stage: Stage, side: SideWindows) -> QWidget:
        shown = side.show_settings()
        shown.choose(section)
        return shown

    return show


def _bin(stage: Stage, side: SideWindows) -> QWidget:
    """Show the bin with three conversations, one of which goes soon."""
    day, now = 86_400, time.time()
    for title, days in (
        ("Deadline table, county court", 29.5),
        ("Plain-English engagement letter", 11),
        ("Break notice, first attempt", 0),
    ):
        stage.conversation = stage.vault.create_conversation(title).id
        stage.say()
        stage.vault.move_to_bin(stage.conversation)
        stage.vault._database.execute(
            "UPDATE conversations SET binned = ? WHERE id = ?", (now - days * day, stage.conversation)
        )
    side.bin_made.connect(stage.session.bin.join)
    side.show_bin()
    page = side.bin
    assert page is not None
    stage.until(lambda: len(page.binned) == 3)
    return page


def _manual(stage: Stage, side: SideWindows) -> QWidget:
    """Show the manual at the passage that an answer was given."""
    finder = ManualFinder.open()
    ManualFlow(side, lambda: finder, stage.lane, side).show_read(
        finder.place("How do I stop an answer?")
    )
    assert side.manual is not None
    return side.manual


def _manual_search(stage: Stage, side: SideWindows) -> QWidget:
    """Show the manual while a page is looked for."""
    ManualFlow(side, ManualFinder.open, stage.lane, side)
    shown = side.show_manual()
    shown.search.setText("passphrase")
    stage.until(lambda: "The passphrase" in shown.titles[:5])
    return shown


def _sheet(_stage: Stage, side: SideWindows) -> QWidget:
    side.show_sheet()
    assert side.sheet is not None
    return side.sheet


def _command(wanted: Command) -> Show:
    def show(stage: Stage, _side: SideWindows) -> QWidget:
        stage.say()
        stage.open()
        stage.window.commands.give(wanted)
        return stage.window

    return show


def _ledger(stage: Stage, _side: SideWindows) -> QWidget:
    STATES[15].show(stage)
    stage.window.commands.give(table.LEDGER)
    return stage.window


def _focus(stage: Stage, _side: SideWindows) -> QWidget:
    stage.say()
    stage.open()
    stage.window.ring.move_focus(stage.transcript)
    stage.transcript.set_current(1)
    stage.transcript.stops.enter()
    return stage.window


def _state(number: int) -> Show:
    def show(stage: Stage, _side: SideWindows) -> QWidget:
        STATES[number].show(stage)
        return stage.window

    return show


SHOWN: dict[int, tuple[str, Show]] = {
    **{number: (state.name, _state(number)) for number, state in STATES.items()},
    26: ("a rich answer", _rich),
    27: ("keyboard inside an answer", _focus),
    28: ("context popover", _ledger),
    29: ("memory popover", _command(table.MEMORY)),
    30: ("find in conversation", _command(table.FIND)),
    31: ("settings, appearance", _settings(0)),
    32: ("settings, accessibility", _settings(5)),
    33: ("keyboard sheet", _sheet),
    34: ("the bin", _bin),
    35: ("the manual at a passage", _manual),
    36: ("find in the manual", _manual_search),
}


def file_name(number: int, look: str) -> str:
    """Return the name of a picture."""
    words = SHOWN[number][0].replace(" ", "-").replace(",", "")
    return f"{number:02}-{words}-{look}.png"


LIGHT, DARK = ThemeChoice.LIGHT, ThemeChoice.DARK
LOOKS = tuple(product((LIGHT, DARK), (1.0, 2.0), (False, True)))
"""Theme, text size, right to left: all that can meet."""


def name_of(choice: ThemeChoice, scale: float, mirrored: bool) -> str:
    """Return what a look is called in a file's name."""
    return f"{choice.value}-{round(scale * 100)}-{'rtl' if mirrored else 'ltr'}"


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("numbers", nargs="*", type=int, help="of the states; none: all")
    parser.add_argument("--look", help="only the look with this name, for example dark-200-rtl")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    application = QApplication([])
    load_fonts()
    appearance = Appearance(application, ThemeChoice.LIGHT, 1.0)
    for choice, scale, mirrored in LOOKS:
        look = name_of(choice, scale, mirrored)
        if args.look in (None, look):
            (mirrored_language() if mirrored else british()).install(application)
            appearance.set_choice(choice)
            appearance.set_scale(scale)
            for number in args.numbers or SHOWN:
                _take(number, appearance, args.folder / file_name(number, look))
    return 0


def _take(number: int, appearance: Appearance, path: Path) -> None:
    with Stage(appearance.theme) as stage:
        stage.window.resize(1280, 800)
        side = SideWindows(stage.window, appearance, lambda: Settings(None), stage.lane, stage.window)
        shown = SHOWN[number][1](stage, side)
        loop = QEventLoop()
        QTimer.singleShot(SETTLE_MS, loop.quit)
        loop.exec()
        save(shown.grab().toImage(), path, colours=COLOURS)
        stage.window.hide()


if __name__ == "__main__":
    sys.exit(main())
