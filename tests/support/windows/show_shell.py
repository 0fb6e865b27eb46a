"""Show the shell of the window with example words, or save pictures of it.

    python tests/support/windows/show_shell.py main --dark --scale 1.5
    python tests/support/windows/show_shell.py all --save FOLDER

Pictures are for looking at beside the mock-ups; nothing here is part of the program.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.core.conversation.message import Effort
from app.core.rules.settings import Settings
from app.storage.records import ConversationRecord, SearchHit
from app.ui.theme import TextRole, Theme
from app.ui.theme.appearance import Appearance, ThemeChoice
from app.ui.theme.type import load_fonts
from app.ui.views.settings.window import SettingsWindow
from app.ui.views.start.first_run import FirstRunPage
from app.ui.views.start.unlock import UnlockPage
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.notice_card import NoticeKind
from app.ui.widgets.surfaces.measure_box import MeasureBox
from app.ui.widgets.surfaces.panel import Card, Panel
from app.ui.widgets.words.label import Label

TITLES = (
    "Break notice and clause 14.2",
    "Summary of the hearing bundle",
    "Compare two indemnity clauses",
    "Deadline table, county court",
    "Plain-English engagement letter",
    "A title so long that it cannot possibly fit into the sidebar at any width that is allowed",
)
SNIPPETS = (
    ("30-day readmissions by ward", "…when the patient has a readmission in 30 days…"),
    ("Audit plan, winter 2026", "…the unplanned readmission rate is the second measure…"),
    ("Letter to the medical director", "…so we report each readmission once, not per stay…"),
    ("Ward codes and mergers", "Ward 7 closed in May, so a readmission to it cannot occur after…"),
)


class Placeholder(Panel):
    """Stands where the transcript will be."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "canvas")
        box = MeasureBox(theme)
        card = Card(theme, "sunken", "")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 12, 16, 12)
        self._labels = (
            Label(theme, "You", TextRole.SMALL, "text2"),
            Label(theme, "Does the break notice satisfy clause 14.2?", TextRole.READING, wrap=True),
        )
        for label in self._labels:
            inside.addWidget(label)
        box.column.addSpacing(40)
        box.column.addWidget(card)
        box.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(box)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


def make_main(theme: Theme, state: str) -> QWidget:
    """Return the main window in one of its states."""
    window = MainWindow(theme, Placeholder(theme))
    now = time.time()
    window.sidebar.set_conversations(
        [ConversationRecord(i + 1, title, now, now - i * 86400) for i, title in enumerate(TITLES)]
    )
    strip = window.status_strip
    strip.set_model("gpt-oss-20b", "")
    strip.set_memory(int(11.9 * 1024**3), 16 * 1024**3)
    strip.set_speed(26.2)
    strip.set_context(6200, 16000, kept_free=8800)
    strip.set_seal("Offline: no connection since 12 Nov")
    if state == "empty":
        window.empty_state.set_words(
            "Ask something. What you write stays on this computer.",
            "This is the built-in guide: it knows only this program.",
        )
        window.empty_state.set_suggestions(
            ["What can you do?", "Where are my conversations kept?", "How do I change the text size?"]
        )
        strip.set_model("The guide", "knows only this program")
        strip.set_speed(None)
    else:
        window.show_empty(False)
        window.sidebar.set_current(1)
        window.header.set_title(TITLES[0])
        window.composer.set_text("Draft two lines to the landlord's agent confirming service.")
    if state == "busy":
        window.composer.set_text("")
        window.composer.set_effort(Effort.HIGH)
        window.composer.set_busy(True)
        window.sidebar.search.setText("readmission")
        hits = [
            SearchHit(
                i, i, title, now - i * 2e6, words, ((words.index("readm"), words.index("readm") + 11),)
            )
            for i, (title, words) in enumerate(SNIPPETS, 1)
        ]
        window.sidebar.show_results("readmission", hits)
        window.sidebar.result_list.setCurrentIndex(window.sidebar.results.index(0))
    if state == "notice":
        window.notice.show_notice(
            NoticeKind.WARN,
            "Your text is saved. The engine stopped.",
            [("restart", "Restart engine"), ("details", "Details")],
        )
        window.composer.edit.long_text.emit("x" * 60_000)
        window.composer.set_estimate("about 15 s of thought")
    return window


def make(name: str, theme: Theme, appearance: Appearance) -> QWidget:
    """Return the window of one picture."""
    if name in ("first-run", "passphrase", "recovery", "unlock"):
        window = MainWindow(theme, Placeholder(theme))
        if name == "unlock":
            unlock = UnlockPage(theme)
            unlock.show_failure("That passphrase did not fit.", wait_seconds=5)
            window.show_page(unlock)
        else:
            page = FirstRunPage(theme, key_store=True)
            if name == "passphrase":
                page.ask_passphrase()
            elif name == "recovery":
                page.show_recovery_code("K7QM-2XRT-9WPD-4HNC-J6VB-8ZFY-3GSA-5LEU")
            window.show_page(page)
        return window
    if name == "settings":
        return SettingsWindow(
            theme, appearance, Settings(None), MainWindow(theme, Placeholder(theme)).commands
        )
    return make_main(theme, name)


NAMES = ("main", "empty", "busy", "notice", "first-run", "passphrase", "recovery")
EVERY = (*NAMES, "unlock", "settings")


def main() -> int:
    """Run the script."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="+", choices=(*EVERY, "all"))
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--save", type=Path, help="folder for pictures; without it windows are shown")
    args = parser.parse_args()
    application = QApplication([])
    load_fonts()
    choice = ThemeChoice.DARK if args.dark else ThemeChoice.LIGHT
    appearance = Appearance(application, choice, args.scale)
    width, height = (int(part) for part in args.size.split("x"))
    shown = []
    for name in EVERY if "all" in args.names else args.names:
        window = make(name, appearance.theme, appearance)
        window.resize(width, height)
        window.show()
        shown.append(window)
        if args.save:
            QApplication.sendPostedEvents()
            application.processEvents()
            application.processEvents()
            theme = "dark" if args.dark else "light"
            target = args.save / f"{name}-{theme}-{round(args.scale * 100)}-{args.size}.png"
            if not window.grab().save(str(target)):
                return 1
            window.hide()
    return 0 if args.save else application.exec()


if __name__ == "__main__":
    sys.exit(main())
