"""The catalogue under Qt's translation functions, and pseudo-languages that show what escapes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialogButtonBox,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.core import texts
from app.core.connections import DOWNLOAD, Connection
from app.core.rules.settings import Settings
from app.manual.browsing import Kept, PassageRead
from app.storage.records import ConversationRecord
from app.ui.language import CONTEXT, Language, british, chosen_locale, language
from app.ui.theme import Theme
from app.ui.theme.appearance import Appearance
from app.ui.views.beside.about import AboutWindow
from app.ui.views.beside.keyboard_sheet import KeyboardSheet
from app.ui.views.beside.limits_page import LimitsPage, ModelKind
from app.ui.views.beside.manual_window import ManualWindow
from app.ui.views.beside.network_page import NetworkPage, NetworkState
from app.ui.views.beside.parts_window import PartsWindow
from app.ui.views.settings.window import SettingsWindow
from app.ui.views.start.first_run import FirstRunPage
from app.ui.views.start.unlock import UnlockPage
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.notice_card import NoticeKind
from app.ui.widgets.words.label import Label
from tests.support.pseudo import KEYS, accented_language, escaped, mirrored_language, words_of
from tests.support.windows.layouts import lay_out


@pytest.fixture
def spoken(qapp: QApplication) -> Iterator[list[Language]]:
    """Hold the languages that a test installs, and take them away after it."""
    made: list[Language] = []
    yield made
    for one in made:
        one.remove(qapp)


def speak(qapp: QApplication, spoken: list[Language], one: Language) -> None:
    one.install(qapp)
    spoken.append(one)


def test_every_sentence_comes_out_of_qts_translation(qapp: QApplication, spoken: list[Language]) -> None:
    speak(qapp, spoken, british())
    for key, sentence in texts.entries().items():
        assert QCoreApplication.translate(CONTEXT, key) == sentence
    with pytest.raises(KeyError):
        texts.text("no.such.key")


def test_a_translator_above_the_catalogue_has_the_word(
    qapp: QApplication, spoken: list[Language]
) -> None:
    class Other(QTranslator):
        def isEmpty(self) -> bool:
            return False

        def translate(self, context: str, source: str, *_rest: object) -> str:
            return "Suche" if (context, source) == (CONTEXT, "ui.sidebar.search") else None  # type: ignore[return-value]

    speak(qapp, spoken, british())
    other = Other()
    qapp.installTranslator(other)
    try:
        assert texts.text("ui.sidebar.search") == "Suche"
        assert texts.text("ui.sidebar.recent") == "Recent", "what it lacks is said in English"
    finally:
        qapp.removeTranslator(other)


def test_numbers_are_the_locales(qapp: QApplication, spoken: list[Language]) -> None:
    speak(qapp, spoken, language(texts.entries(), QLocale("de-DE")))
    assert texts.number(1234.5, 1) == "1.234,5"
    assert texts.memory(13.2 * 1024) == "13,2 GB"
    assert texts.plural("ui.engine.reading", 12345).startswith("reading 12.345")


@pytest.mark.parametrize(
    ("system", "chosen"), [("en-US", "en-US"), ("de-DE", "en-GB"), ("C", "en-GB"), ("en-IE", "en-IE")]
)
def test_the_systems_own_numbers_where_it_speaks_english(system: str, chosen: str) -> None:
    assert chosen_locale("en-GB", QLocale(system)).name(QLocale.TagSeparator.Dash) == chosen


def test_qts_own_words_are_translated_too(
    qtbot: QtBot, qapp: QApplication, spoken: list[Language]
) -> None:
    speak(qapp, spoken, language(texts.entries(), QLocale("de-DE")))
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "Abbrechen"
    field = QLineEdit()
    qtbot.addWidget(field)
    menu = field.createStandardContextMenu()
    assert any("Einf" in action.text() for action in menu.actions())
    menu.deleteLater()


# --- nothing escapes, nothing is cut ------------------------------------------------------------


def make_windows(theme: Theme, appearance: Appearance) -> list[QWidget]:
    """Return every window there is before a vault is open, and the main one with all its parts."""
    main = MainWindow(theme, QWidget())
    main.sidebar.set_conversations([ConversationRecord(1, "1234", 0.0, 0.0)])
    main.sidebar.set_current(1)
    main.header.set_title("1234")
    main.notice.show_notice(
        NoticeKind.WARN, texts.text("ui.sidebar.empty"), [("a", texts.text("ui.header.rename"))]
    )
    strip = main.status_strip
    strip.set_memory(12 * 1024**3, 16 * 1024**3)
    strip.set_speed(26.0)
    strip.set_context(6200, 16000, 8800, 2)
    empty = MainWindow(theme, QWidget())
    first, locked = FirstRunPage(theme, key_store=True), UnlockPage(theme)
    asking, code = FirstRunPage(theme, key_store=False), FirstRunPage(theme, key_store=True)
    asking.ask_passphrase()
    code.show_recovery_code("1234-5678")
    settings = SettingsWindow(theme, appearance, Settings(None), main.commands)
    settings.search.setText(texts.text("settings.sections.keyboard"))
    limits, network = LimitsPage(theme), NetworkPage(theme)
    limits.show_model(ModelKind.GPT_OSS, "1234")
    begun = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
    fetched = Connection(
        "1", begun, "1234", DOWNLOAD, "1234.gguf", "person", 4_400_000, begun, "done", 211
    )
    network.show_state(NetworkState(texts.text("seal.strip.never"), connections=(fetched,)))
    sheet, about, parts = KeyboardSheet(theme, main.commands), AboutWindow(theme), PartsWindow(theme)
    manual = ManualWindow(theme)
    manual.show_read(PassageRead("1234", ("1234 5678",), 0, Kept.GONE))
    pages = [network, sheet, about, parts, manual]
    return [main, empty, first, asking, code, locked, settings, limits, *pages]


@pytest.mark.parametrize("pseudo", [accented_language, mirrored_language])
def test_no_word_escapes_the_catalogue(
    qtbot: QtBot, qapp: QApplication, appearance: Appearance, spoken: list[Language], pseudo: object
) -> None:
    assert callable(pseudo)
    speak(qapp, spoken, pseudo())
    for window in make_windows(appearance.theme, appearance):
        qtbot.addWidget(window)
        for widget in (window, *window.findChildren(QWidget)):
            for words in words_of(widget):
                # Tooltips are rich text only where Qt would take them for it.
                left = escaped(words.removeprefix("<qt>").removesuffix("</qt>"))
                assert not escaped(KEYS.sub("", left)), words


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("pseudo", [accented_language, mirrored_language])
def test_long_words_are_not_cut_off(
    qtbot: QtBot,
    qapp: QApplication,
    appearance: Appearance,
    spoken: list[Language],
    pseudo: object,
    scale: float,
) -> None:
    assert callable(pseudo)
    speak(qapp, spoken, pseudo())
    theme = Theme(scale=scale)
    for window in make_windows(theme, appearance):
        qtbot.addWidget(window)
        window.setLayoutDirection(qapp.layoutDirection())
        window.resize(880, 600)
        window.show()
        lay_out(window)  # rows that turned at their first width are laid out again
        window.grab()  # a label that is cut off gets its tooltip when it is painted
        cut = [words for widget in window.findChildren(Label) if (words := cut_off(widget))]
        cut += [
            button.text()
            for button in window.findChildren(QAbstractButton)
            if button.isVisible() and button.text() and button.width() < button.minimumSizeHint().width()
        ]
        assert cut == [], type(window).__name__
        window.hide()


def cut_off(label: Label) -> str:
    """Return the words of a label that cannot be read and has no tooltip, "" if they can."""
    if not label.isVisible() or not label.text() or label.toolTip():
        return ""
    needed = (
        label.heightForWidth(label.width()) if label.hasHeightForWidth() else label.sizeHint().height()
    )
    too_narrow = not label.hasHeightForWidth() and label.width() < label.sizeHint().width()
    return label.text() if too_narrow or label.height() < needed else ""


def test_right_to_left_mirrors_the_window(
    qtbot: QtBot, qapp: QApplication, appearance: Appearance, spoken: list[Language]
) -> None:
    speak(qapp, spoken, mirrored_language())
    assert qapp.layoutDirection() is Qt.LayoutDirection.RightToLeft
    window = MainWindow(appearance.theme, QWidget())
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    assert window.sidebar.geometry().right() == window.frame.width() - 1
    assert window.header.more.x() < window.header.title.x()
