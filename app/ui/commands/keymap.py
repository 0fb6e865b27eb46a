"""The keys of now.

Job: know which keys give a command, take a person's own, and say why some cannot be taken. Rule: what
was stored is never trusted: keys that mean nothing, that would make typing impossible or that two
commands claim are left out, and the default stands. Of two claims the first in the table holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from PySide6.QtCore import QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence

from app.core import texts
from app.core.logs import log_event
from app.ui.commands import table
from app.ui.commands.command import Command, Kind

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_CTRL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
_TYPES_NOTHING = _CTRL | _ALT | Qt.KeyboardModifier.MetaModifier
_ONLY_MODIFIERS = frozenset(
    (
        *(Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr),
        *(Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_ScrollLock, Qt.Key.Key_unknown),
        *(Qt.Key.Key_Super_L, Qt.Key.Key_Super_R, Qt.Key.Key_Hyper_L, Qt.Key.Key_Hyper_R),
    )
)
MOST_KEYS = 3
"""Keys that one command can have."""


class Refusal(StrEnum):
    """Why keys cannot be taken."""

    NOT_KEYS = "not_keys"
    TYPES = "types"
    """They write a letter, or move in the text."""
    FIXED = "fixed"
    """A part of the window understands them itself."""


class Keymap(QObject):
    """``changed`` after every change; ``keep`` is given what is to be stored, ``stored`` is that."""

    changed = Signal()

    def __init__(
        self,
        stored: str = "",
        keep: Callable[[str], object] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._keep = keep
        self._own: dict[str, tuple[QKeySequence, ...]] = _read(stored)

    def keys(self, command: Command) -> tuple[QKeySequence, ...]:
        """Return the keys of ``command``, perhaps none; the first is the one to show."""
        own = self._own.get(command.identifier)
        wished = _defaults(command) if own is None else own
        if not command.can_change:
            return wished
        return tuple(keys for keys in wished if self.owner(keys) is command)

    def shown(self, command: Command) -> str:
        """Return the first keys of ``command`` as this system writes them, "" if it has none."""
        keys = self.keys(command)
        return keys[0].toString(QKeySequence.SequenceFormat.NativeText) if keys else ""

    def all_shown(self, command: Command) -> str:
        """Return all keys of ``command`` in words: "Ctrl+/ or F1", "" if it has none."""
        native = QKeySequence.SequenceFormat.NativeText
        words = ""
        for keys in self.keys(command):
            shown = keys.toString(native)
            words = texts.text("commands.keys.or", first=words, second=shown) if words else shown
        return words

    def owner(self, keys: QKeySequence) -> Command | None:
        """Return the command that ``keys`` give, None if nothing happens."""
        claims = [command for command in table.ALL if command.can_change and self._claims(command, keys)]
        # Somebody's own choice goes before what another command merely began with.
        claims.sort(key=lambda command: command.identifier not in self._own)
        return claims[0] if claims else None

    def is_changed(self, command: Command) -> bool:
        """Return whether ``command`` has other keys than it began with."""
        return self.keys(command) != _defaults(command)

    def assign(self, command: Command, keys: Sequence[QKeySequence]) -> None:
        """Give ``command`` these keys and no others; another command that had them loses them.

        Raises ValueError for keys that cannot be taken (see :func:`refusal`).
        """
        for one in keys:
            if refusal(one) is not None or not command.can_change:
                raise ValueError(command.identifier)
            other = self.owner(one)
            if other is not None and other is not command:
                self._own[other.identifier] = tuple(k for k in self.keys(other) if k != one)
        self._own[command.identifier] = tuple(keys)[:MOST_KEYS]
        self._settle()

    def first_keys(self, command: Command) -> tuple[QKeySequence, ...]:
        """Return the keys that ``command`` began with."""
        return _defaults(command)

    def reset_all(self) -> None:
        """Give every command the keys it began with."""
        self._own.clear()
        self._settle()

    def _claims(self, command: Command, keys: QKeySequence) -> bool:
        own = self._own.get(command.identifier)
        return keys in (_defaults(command) if own is None else own)

    def _settle(self) -> None:
        for command in table.ALL:
            if self._own.get(command.identifier) == _defaults(command):
                del self._own[command.identifier]
        if self._keep is not None:
            self._keep(_written(self._own))
        self.changed.emit()


def refusal(keys: QKeySequence) -> Refusal | None:
    """Return why no command can have ``keys``, None if one can."""
    if keys.count() != 1 or combination(keys).key() in _ONLY_MODIFIERS:
        return Refusal.NOT_KEYS
    if keys in _reserved():
        return Refusal.FIXED
    return None if _is_harmless(combination(keys)) else Refusal.TYPES


def combination(keys: QKeySequence) -> QKeyCombination:
    """Return the first combination of ``keys``, which must not be empty."""
    found: QKeyCombination = keys[0]  # type: ignore[index]  # the stubs forget it
    return found


def _is_harmless(keys: QKeyCombination) -> bool:
    """Say whether these keys neither write nor move in a text."""
    if Qt.Key.Key_F1 <= keys.key() <= Qt.Key.Key_F35:
        return True
    held = keys.keyboardModifiers() & ~Qt.KeyboardModifier.ShiftModifier
    if not held & _TYPES_NOTHING:
        return False
    # Alt with a letter opens a menu or, on a Mac, writes; AltGr, which writes, arrives as Ctrl+Alt.
    if held in (_ALT, _CTRL | _ALT) and keys.key() <= Qt.Key.Key_ydiaeresis:
        return False
    # Ctrl with arrows, Home, End, Backspace and the like moves or deletes in every field.
    return keys.key() not in (
        *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home),
        *(Qt.Key.Key_End, Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Tab, Qt.Key.Key_Insert),
    )


def _reserved() -> set[QKeySequence]:
    return {
        QKeySequence.fromString(text, _PORTABLE)
        for command in table.ALL
        if not command.can_change
        for text in command.default_keys
    }


def _defaults(command: Command) -> tuple[QKeySequence, ...]:
    return tuple(QKeySequence.fromString(text, _PORTABLE) for text in command.default_keys)


def _written(own: Mapping[str, tuple[QKeySequence, ...]]) -> str:
    plain = {name: [keys.toString(_PORTABLE) for keys in given] for name, given in own.items()}
    return json.dumps(plain, separators=(",", ":")) if plain else ""


def _read(stored: str) -> dict[str, tuple[QKeySequence, ...]]:
    """Return what of ``stored`` makes sense."""
    try:
        found = json.loads(stored) if stored else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        log_event("keyboard.unreadable")
        return {}
    own: dict[str, tuple[QKeySequence, ...]] = {}
    for command in table.ALL:
        given = found.get(command.identifier)
        if command.kind not in (Kind.COMMAND, Kind.SWITCH) or not isinstance(given, list):
            continue
        names = [name for name in given[:MOST_KEYS] if isinstance(name, str) and len(name) < 64]
        keys = tuple(QKeySequence.fromString(name, _PORTABLE) for name in names)
        sound = tuple(dict.fromkeys(one for one in keys if refusal(one) is None))
        if sound or not given:
            own[command.identifier] = sound
    return own
