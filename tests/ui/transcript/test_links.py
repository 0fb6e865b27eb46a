"""A link says truly where it leads, and leaves the program only after a yes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.core.rules.seal import Seal, SealedBy
from app.ui.dialogs.open_link import OpenLinkDialog, ShownLink
from app.ui.flow.reading.links import LONGEST, open_link, parse, shown_link
from app.ui.theme.theme import Theme
from app.ui.transcript.model import TranscriptModel
from app.ui.transcript.view import TranscriptView
from app.ui.views.window.main_window import MainWindow


def shown(address: str) -> ShownLink:
    url = parse(address)
    assert url is not None
    return shown_link(url)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> Iterator[MainWindow]:
    model = TranscriptModel()
    made = MainWindow(theme, TranscriptView(theme, model))
    qtbot.addWidget(made)
    made.show()
    yield made
    for dialog in made.findChildren(OpenLinkDialog):
        dialog.reject()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    addresses: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: addresses.append(url.toString()))
    return addresses


@pytest.mark.parametrize(
    "address",
    [
        *("", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "ftp://example.com/"),
        *("smb://host/share", "//host/share", "\\\\host\\share", "http://", "https:///path", "mailto:"),
        *("vbscript:x", "HTTP\n://x", "http://exa mple.com", "ms-settings:x", "x" * (LONGEST + 1)),
        *("mailto:a@b.example?attach=/etc/passwd", "mailto:a@b.example?x=1&Attachment=c:/x"),
        f"https://example.com/{'x' * LONGEST}",
    ],
)
def test_anything_else_is_no_link(address: str) -> None:
    assert parse(address) is None


@pytest.mark.parametrize(
    ("address", "host", "remarks"),
    [
        ("https://example.com/a?b=c#d", "example.com", ()),
        ("https://example.com:443/", "example.com", ()),
        ("http://example.com/", "example.com", ("not encrypted",)),
        ("https://example.com:8443/", "example.com", ("port 8443",)),
        ("https://bank.example@evil.example/", "evil.example", ("leads to evil.example",)),
        ("https://a:b@evil.example/", "evil.example", ("leads to evil.example",)),
        ("https://192.0.2.7/", "192.0.2.7", ("number",)),
        ("https://[2001:db8::1]/", "2001:db8::1", ("number",)),
        ("https://\u0430pple.com/", "xn--pple-43d.com", ("another script",)),
        ("https://xn--pple-43d.com/", "xn--pple-43d.com", ("another script",)),
    ],
)
def test_where_it_leads_and_what_is_odd(address: str, host: str, remarks: tuple[str, ...]) -> None:
    link = shown(address)
    assert link.host == host
    assert link.address.isascii()
    assert len(link.remarks) == len(remarks)
    for said, expected in zip(link.remarks, remarks, strict=True):
        assert expected in said


def test_letters_that_turn_the_line_around_are_shown_as_codes() -> None:
    link = shown("https://example.com/\u202egpj.exe")
    assert "\u202e" not in link.address
    assert "%E2%80%AE" in link.address


def test_a_mail_address_says_whom_it_writes_to() -> None:
    link = shown("mailto:someone@example.com?subject=hello")
    assert (link.host, link.mail) == ("someone@example.com", True)
    assert "fills in" in link.remarks[0]
    assert shown("mailto:someone@example.com").remarks == ()


def test_the_question_shows_all_and_staying_is_the_default(
    window: MainWindow, opened: list[str]
) -> None:
    address = "http://user@example.com:8080/" + "path/" * 40
    open_link(window, address, Seal())
    (dialog,) = window.findChildren(OpenLinkDialog)
    assert dialog.sentences[1] == "example.com"
    assert dialog.sentences[-1] == address
    assert len(dialog.sentences) == 6
    assert address in dialog.accessibleDescription()
    assert dialog.leave_button.isDefault()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert opened == []


def test_it_opens_only_after_a_yes(window: MainWindow, opened: list[str]) -> None:
    open_link(window, "https://example.com/page", Seal())
    (dialog,) = window.findChildren(OpenLinkDialog)
    assert opened == []
    QTest.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert opened == ["https://example.com/page"]


@pytest.mark.parametrize("by", [SealedBy.YOU, SealedBy.ORGANISATION])
def test_nothing_opens_while_sealed(window: MainWindow, opened: list[str], by: SealedBy) -> None:
    open_link(window, "https://example.com/page", Seal(by))
    assert window.findChildren(OpenLinkDialog) == []
    (said,) = window.findChildren(QMessageBox)
    assert "links do not open" in said.text()
    assert said.textFormat() is Qt.TextFormat.PlainText
    said.close()
    assert opened == []


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_warnings_and_buttons_are_in_sight(qtbot: QtBot, scale: float) -> None:
    url = QUrl("http://user@xn--pple-43d.com:81/" + "x" * 1500)
    dialog = OpenLinkDialog(Theme(scale=scale), shown_link(url))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    for widget in (dialog.open_button, dialog.leave_button):
        assert dialog.rect().contains(widget.geometry())
    assert dialog._remarks[0].y() < dialog._address.y()
