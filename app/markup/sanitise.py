"""What may reach the screen.

Job: take out the characters that Qt's text engine treats as structure or loses, mark the ones that
make code read differently from how it runs, make light what nobody sees, and say which links may be
followed. Rule: one character in, one character out for text (offsets stay true); nothing here decodes,
fetches or opens anything.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

REPLACEMENT = "\ufffd"

# Controls; U+FDD0 and U+FDD1 are block separators inside QTextDocument, U+FFFC stands for an object
# (an image), U+2028 and U+2029 break lines, and lone surrogates vanish on the way into Qt.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufdd0\ufdd1\ufffc\ud800-\udfff]")
_SPACES = frozenset("\x0b\x0c\r\x85\u2028\u2029")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SOFT_HYPHEN, _NO_WIDTH = "\u00ad", "\u200b"
MANY_SOFT_HYPHENS = 200
"""From so many in one stretch on, those behind no letter are not laid out as what they are."""
UNSEEN_RUN = 64
"""So many invisible signs and accents in a row are laid out as what they are."""
# Two letters of UTF-16 beyond the first plane, one each before.
_UNSEEN = (
    "\u00ad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
)
_LONG_UNSEEN = re.compile(f"(?<=[{_UNSEEN}]{{{UNSEEN_RUN}}})[{_UNSEEN}]+")
_BESIDE_NO_LETTER = re.compile(rf"(?<!\w){_SOFT_HYPHEN}")
_ALLOWED_SCHEMES = frozenset({"http", "https", "mailto"})
_MAX_LINK = 4096


def clean(text: str) -> str:
    """Return ``text`` with unsafe characters replaced, one for one; line feeds and tabs stay."""
    if _UNSAFE.search(text) is None:
        return text
    return _UNSAFE.sub(lambda hit: " " if hit[0] in _SPACES else REPLACEMENT, text)


def clean_code(text: str) -> str:
    """Return code that shows what it is: bidirectional overrides are spelled out as ``[U+202E]``."""
    text = clean(text)
    if _BIDI.search(text) is None:
        return text
    return _BIDI.sub(lambda hit: f"[U+{ord(hit[0]):04X}]", text)


def light(text: str) -> str:
    """Return ``text`` for the layout alone, as many letters of UTF-16 long: looks like it, and is quick.

    Qt lays out a soft hyphen with the width of a hyphen each time, and a line of signs without a width
    never ends: half a million of them held the window for 11 s. Whoever copies gets the text itself.
    """
    if text.isascii():
        return text
    if text.count(_SOFT_HYPHEN) > MANY_SOFT_HYPHENS:
        text = _BESIDE_NO_LETTER.sub(_NO_WIDTH, text)
    return _LONG_UNSEEN.sub(lambda hit: _NO_WIDTH * (len(hit[0].encode("utf-16-le")) // 2), text)


def is_bidi_mark(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) ranges of the marks that :func:`clean_code` put into ``text``."""
    return [hit.span() for hit in re.finditer(r"\[U\+20(?:2[A-E]|6[6-9])\]", text)]


def allowed_link(target: str) -> bool:
    """Say whether a link may be followed: http, https and mailto, spelled out in full."""
    if len(target) > _MAX_LINK or any(ord(sign) <= 0x20 or sign == "\\" for sign in target):
        return False
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    if parts.scheme.lower() not in _ALLOWED_SCHEMES:
        return False
    return bool(parts.path) if parts.scheme.lower() == "mailto" else bool(parts.netloc)


class NewlineFilter:
    """Turns CR LF and CR into LF in a text that arrives in pieces."""

    def __init__(self) -> None:
        self._held = False

    def feed(self, text: str) -> str:
        """Return the next piece; a carriage return at its end waits for what follows."""
        if self._held:
            text = "\r" + text
            self._held = False
        if "\r" not in text:
            return text
        if text.endswith("\r"):
            self._held = True
            text = text[:-1]
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def finish(self) -> str:
        """Return what was still held back."""
        held, self._held = self._held, False
        return "\n" if held else ""
