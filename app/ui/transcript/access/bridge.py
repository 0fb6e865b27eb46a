"""The transcript as assistive technology sees it: a list of all its messages.

Job: keep nodes for what was asked about, answer them from model and layouts, and report what changed.
Rule: nothing is made before somebody asks; a message out of sight is laid out only to name what is in
it, and let go like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from app.ui.transcript.access.nodes import Found, Node, Path
from app.ui.transcript.access.outline import Piece, outline
from app.ui.transcript.access.words import message_name, message_text
from app.ui.transcript.content import Content
from app.ui.transcript.message.layout import MessageLayout

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView

Key = tuple[object, ...]


class Bridge(QObject):
    """Nodes of one view."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self._view = view
        self._root: AccessibleTranscript | None = None
        self._nodes: dict[tuple[int, Path], Node] = {}
        self._outlines: dict[int, tuple[Key, tuple[Piece, ...]]] = {}
        self._names: dict[int, tuple[Key, str]] = {}
        view.model.was_reset.connect(self._forget_all)
        view.model.appended.connect(self._appended)
        view.model.replaced.connect(self._replaced)
        view.model.truncated.connect(self._truncated)

    # --- nodes ----------------------------------------------------------------------------------

    def make_root(self) -> AccessibleTranscript:
        """Return the interface of the view itself, anew each time Qt asks for one."""
        self._root = AccessibleTranscript(self._view, self)
        return self._root

    def root(self) -> QAccessibleInterface | None:
        """Return the interface of the view as Qt keeps it."""
        return QAccessible.queryAccessibleInterface(self._view)

    def node(self, message_id: int, path: Path = ()) -> Node:
        """Return the node of a message or of a piece in it."""
        key = (message_id, path)
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = Node(self, message_id, path)
            QAccessible.registerAccessibleInterface(found)
        return found

    def node_at(self, row: int) -> Node | None:
        """Return the node of a row."""
        items = self._view.model.items
        return self.node(items[row].id) if 0 <= row < len(items) else None

    def _forget_all(self) -> None:
        self._drop(list(self._nodes))

    def _truncated(self, _row: int) -> None:
        self._drop([key for key in self._nodes if not self.exists(key[0])])

    def _drop(self, keys: Sequence[tuple[int, Path]]) -> None:
        # Pieces first: a platform asks a node for its parent while it takes leave of it.
        for key in sorted(keys, key=lambda each: -len(each[1])):
            node = self._nodes.pop(key)
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(node))
        for message_id in {key[0] for key in keys}:
            self._outlines.pop(message_id, None)
            self._names.pop(message_id, None)

    # --- answers --------------------------------------------------------------------------------

    def exists(self, message_id: int) -> bool:
        """Say whether a message is shown."""
        return self._view.model.row_of(message_id) is not None

    def _layout(self, message_id: int) -> MessageLayout | None:
        row = self._view.model.row_of(message_id)
        if row is None:
            return None
        found = self._view.realiser.layouts.get(row)
        if found is None:
            found = self._view.realiser.layout(row)
            self._view.realiser.trim({*self._view.stage.visible, row})
        return found

    def _content(self, row: int) -> Content:
        layout = self._view.realiser.layouts.get(row)
        live = self._view.realiser.live_content if row == self._view.realiser.live_row else None
        if live is not None:
            return live
        return layout.content if layout is not None else Content(self._view.model.items[row])

    def text_of(self, message_id: int) -> str:
        """Return what a message says."""
        row = self._view.model.row_of(message_id)
        return message_text(self._content(row)) if row is not None else ""

    def name_of(self, message_id: int) -> str:
        """Return what a message is called."""
        model = self._view.model
        row = model.row_of(message_id)
        if row is None:
            return ""
        live = row == self._view.realiser.live_row
        unread = model.is_left_out(row)
        content = self._content(row)
        key = (model.items[row], live, unread, *(map(id, content.sources()) if live else ()))
        kept = self._names.get(message_id)
        if kept is None or kept[0] != key:
            name = message_name(model.items[row], content, live=live, unread=unread)
            kept = self._names[message_id] = (key, name)
        return kept[1]

    def outline(self, message_id: int) -> tuple[Piece, ...]:
        """Return the pieces of a message."""
        layout = self._layout(message_id)
        if layout is None:
            return ()
        key = layout.state_key()
        kept = self._outlines.get(message_id)
        if kept is None or kept[0] != key:
            kept = self._outlines[message_id] = (key, outline(layout))
        return kept[1]

    def piece(self, message_id: int, path: Path) -> Piece | None:
        """Return the piece a path leads to, None for the message itself and for what is gone."""
        pieces, found = self.outline(message_id) if path else (), None
        for place in path:
            if place >= len(pieces):
                return None
            found = pieces[place]
            pieces = found.children
        return found

    def is_visible(self, message_id: int) -> bool:
        """Say whether any of a message is in sight."""
        return self._view.model.row_of(message_id) in self._view.stage.visible

    def rect(self, message_id: int, part: QRect | None) -> QRect:
        """Return the place of a message, or of a part of it, on the screen."""
        view = self._view
        row = view.model.row_of(message_id)
        if row is None or row not in view.stage.visible or row not in view.realiser.layouts:
            return QRect()
        whole = view.row_rect(row)
        area = part.translated(whole.topLeft()) if part is not None else whole
        return area.translated(view.viewport().mapToGlobal(QPoint(0, 0)))

    # --- focus and actions ----------------------------------------------------------------------

    def focused(self) -> Node | None:
        """Return the node that has the keyboard, None while it is the view as a whole."""
        view = self._view
        row = view.current_row
        if row is None or not view.hasFocus():
            return None
        message_id = view.model.items[row].id
        stop = view.stops.current if view.stops.inside else None
        if stop is not None:
            path = _path_to(self.outline(message_id), stop)
            if path is not None:
                return self.node(message_id, path)
        return self.node(message_id)

    def has_focus(self, node: Node) -> bool:
        """Say whether a node has the keyboard."""
        return self.focused() is node

    def _stand_on(self, node: Node) -> int | None:
        row = self._view.model.row_of(node.message_id)
        if row is not None and row != self._view.current_row:
            self._view.set_current(row)
        return row

    def focus(self, node: Node) -> None:
        """Give a node the keyboard."""
        view = self._view
        piece = node.piece
        if self._stand_on(node) is None:
            return
        view.setFocus()
        self.show(node)
        stop = (piece.control or piece.link) if piece is not None else None
        if stop is not None:
            view.stops.put(stop)
        else:
            self.focus_moved()

    def show(self, node: Node) -> None:
        """Bring a node into sight."""
        row = self._view.model.row_of(node.message_id)
        if row is not None:
            self._view.show_row(row)

    def press(self, node: Node) -> None:
        """Do what a control or link does."""
        row, piece = self._view.model.row_of(node.message_id), node.piece
        if row is None or piece is None:
            return
        if piece.control is not None and piece.control.enabled:
            self._view.actions_.perform(row, piece.control)
        elif piece.link is not None:
            self._view.link_activated.emit(piece.link.href)

    # --- reports --------------------------------------------------------------------------------

    def _report(self, node: QAccessibleInterface | None, kind: QAccessible.Event) -> None:
        if node is not None and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleEvent(node, kind))

    def focus_moved(self) -> None:
        """Report where the keyboard is now."""
        if QAccessible.isActive():
            self._report(self.focused(), QAccessible.Event.Focus)

    def _appended(self, row: int) -> None:
        if QAccessible.isActive():
            self._report(self.node_at(row), QAccessible.Event.ObjectCreated)

    def _replaced(self, row: int) -> None:
        if QAccessible.isActive():
            self._report(self.node_at(row), QAccessible.Event.NameChanged)


class AccessibleTranscript(QAccessibleWidget):
    """The list. Its items are the messages, whether or not they are in sight."""

    def __init__(self, view: TranscriptView, bridge: Bridge) -> None:
        super().__init__(view, QAccessible.Role.List)
        self._view = view
        self._bridge = bridge

    def childCount(self) -> int:
        """Return the number of messages."""
        return len(self._view.model.items)

    def child(self, index: int) -> Found:
        """Return a message."""
        return self._bridge.node_at(index)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Return the place of a message, -1 for anything else."""
        if isinstance(child, Node) and not child.path:
            row = self._view.model.row_of(child.message_id)
            return -1 if row is None else row
        return -1

    def childAt(self, x: int, y: int) -> Found:
        """Return the message at a point of the screen."""
        row = self._view.row_at(self._view.viewport().mapFromGlobal(QPoint(x, y)).y())
        return self._bridge.node_at(row) if row is not None else None

    def focusChild(self) -> Found:
        """Return what has the keyboard inside."""
        return self._bridge.focused()


def _path_to(pieces: Sequence[Piece], stop: object) -> Path | None:
    """Return the way to the piece that is ``stop``, None if it has none."""
    for place, piece in enumerate(pieces):
        if stop in (piece.control, piece.link):
            return (place,)
        below = _path_to(piece.children, stop)
        if below is not None:
            return (place, *below)
    return None
