"""Links in an answer.

Job: say truly where a link leads, and ask before it leaves the program. Rule: only web and mail
addresses are ever opened, by the system's own browser or mail program, and none while the program is
sealed; nothing is fetched here.
"""

from __future__ import annotations

import ipaddress

from PySide6.QtCore import QUrl, QUrlQuery
from PySide6.QtGui import QDesktopServices

from app.core import texts
from app.core.rules.seal import Seal
from app.ui.dialogs.open_link import OpenLinkDialog, ShownLink
from app.ui.dialogs.sealed_link import say_sealed
from app.ui.views.window.main_window import MainWindow

ALLOWED_SCHEMES = frozenset({"http", "https", "mailto"})
LONGEST = 2000
_USUAL_PORTS = {"http": 80, "https": 443}
_FILES = frozenset({"attach", "attachment"})
"""What some mail programs take as the wish to send a file of this computer along."""
_ENCODED = QUrl.ComponentFormattingOption.FullyEncoded


def open_link(window: MainWindow, address: str, seal: Seal) -> None:
    """Ask whether to open ``address``; anything but a web or mail address is ignored."""
    url = parse(address)
    if url is None:
        return
    if seal.sealed:
        say_sealed(window, seal)
        return
    dialog = OpenLinkDialog(window.theme, shown_link(url), window)
    dialog.confirmed.connect(lambda: QDesktopServices.openUrl(url))
    dialog.open()


def parse(address: str) -> QUrl | None:
    """Return the address if it may be opened at all, else None."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    scheme = url.scheme().lower()
    if len(address) > LONGEST or not url.isValid() or scheme not in ALLOWED_SCHEMES:
        return None
    if scheme == "mailto":
        keys = {key.lower() for key, _ in QUrlQuery(url).queryItems()}
        return None if keys & _FILES or not url.path() else url
    return url if url.host(_ENCODED) else None


def shown_link(url: QUrl) -> ShownLink:
    """Return where an address leads, in the form that cannot pretend, with what is odd about it."""
    # The encoded form: letters of another script that look like Latin ones show as what they are.
    whole = url.toString(_ENCODED)
    if url.scheme().lower() == "mailto":
        to = QUrl(url)
        to.setQuery("")
        more = (texts.text("seal.link.mail_filled"),) if url.hasQuery() else ()
        return ShownLink(to.path(_ENCODED), whole, more, mail=True)
    return ShownLink(url.host(_ENCODED), whole, tuple(_remarks(url)))


def _remarks(url: QUrl) -> list[str]:
    host, written = url.host(_ENCODED), url.host(QUrl.ComponentFormattingOption.FullyDecoded)
    scheme = url.scheme().lower()
    remarks = []
    if url.userInfo(_ENCODED):
        remarks.append(texts.text("seal.link.user", host=host))
    if any(part.startswith("xn--") for part in host.split(".")) or not written.isascii():
        remarks.append(texts.text("seal.link.other_script"))
    if _is_number(host):
        remarks.append(texts.text("seal.link.number"))
    if url.port() not in (-1, _USUAL_PORTS[scheme]):
        remarks.append(texts.text("seal.link.port", port=url.port()))
    if scheme == "http":
        remarks.append(texts.text("seal.link.plain"))
    return remarks


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
