"""The 25 states of the visual language (section 9), each made in the real window.

    python tests/support/windows/states.py 4 20 --dark --scale 2 --right-to-left --save FOLDER

In a test: ``with Stage(theme) as stage: STATES[11].show(stage)``; the state is then to be seen in
``stage.window`` (``stage.window.grab()``), in the theme, size and direction that the application has.
Give a ``Theme(scale=2.0)`` for another text size; resize ``stage.window`` before or after. ``STATES``
maps the numbers of the table to what is shown; ``WAITING`` says which need something that no release
has yet, and what. What the window is and what is not real in it stands in ``stage``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.core import texts
from app.core.computer.memory import Memory
from app.core.computer.pressure import Pressure, Reading
from app.core.conversation.ledger import EntryKind, Ledger, LedgerEntry
from app.core.errors import UserError
from app.engine.protocol.events import PrefillProgress
from app.engine.protocol.plan import Verdict
from app.storage.records import MessageState
from app.ui.flow.care import care_words
from app.ui.flow.engine.pace import Pace
from app.ui.flow.library.arriving.jobs import Carrying
from app.ui.flow.library.arriving.jobs import Stage as JobStage
from app.ui.theme.appearance import Appearance, ThemeChoice
from app.ui.theme.type import load_fonts
from app.ui.views.beside.network_words import day
from app.ui.views.start.unlock import UnlockPage
from app.ui.views.window.status_strip import Network
from tests.support.windows.stage import ANSWER, Stage, download, plan_of


def _too_small(stage: Stage) -> None:
    stage.offer(plan_of(Verdict.REFUSED, 9000.0), 8)


def _check_failed(stage: Stage) -> None:
    wrong = UserError("library.fetch_wrong_bytes", host="huggingface.co", found="bbc35928")
    stage.library(download(JobStage.FAILED, wrong))


def _unknown_import(stage: Stage) -> None:
    source = Path("/media/usb/house-style-20b.gguf")
    stage.library(Carrying("import:1", 12_109_566_624, JobStage.UNKNOWN, source=source))


def _loading(stage: Stage) -> None:
    stage.say()
    stage.open()
    moments = iter((0.0, 4.0))
    stage.session.status._pace = Pace(lambda: next(moments))
    stage.engine.loading.emit(0.0)
    stage.engine.loading.emit(0.4)


def _reading(stage: Stage) -> None:
    stage.ask()
    stage.engine.prefill.emit(PrefillProgress(1024, 6200, 0))


def _answer_now(stage: Stage) -> None:
    stage.think()
    stage.transcript.answer_now()


def _ended(state: MessageState, *, repaired: bool = False) -> Callable[[Stage], None]:
    def show(stage: Stage) -> None:
        words = ANSWER if repaired else ANSWER[:112]
        stage.say(words, state, repaired=repaired)
        stage.open()

    return show


def _left_out(stage: Stage) -> None:
    stage.say()
    first = [record.id for record in stage.vault.path(stage.conversation)]
    stage.say()
    stage.vault.leave_out(first)
    stage.open()
    entries = tuple(
        LedgerEntry(kind, tokens, place, place in (0, 1))
        for kind, tokens, place in (
            (EntryKind.SYSTEM, 400, -1),
            (EntryKind.MESSAGE, 2000, 0),
            (EntryKind.MESSAGE, 1100, 1),
            (EntryKind.MESSAGE, 2700, 2),
            (EntryKind.MESSAGE, 3100, 3),
        )
    )
    stage.session.ledger.keeper.take(Ledger(16_384, entries, 8192, 8192))


def _trouble(code: str) -> Callable[[Stage], None]:
    def show(stage: Stage) -> None:
        stage.say(ANSWER[:112], MessageState.INTERRUPTED)
        stage.open()
        stage.engine.failed.emit(UserError(code))

    return show


def _memory_short(stage: Stage) -> None:
    stage.say()
    stage.open()
    memory = Memory(16_384.0, 900.0, None, 0.0, 0.0, 0.0)
    stage.session.care.said.emit(
        care_words.short(Reading(Pressure.SHORT, memory, 900.0), can_shorten=True)
    )
    stage.window.status_strip.set_memory(int(15.1 * 1024**3), 16 * 1024**3)


def _wrong_password(stage: Stage) -> None:
    page = UnlockPage(stage.theme)
    stage.window.show_page(page)
    page.show_failure(UserError("storage.wrong_passphrase", seconds=5).sentence, 5)
    page.field.caps_lock.emit(True)


def _binned(stage: Stage) -> None:
    stage.say()
    stage.open()
    stage.delete()


def _offline(stage: Stage) -> None:
    stage.say()
    stage.open()
    last = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
    since = texts.text("seal.strip.since", when=day(last))
    stage.window.status_strip.set_seal(since, Network.OFFLINE)


@dataclass(frozen=True, slots=True)
class State:
    """One row of the table: ``name`` is its state in words."""

    name: str
    show: Callable[[Stage], None]


STATES: dict[int, State] = {
    1: State("first run, fits", lambda stage: stage.offer(plan_of(Verdict.FITS), 16)),
    2: State("first run, tight", lambda stage: stage.offer(plan_of(Verdict.TIGHT, 2150.0), 16)),
    3: State("first run, too small", _too_small),
    4: State("downloading", lambda stage: stage.library(download(JobStage.RUNNING))),
    5: State("connection lost", lambda stage: stage.library(download(JobStage.RETRYING))),
    6: State(
        "disk full",
        lambda stage: stage.library(download(JobStage.FAILED, UserError("library.fetch_disk_full"))),
    ),
    7: State("check failed", _check_failed),
    8: State("unknown import", _unknown_import),
    9: State("model loading", _loading),
    10: State("reading", _reading),
    11: State("thinking", Stage.think),
    12: State("answer now", _answer_now),
    13: State("stopped", _ended(MessageState.STOPPED)),
    14: State("length limit", _ended(MessageState.LENGTH)),
    15: State("left out", _left_out),
    19: State("odd output repaired", _ended(MessageState.DONE, repaired=True)),
    20: State("engine stopped", _trouble("engine.stopped")),
    21: State("engine stopped again", _trouble("engine.stopped_again")),
    22: State("memory short", _memory_short),
    23: State("wrong password", _wrong_password),
    24: State("moved to bin", _binned),
    25: State("network seal", _offline),
}

WAITING: dict[int, str] = {
    16: "pages not read: needs documents",
    17: "unreadable scan: needs documents",
    18: "quote differs or not found: needs documents",
}


def main() -> int:
    """Show states, or save pictures of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("numbers", nargs="*", type=int, help="of the table; none: all that there are")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--right-to-left", action="store_true")
    parser.add_argument("--save", type=Path, help="folder for pictures; without it windows are shown")
    args = parser.parse_args()
    application = QApplication([])
    load_fonts()
    if args.right_to_left:
        application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    choice = ThemeChoice.DARK if args.dark else ThemeChoice.LIGHT
    theme = Appearance(application, choice, args.scale).theme
    width, height = (int(part) for part in args.size.split("x"))
    with ExitStack() as stages:
        for number in args.numbers or STATES:
            stage = stages.enter_context(Stage(theme))
            stage.window.resize(width, height)
            STATES[number].show(stage)
            if args.save:
                direction = "rtl" if args.right_to_left else "ltr"
                look = f"{choice.value}-{round(args.scale * 100)}-{direction}"
                name = STATES[number].name.replace(" ", "-").replace(",", "")
                save(stage.window, args.save / f"state-{number:02}-{name}-{look}.png")
                stage.window.hide()
        return 0 if args.save else application.exec()


def save(window: QWidget, target: Path) -> None:
    """Save a picture of a window once everything that was asked for has been drawn."""
    loop = QEventLoop()
    QTimer.singleShot(200, loop.quit)
    loop.exec()
    window.grab().save(str(target))


if __name__ == "__main__":
    sys.exit(main())
