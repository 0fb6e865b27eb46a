"""Another look while the program runs: every view is as if it had begun with it.

Each window is made in one theme, given another, and compared point by point with the same window that
was made in that theme from the start. A widget that keeps a colour or a size of before stands out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.core.rules.settings import Settings
from app.engine.protocol.plan import LoadMode, Plan, Reason, Verdict
from app.manual.browsing import Kept, PassageRead
from app.manual.pages import Page
from app.storage.records import ConversationRecord
from app.ui.dialogs.dialog import Dialog, hand_on
from app.ui.dialogs.entry import Asked, EntryDialog
from app.ui.dialogs.export import ExportDialog
from app.ui.dialogs.licence import LicenceDialog
from app.ui.dialogs.open_link import OpenLinkDialog, ShownLink
from app.ui.dialogs.refusal import RefusalDialog
from app.ui.theme import Theme
from app.ui.theme.appearance import Appearance
from app.ui.transcript.model import TranscriptItem, TranscriptModel
from app.ui.transcript.segments.highlight import Highlighter
from app.ui.transcript.view import TranscriptView
from app.ui.views.beside.limits_page import LimitsPage, ModelKind
from app.ui.views.beside.manual_window import ManualWindow
from app.ui.views.beside.network_page import NetworkPage, NetworkState
from app.ui.views.beside.side_window import SideWindow
from app.ui.views.settings.window import SettingsWindow
from app.ui.views.start.first_run import FirstRunPage
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.notice_card import NoticeKind

ANSWER = (
    "# Title\n\nSome **bold** `code`.\n\n```python\nfor x in y:\n    'z'\n```\n\n> quoted\n\n"
    "| a | b |\n|---|--|\n| 1 | 2 |\n"
)


def make_main(theme: Theme, _appearance: Appearance) -> MainWindow:
    model = TranscriptModel()
    model.reset(
        [
            TranscriptItem(1, Role.USER, (Part(PartKind.TEXT, "How long is the notice?"),)),
            TranscriptItem(
                2,
                Role.ASSISTANT,
                (Part(PartKind.REASONING, "A note."), Part(PartKind.ANSWER, ANSWER)),
                model_name="guide",
                thinking_ms=2000,
            ),
        ]
    )
    view = TranscriptView(theme, model)
    model.setParent(view)
    window = MainWindow(theme, view)
    now = 1.7e9
    window.sidebar.set_conversations([ConversationRecord(n, f"Title {n}", now, now) for n in (1, 2)])
    window.sidebar.set_current(1)
    window.header.set_title("Title 1")
    window.show_empty(False)
    window.notice.show_notice(NoticeKind.WARN, "The engine stopped.", [("a", "Restart engine")])
    window.status_strip.set_memory(12 * 1024**3, 16 * 1024**3)
    window.status_strip.set_context(6200, 16000, 8800, 2)
    window.composer.set_text("A draft.")
    return window


def make_empty(theme: Theme, _appearance: Appearance) -> MainWindow:
    window = MainWindow(theme, QWidget())
    window.empty_state.set_words("Ask something.", "A note.")
    window.empty_state.set_suggestions(["One?", "Two?"])
    window.menus.set_kept(True)
    return window


def make_first_run(theme: Theme, _appearance: Appearance) -> MainWindow:
    window = MainWindow(theme, QWidget())
    window.show_page(FirstRunPage(theme, key_store=True))
    return window


def make_settings(theme: Theme, appearance: Appearance) -> SettingsWindow:
    host = MainWindow(theme, QWidget())
    window = SettingsWindow(theme, appearance, Settings(None), host.commands)
    host.setParent(window)
    host.hide()
    window.choose_keyboard()
    return window


def make_network(theme: Theme, _appearance: Appearance) -> NetworkPage:
    page = NetworkPage(theme)
    page.show_state(NetworkState("Offline: never connected"))
    return page


def make_limits(theme: Theme, _appearance: Appearance) -> LimitsPage:
    page = LimitsPage(theme)
    page.show_model(ModelKind.GPT_OSS, "gpt-oss-20b")
    return page


def make_manual(theme: Theme, _appearance: Appearance) -> ManualWindow:
    window = ManualWindow(theme)
    read = Page("a", "Title A", ("a",), ("Some `code` here.", "More."))
    pages = (read, Page("b", "Title B", ("b",), ("B.",)))
    window.show_pages(pages, pages[1])
    window.show_read(PassageRead(read.title, read.passages, 0, Kept.SAME, read))
    return window


def make_entry(theme: Theme, _appearance: Appearance) -> EntryDialog:
    fields = (Asked("User name", secret=False, value="anna"), Asked("Password"))
    return EntryDialog(theme, "Sign in", "The name is kept, the password is not.", fields, "Sign in")


def make_export(theme: Theme, _appearance: Appearance) -> ExportDialog:
    return ExportDialog(theme, "Export the answer", [("pdf", "PDF"), ("html", "HTML")], has_notes=True)


def make_licence(theme: Theme, _appearance: Appearance) -> LicenceDialog:
    return LicenceDialog(theme, "gpt-oss-20b", "Apache-2.0")


def make_link(theme: Theme, _appearance: Appearance) -> OpenLinkDialog:
    return OpenLinkDialog(theme, ShownLink("example.com", "https://example.com:81/", ("Odd port.",)))


def make_refusal(theme: Theme, _appearance: Appearance) -> RefusalDialog:
    why = (Reason("plan.refused", {"needs": 13_500, "missing": 2300}),)
    plan = Plan(Verdict.REFUSED, why, 8192, 512, 0, 0, "f16", LoadMode.READ, False, 2, (), 0.0, "")
    return RefusalDialog(theme, "gpt-oss-20b", plan)


DIALOGS = (make_entry, make_export, make_licence, make_link, make_refusal)
WINDOWS = (
    make_main,
    make_empty,
    make_first_run,
    make_settings,
    make_network,
    make_limits,
    make_manual,
    *DIALOGS,
)


def picture(qapp: QApplication, window: QWidget) -> QImage:
    """Return the window as it is once it has come to rest."""
    window.resize(1100, 700)
    window.ensurePolished()
    window.show()
    focus = QApplication.focusWidget()
    if focus is not None:
        focus.clearFocus()  # a caret blinks
    for _ in range(3):  # a scroll bar that comes makes the rest narrower
        qapp.sendPostedEvents()
        for colours in window.findChildren(Highlighter):
            colours.finish()  # they come in slices by the clock
        seen = window.grab().toImage()
    return seen


@pytest.fixture(scope="module")
def wanted(qapp: QApplication, appearance: Appearance) -> Iterator[Theme]:
    """Let the application itself (its palette and style sheet) have the other theme meanwhile."""
    theme = Theme(dark=True, high_contrast=True)
    for one in (theme, appearance.theme):
        qapp.setPalette(one.palette)
        qapp.setStyleSheet(one.style_sheet)
        if one is theme:
            yield theme


@pytest.mark.parametrize("make", WINDOWS, ids=lambda make: make.__name__)
def test_a_window_given_a_theme_looks_like_one_made_in_it(
    qtbot: QtBot,
    qapp: QApplication,
    appearance: Appearance,
    wanted: Theme,
    make: Callable[[Theme, Appearance], MainWindow | SideWindow | NetworkPage | Dialog],
) -> None:
    changed, fresh = make(Theme(), appearance), make(wanted, appearance)
    qtbot.addWidget(changed)
    qtbot.addWidget(fresh)
    changed.set_theme(wanted)
    seen = picture(qapp, changed)
    changed.hide()
    assert differing(seen, picture(qapp, fresh)) == []


def test_dialogs_that_are_open_hear_of_a_theme(qtbot: QtBot, appearance: Appearance) -> None:
    dialogs = [make(Theme(), appearance) for make in DIALOGS]
    for dialog in dialogs:
        qtbot.addWidget(dialog)
        dialog.show()
    wanted = Theme(dark=True)
    hand_on(wanted)
    assert {dialog.theme for dialog in dialogs} == {wanted}


def differing(seen: QImage, expected: QImage) -> list[tuple[int, int]]:
    """Return some of the points at which two pictures differ."""
    if seen == expected:
        return []
    return [
        (x, y)
        for y in range(0, seen.height(), 4)
        for x in range(0, seen.width(), 4)
        if seen.pixelColor(x, y) != expected.pixelColor(x, y)
    ][:12] or [(-1, -1)]
