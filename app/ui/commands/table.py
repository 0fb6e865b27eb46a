"""The one table of commands.

Job: every command of the window with its menu, its keys and when it can be given. Rule: menu bar,
shortcuts, keyboard sheet, settings and docs/keyboard.md derive from here; a key that is not in this
table does not exist.

To add a command: a row here, where it belongs in its menu; its words in ``resources/texts`` under
``commands.<identifier>`` (mark a letter with "&" that no other row of the menu has); and one line
where the deed is: ``window.actions.on(table.FIND, self.open_find)``. Until that line has run the
command is in no menu and its keys do nothing. If it cannot always be given, name what it needs
(``State``) and tell changes by ``window.actions.set_state``. A key that a widget understands by
itself (Return in the composer) is a row of ``Kind.FIXED``: it is listed, and reserved.
``docs/keyboard.md`` is written anew by ``python -m tests.support.keyboard_page``.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction

from app.ui.commands.command import Command, Kind, Menu, State

Role = QAction.MenuRole
_SAVED = (State.OPEN, State.SAVED)
_ALWAYS: tuple[State, ...] = ()

# --- File ---------------------------------------------------------------------------------------
NEW = Command("new", Menu.FILE, ("Ctrl+N",))
MODELS = Command("models", Menu.FILE, ("Ctrl+Shift+M",), begins_group=True)
CONNECTIONS = Command("connections", Menu.FILE)
BIN = Command("bin", Menu.FILE)
EXPORT = Command("export", Menu.FILE, ("Ctrl+Shift+E",), needs=_SAVED, begins_group=True)
SETTINGS = Command(
    "settings", Menu.FILE, ("Ctrl+,",), begins_group=True, everywhere=True, role=Role.PreferencesRole
)
QUIT = Command(
    "quit",
    Menu.FILE,
    ("Ctrl+Q",),
    begins_group=True,
    needs=_ALWAYS,
    everywhere=True,
    role=Role.QuitRole,
)

# --- Edit ---------------------------------------------------------------------------------------
UNDO = Command("undo", Menu.EDIT, ("Ctrl+Z",), kind=Kind.EDITING, needs=_ALWAYS)
REDO = Command(
    "redo",
    Menu.EDIT,
    ("Ctrl+Shift+Z",),
    windows_keys=("Ctrl+Y",),
    kind=Kind.EDITING,
    needs=_ALWAYS,
)
CUT = Command("cut", Menu.EDIT, ("Ctrl+X",), kind=Kind.EDITING, needs=_ALWAYS, begins_group=True)
COPY = Command("copy", Menu.EDIT, ("Ctrl+C",), kind=Kind.EDITING, needs=_ALWAYS)
PASTE = Command("paste", Menu.EDIT, ("Ctrl+V",), kind=Kind.EDITING, needs=_ALWAYS)
SELECT_ALL = Command("select_all", Menu.EDIT, ("Ctrl+A",), kind=Kind.EDITING, needs=_ALWAYS)
COPY_ANSWER = Command("copy_answer", Menu.EDIT, ("Ctrl+Shift+C",), needs=_SAVED, begins_group=True)
FIND = Command("find", Menu.EDIT, ("Ctrl+F",), needs=_SAVED, begins_group=True)
FIND_NEXT = Command("find_next", Menu.EDIT, ("F3", "Ctrl+G"), ("Ctrl+G", "F3"), needs=_SAVED)
FIND_PREVIOUS = Command(
    "find_previous",
    Menu.EDIT,
    ("Shift+F3", "Ctrl+Shift+G"),
    ("Ctrl+Shift+G", "Shift+F3"),
    needs=_SAVED,
)
SEARCH = Command("search", Menu.EDIT, ("Ctrl+K",))

# --- View ---------------------------------------------------------------------------------------
SIDEBAR = Command("sidebar", Menu.VIEW, ("Ctrl+B",), kind=Kind.SWITCH)
MENU_BAR = Command("menu_bar", Menu.VIEW, kind=Kind.SWITCH, needs=_ALWAYS)
REASONING = Command("reasoning", Menu.VIEW, ("Ctrl+Shift+R",), needs=_SAVED, begins_group=True)
LEDGER = Command("ledger", Menu.VIEW, ("Ctrl+I",))
MEMORY = Command("memory", Menu.VIEW)
LARGER = Command(
    "larger", Menu.VIEW, ("Ctrl++", "Ctrl+="), needs=_ALWAYS, begins_group=True, everywhere=True
)
SMALLER = Command("smaller", Menu.VIEW, ("Ctrl+-",), needs=_ALWAYS, everywhere=True)
USUAL_SIZE = Command("usual_size", Menu.VIEW, ("Ctrl+0",), needs=_ALWAYS, everywhere=True)
FULL_SCREEN = Command(
    "full_screen",
    Menu.VIEW,
    ("F11",),
    ("Ctrl+Meta+F",),
    kind=Kind.SWITCH,
    needs=_ALWAYS,
    begins_group=True,
)
NEXT_PART = Command("next_part", Menu.VIEW, ("F6",), begins_group=True)
PREVIOUS_PART = Command("previous_part", Menu.VIEW, ("Shift+F6",))

# --- Conversation -------------------------------------------------------------------------------
RENAME = Command("rename", Menu.CONVERSATION, ("F2",), needs=_SAVED)
DELETE = Command("delete", Menu.CONVERSATION, needs=_SAVED)
TRY_AGAIN = Command("try_again", Menu.CONVERSATION, ("Ctrl+R",), needs=_SAVED, begins_group=True)
ANSWER_NOW = Command(
    "answer_now", Menu.CONVERSATION, ("Ctrl+Return",), needs=(State.OPEN, State.ANSWERING)
)
STOP = Command("stop", Menu.CONVERSATION, ("Esc",), kind=Kind.FIXED, needs=(State.OPEN, State.ANSWERING))
EFFORT = Command("effort", Menu.CONVERSATION, ("Ctrl+E",), begins_group=True)
NEXT_QUESTION = Command(
    "next_question", Menu.CONVERSATION, ("Ctrl+PgDown",), needs=_SAVED, begins_group=True
)
PREVIOUS_QUESTION = Command("previous_question", Menu.CONVERSATION, ("Ctrl+PgUp",), needs=_SAVED)

# --- Window (on a Mac) --------------------------------------------------------------------------
MINIMISE = Command("minimise", Menu.WINDOW, ("Ctrl+M",), needs=_ALWAYS)
ZOOM_WINDOW = Command("zoom_window", Menu.WINDOW, needs=_ALWAYS)

# --- Help ---------------------------------------------------------------------------------------
MANUAL = Command("manual", Menu.HELP, needs=_ALWAYS)
WHAT_IT_CAN = Command("what_it_can", Menu.HELP)
SHORTCUTS = Command("shortcuts", Menu.HELP, ("Ctrl+/", "F1"), ("Ctrl+/",), needs=_ALWAYS)
SHOW_MENU = Command("show_menu", Menu.HELP, ("F10",), (), needs=_ALWAYS)
ABOUT = Command("about", Menu.HELP, needs=_ALWAYS, begins_group=True, role=Role.AboutRole)

# --- keys that parts of the window understand themselves ----------------------------------------
_FIXED = Kind.FIXED
SEND = Command("send", Menu.WRITING, ("Return",), kind=_FIXED)
NEW_LINE = Command("new_line", Menu.WRITING, ("Shift+Return",), kind=_FIXED)
OPEN_ROW = Command("open_row", Menu.LISTS, ("Return",), kind=_FIXED)
DELETE_ROW = Command("delete_row", Menu.LISTS, ("Del",), kind=_FIXED)
INTO_RESULTS = Command("into_results", Menu.LISTS, ("Down",), kind=_FIXED)
NEXT_TURN = Command("next_turn", Menu.TRANSCRIPT, ("Down",), kind=_FIXED)
PREVIOUS_TURN = Command("previous_turn", Menu.TRANSCRIPT, ("Up",), kind=_FIXED)
INTO_TURN = Command("into_turn", Menu.TRANSCRIPT, ("Return",), kind=_FIXED)
OUT_OF_TURN = Command("out_of_turn", Menu.TRANSCRIPT, ("Esc",), kind=_FIXED)

ALL: Sequence[Command] = tuple(value for value in vars().values() if isinstance(value, Command))
