"""Languages that nobody speaks: the catalogue made long and accented, and made right to left.

Job: turn each sentence into one that can still be read, is a third longer and stands in brackets, so
that a test or a look at the window shows what did not come out of the catalogue and what is cut off.
Rule: names in braces and the letter after "&" stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from PySide6.QtCore import QLocale
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QMenu, QWidget

from app.core import texts
from app.ui.language import Language, language

OPEN, CLOSE = "⟦", "⟧"
_ACCENTED = str.maketrans("aceinosuyACEINOSUY", "áçéïñøšüýÁÇÉÏÑØŠÜÝ")
_HEBREW = str.maketrans("abcdefghijklmnopqrstuvwxyz", "אבגדהוזחטיכלמנסעפצקרשתםןףץ")
KEYS = re.compile(r"\(?((Ctrl|Shift|Alt|Meta)\+)*(Return|Esc|Del|F\d+|\S|$)\)?")
"""The names of keys are Qt's, and translated by it."""
_KEPT = re.compile(r"(\{[^}]*\}|&.)")


def accented(sentence: str) -> str:
    """Return a sentence a third longer, with accents, in brackets; an empty one stays empty."""
    return _changed(sentence, lambda piece: piece.translate(_ACCENTED))


def mirrored(sentence: str) -> str:
    """Return a sentence a third longer, in Hebrew letters, in brackets; an empty one stays empty."""
    return _changed(sentence, lambda piece: piece.lower().translate(_HEBREW))


def _changed(sentence: str, change: Callable[[str], str]) -> str:
    if not sentence:
        return ""
    pieces = [piece if _KEPT.fullmatch(piece) else change(piece) for piece in _KEPT.split(sentence)]
    padding = change("ab cd ef gh ij kl mn op qr st uv wx yz " * (1 + len(sentence) // 90))
    longer = padding[: (len(sentence) + 2) // 3].rstrip()
    return f"{OPEN}{''.join(pieces)} {longer}{CLOSE}"


def accented_language() -> Language:
    """Return the catalogue, accented."""
    entries = {key: accented(sentence) for key, sentence in texts.entries().items()}
    return language(entries, QLocale("en-GB"))


def mirrored_language() -> Language:
    """Return the catalogue, right to left, with the numbers of Israel."""
    entries = {key: mirrored(sentence) for key, sentence in texts.entries().items()}
    return language(entries, QLocale("he-IL"))


def escaped(shown: str) -> str:
    """Return what of ``shown`` stands outside all brackets and has letters; "" when nothing does."""
    depth, rest = 0, []
    for letter in shown:
        if letter == OPEN:
            depth += 1
        elif letter == CLOSE:
            depth -= 1
        elif depth == 0:
            rest.append(letter)
    outside = "".join(rest)
    return outside.strip() if any(unicodedata.category(letter)[0] == "L" for letter in outside) else ""


def words_of(widget: QWidget) -> list[str]:
    """Return everything that a widget shows or tells in words."""
    found = [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
    if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
        found.append(widget.text())
    if isinstance(widget, QLineEdit):
        found.append(widget.placeholderText())
    if isinstance(widget, QComboBox):
        found += [widget.itemText(row) for row in range(widget.count())]
    if isinstance(widget, QMenu):
        found.append(widget.title())
    found += [action.text() for action in widget.findChildren(QAction)]
    return found
