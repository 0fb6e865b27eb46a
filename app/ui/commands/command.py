"""What one command is.

Job: the row of the table in ``commands.table``. Rule: a command carries no words and no deeds: its
words are the catalogue's entry ``commands.<identifier>``, its deed is connected in
``commands.actions``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import Enum, StrEnum

from PySide6.QtGui import QAction

from app.core import texts


class Menu(StrEnum):
    """The menus, in order; the last three are no menus but headings of the keyboard sheet."""

    FILE = "file"
    EDIT = "edit"
    VIEW = "view"
    CONVERSATION = "conversation"
    WINDOW = "window"
    HELP = "help"
    WRITING = "writing"
    LISTS = "lists"
    TRANSCRIPT = "transcript"

    @property
    def words(self) -> str:
        """Its name, with the letter that opens it marked by "&"."""
        return texts.text(f"commands.menus.{self.value}")

    @property
    def is_shown(self) -> bool:
        """Whether the menu bar has it on this system."""
        only_elsewhere = self is Menu.WINDOW and sys.platform != "darwin"
        return self not in (Menu.WRITING, Menu.LISTS, Menu.TRANSCRIPT) and not only_elsewhere


class State(Enum):
    """What must hold for a command to be given; see ``Actions.set_state``."""

    OPEN = "open"
    """The conversation page is shown: no first start, no locked page over it."""
    SAVED = "saved"
    """The conversation on screen has messages."""
    ANSWERING = "answering"
    """An answer is being written."""


class Kind(Enum):
    """How a command comes to pass."""

    COMMAND = "command"
    """Ordinary: in a menu, with keys that can be changed."""
    SWITCH = "switch"
    """The same, with a tick while it is on."""
    EDITING = "editing"
    """Done by the field that is written in, by the system's own keys: the menu presses them."""
    FIXED = "fixed"
    """A key that a part of the window understands itself; it is listed, and cannot be changed."""


@dataclass(frozen=True, slots=True)
class Command:
    """One row. ``keys`` as in Qt's portable text ("Ctrl" is the Command key on a Mac).

    ``mac_keys`` and ``windows_keys`` where those systems have habits of their own (words of their own
    stand under ``commands.<identifier>_windows``); ``begins_group`` draws a line above it in the menu;
    ``everywhere`` also works while another window of the program has the keyboard.
    """

    identifier: str
    menu: Menu
    keys: tuple[str, ...] = ()
    mac_keys: tuple[str, ...] | None = None
    windows_keys: tuple[str, ...] | None = None
    kind: Kind = Kind.COMMAND
    needs: tuple[State, ...] = (State.OPEN,)
    begins_group: bool = False
    everywhere: bool = False
    role: QAction.MenuRole = QAction.MenuRole.NoRole

    @property
    def words(self) -> str:
        """Its name in a menu, with the letter that chooses it marked by "&"."""
        windows = f"commands.{self.identifier}_windows"
        if sys.platform == "win32" and windows in texts.entries():
            return texts.text(windows)
        return texts.text(f"commands.{self.identifier}")

    @property
    def name(self) -> str:
        """Its name in a sentence or a list."""
        return self.words.replace("&", "").removesuffix("…")

    @property
    def default_keys(self) -> tuple[str, ...]:
        """The keys it has on this system until somebody changes them."""
        if sys.platform == "darwin" and self.mac_keys is not None:
            return self.mac_keys
        if sys.platform == "win32" and self.windows_keys is not None:
            return self.windows_keys
        return self.keys

    @property
    def can_change(self) -> bool:
        """Whether a person can give it other keys."""
        return self.kind in (Kind.COMMAND, Kind.SWITCH)
