"""The interfaces of messages and their pieces, as Qt hands them to a screen reader.

Job: answer what a platform asks of one node. Rule: a node is a path into an outline and looks its piece
up each time, so it never shows what is gone. ``interface_cast`` returns an interface object or a null
``VoidPtr``: anything else ends the process (``None`` and ``0`` included).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleInterface,
    QAccessibleTextInterface,
)

from app.ui.transcript.access.outline import Kind, Piece

if TYPE_CHECKING:
    from app.ui.transcript.access.bridge import Bridge

Role = QAccessible.Role
NOTHING = shiboken6.Shiboken.VoidPtr(0)

ROLES = {
    Kind.HEADING: Role.Heading,
    Kind.PARAGRAPH: Role.Paragraph,
    Kind.ITEM: Role.Paragraph,
    Kind.QUOTE: Role.BlockQuote,
    Kind.CODE: Role.Section,
    Kind.FORMULA: Role.Equation,
    Kind.TABLE: Role.Table,
    Kind.ROW: Role.Row,
    Kind.HEADER_CELL: Role.ColumnHeader,
    Kind.CELL: Role.Cell,
    Kind.NOTICE: Role.StaticText,
    Kind.BUTTON: Role.Button,
    Kind.LINK: Role.Link,
}
_PRESSED = frozenset({Kind.BUTTON, Kind.LINK})
Found = Any
"""An interface or None, which Qt takes for nothing and its stubs do not name."""
Path = tuple[int, ...]
"""Places from a message down to a piece; empty for the message itself."""


class Node(QAccessibleInterface):
    """The message ``message_id``, or the piece of it that ``path`` leads to."""

    def __init__(self, bridge: Bridge, message_id: int, path: Path = ()) -> None:
        super().__init__()
        self._bridge = bridge
        self.message_id = message_id
        self.path = path
        self._words: Words | None = None
        self._acts: Acts | None = None

    # --- what it is -----------------------------------------------------------------------------

    @property
    def piece(self) -> Piece | None:
        """The piece as it is now; None for a message, and for what is gone."""
        return self._bridge.piece(self.message_id, self.path)

    @property
    def reading(self) -> str:
        """What can be read character by character."""
        piece = self.piece
        if not self.path:
            return self._bridge.text_of(self.message_id)
        return piece.text if piece is not None else ""

    def isValid(self) -> bool:
        """Say whether it still exists."""
        return self._bridge.exists(self.message_id) and (not self.path or self.piece is not None)

    def object(self) -> Any:
        """Return no object: it is painted, not a widget."""
        return None

    def role(self) -> QAccessible.Role:
        """Return what it is."""
        if not self.path:
            return Role.ListItem
        piece = self.piece
        return ROLES[piece.kind] if piece is not None else Role.NoRole

    def text(self, kind: QAccessible.Text) -> str:
        """Return its name; nothing else is told of it."""
        if kind is not QAccessible.Text.Name:
            return ""
        if not self.path:
            return self._bridge.name_of(self.message_id)
        piece = self.piece
        return piece.name if piece is not None else ""

    def setText(self, _kind: QAccessible.Text, _words: str) -> None:
        """Leave it as it is."""

    def state(self) -> QAccessible.State:
        """Return what can be said of it now."""
        state = QAccessible.State()
        if not self.isValid():
            state.invalid = True
            return state
        piece = self.piece
        if piece is None or piece.kind in _PRESSED:
            state.focusable = True
            state.focused = self._bridge.has_focus(self)
        if piece is None:
            state.selectable = state.selected = state.focused
        else:
            control = piece.control
            state.disabled = control is not None and not control.enabled
            if control is not None and control.expanded is not None:
                state.expandable = True
                state.expanded = control.expanded
                state.collapsed = not control.expanded
            state.linked = piece.kind is Kind.LINK
        if self.reading:
            state.readOnly = True
            state.multiLine = True
        if not self._bridge.is_visible(self.message_id):
            state.offscreen = True
        return state

    def rect(self) -> QRect:
        """Return where it is on the screen; empty when it is out of sight."""
        piece = self.piece
        return self._bridge.rect(self.message_id, piece.rect if piece is not None else None)

    # --- where it is ----------------------------------------------------------------------------

    def parent(self) -> Found:
        """Return the piece, message or list it is in."""
        if self.path:
            return self._bridge.node(self.message_id, self.path[:-1])
        return self._bridge.root()

    def _pieces(self) -> Sequence[Piece]:
        if not self.path:
            return self._bridge.outline(self.message_id)
        piece = self.piece
        return piece.children if piece is not None else ()

    def childCount(self) -> int:
        """Return how many pieces it has."""
        return len(self._pieces())

    def child(self, index: int) -> Found:
        """Return one piece."""
        if 0 <= index < self.childCount():
            return self._bridge.node(self.message_id, (*self.path, index))
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Return the place of a piece, -1 if it is not one of these."""
        if isinstance(child, Node) and child.message_id == self.message_id and child.path:
            return child.path[-1] if child.path[:-1] == self.path else -1
        return -1

    def childAt(self, x: int, y: int) -> Found:
        """Return the piece at a point of the screen."""
        for place in range(self.childCount()):
            found = self.child(place)
            if found is not None and found.rect().contains(QPoint(x, y)):
                return found
        return None

    def focusChild(self) -> Found:
        """Return the piece that has the keyboard."""
        return self._bridge.focused()

    # --- what can be done with it ---------------------------------------------------------------

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        """Return the interface for reading or acting, a null pointer for any other."""
        piece = self.piece
        if kind is QAccessible.InterfaceType.TextInterface and self.reading:
            if self._words is None:
                self._words = Words(self, self._bridge)
            return self._words
        acts = not self.path or (piece is not None and piece.kind in _PRESSED)
        if kind is QAccessible.InterfaceType.ActionInterface and acts:
            if self._acts is None:
                self._acts = Acts(self, self._bridge)
            return self._acts
        return NOTHING


class Words(QAccessibleTextInterface):
    """The characters of a node. No caret and no selection: those are the view's."""

    def __init__(self, node: Node, bridge: Bridge) -> None:
        super().__init__()
        self._node = node
        self._bridge = bridge

    def characterCount(self) -> int:
        """Return how many characters there are, as Qt counts them."""
        return len(self._node.reading.encode("utf-16-le")) // 2

    def text(self, start: int, end: int) -> str:
        """Return a range of characters."""
        whole = self._node.reading
        if whole.isascii():
            return whole[start:end]
        return whole.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", "replace")

    def cursorPosition(self) -> int:
        """Return the start: nothing can be written here."""
        return 0

    def setCursorPosition(self, _position: int) -> None:
        """Leave the caret where it is."""

    def selectionCount(self) -> int:
        """Return none: the ranges cannot be told from Python (they are output parameters)."""
        return 0

    def addSelection(self, _start: int, _end: int) -> None:
        """Select nothing."""

    def removeSelection(self, _index: int) -> None:
        """Select nothing."""

    def setSelection(self, _index: int, _start: int, _end: int) -> None:
        """Select nothing."""

    def characterRect(self, _offset: int) -> QRect:
        """Return the place of the whole node: letters are not told apart."""
        return self._node.rect()

    def offsetAtPoint(self, _point: QPoint) -> int:
        """Return the start of what is under the point."""
        return 0

    def scrollToSubstring(self, _start: int, _end: int) -> None:
        """Bring the node into sight."""
        self._bridge.show(self._node)


class Acts(QAccessibleActionInterface):
    """What can be done with a message, a control or a link."""

    def __init__(self, node: Node, bridge: Bridge) -> None:
        super().__init__()
        self._node = node
        self._bridge = bridge

    def actionNames(self) -> list[str]:
        """Return Press, where there is something to press, and the way to it."""
        names = [self.setFocusAction()]
        piece = self._node.piece
        enabled = piece is not None and (piece.control is None or piece.control.enabled)
        return [self.pressAction(), *names] if enabled else names

    def doAction(self, name: str) -> None:
        """Do it."""
        if name == self.setFocusAction():
            self._bridge.focus(self._node)
        elif name == self.pressAction():
            self._bridge.press(self._node)

    def keyBindingsForAction(self, _name: str) -> list[str]:
        """Return none: the shortcuts are those of the window."""
        return []
