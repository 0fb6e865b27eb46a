"""A client of the platform's accessibility tree, as a screen reader is one.

Job: read the tree of a program over AT-SPI, carry out actions and note what is announced, by one line
of JSON a request. Rule: run by the system's Python, which has Debian's ``python3-gi``; it knows nothing
of Cloister.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

LONGEST = 20_000
"""Characters of one text that are read."""
WIDEST = 400
"""Children of one node that are looked at."""
EVENTS = (
    "object:announcement",
    "object:state-changed:focused",
    "object:children-changed",
    "window:activate",
)


class Client:
    """One conversation with the accessibility bus."""

    def __init__(self) -> None:
        self.nodes: dict[int, Any] = {}
        self.heard: list[dict[str, Any]] = []
        self.loop = GLib.MainLoop()
        self.listener = Atspi.EventListener.new(self._hear)
        for kind in EVENTS:
            self.listener.register(kind)

    def _hear(self, event: Any) -> None:
        source = event.source
        try:
            name, role = (source.get_name(), source.get_role_name()) if source else ("", "")
        except GLib.Error:  # it went away meanwhile
            name, role = "", ""
        said = event.any_data if isinstance(event.any_data, str) else ""
        self.heard.append(
            {
                "kind": event.type,
                "name": name,
                "role": role,
                "words": said,
                "detail": [event.detail1, event.detail2],
            }
        )

    def program(self, pid: int) -> Any:
        """Return the root of the program with a process id, None while it is not on the bus."""
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        for number in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(number)
            if child is not None and child.get_process_id() == pid:
                return child
        return None

    def tree(self, pid: int, *, hidden: bool = False) -> list[dict[str, Any]] | None:
        """Return every node in reading order, None while the program is not there."""
        root = self.program(pid)
        if root is None:
            return None
        root.clear_cache()
        self.nodes = {}
        found: list[dict[str, Any]] = []
        self._walk(root, -1, found, hidden=hidden)
        return found

    def _walk(self, node: Any, parent: int, found: list[dict[str, Any]], *, hidden: bool) -> None:
        try:
            told = self._told(node, parent, len(self.nodes))
            count = node.get_child_count()
        except GLib.Error:  # it went away while we looked
            return
        if (
            parent >= 0
            and not hidden
            and "showing" not in told["states"]
            and "visible" not in told["states"]
        ):
            return
        self.nodes[told["id"]] = node
        found.append(told)
        if "manages descendants" in told["states"]:
            count = min(count, WIDEST)
        for number in range(min(count, WIDEST)):
            try:
                child = node.get_child_at_index(number)
            except GLib.Error:
                continue
            if child is not None:
                self._walk(child, told["id"], found, hidden=hidden)

    def _told(self, node: Any, parent: int, number: int) -> dict[str, Any]:
        states = [state.value_nick.replace("-", " ") for state in node.get_state_set().get_states()]
        told: dict[str, Any] = {
            "id": number,
            "parent": parent,
            "role": node.get_role_name(),
            "name": node.get_name() or "",
            "description": node.get_description() or "",
            "states": states,
            "actions": [],
            "text": None,
            "value": None,
            "extents": None,
            "count": node.get_child_count(),
            "labels": [
                relation.get_target(place).get_name()
                for relation in node.get_relation_set()
                if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY
                for place in range(relation.get_n_targets())
            ],
        }
        action = node.get_action_iface()
        if action is not None:
            told["actions"] = [
                Atspi.Action.get_action_name(action, place) for place in range(action.get_n_actions())
            ]
        words = node.get_text_iface()
        if words is not None:
            length = Atspi.Text.get_character_count(words)
            told["text"] = Atspi.Text.get_text(words, 0, min(length, LONGEST))
        value = node.get_value_iface()
        if value is not None:
            told["value"] = Atspi.Value.get_current_value(value)
        component = node.get_component_iface()
        if component is not None:
            box = Atspi.Component.get_extents(component, Atspi.CoordType.SCREEN)
            told["extents"] = [box.x, box.y, box.width, box.height]
        return told

    def act(self, node: int, name: str) -> bool:
        """Carry out an action by its name."""
        action = self.nodes[node].get_action_iface()
        for place in range(action.get_n_actions()):
            if Atspi.Action.get_action_name(action, place) == name:
                return bool(Atspi.Action.do_action(action, place))
        return False

    def focus(self, node: int) -> bool:
        """Ask for the focus, as a screen reader's "go to" does."""
        return bool(Atspi.Component.grab_focus(self.nodes[node].get_component_iface()))

    def word_at(self, node: int, offset: int) -> list[Any]:
        """Return the word at an offset, and where it starts and ends."""
        words = self.nodes[node].get_text_iface()
        found = Atspi.Text.get_string_at_offset(words, offset, Atspi.TextGranularity.WORD)
        return [found.content, found.start_offset, found.end_offset]

    def events(self) -> list[dict[str, Any]]:
        """Return what was heard since the last time."""
        heard, self.heard = self.heard, []
        return heard

    # --- requests ---------------------------------------------------------------------------------

    def serve(self) -> None:
        """Answer until the pipe is closed."""
        channel = GLib.IOChannel.unix_new(sys.stdin.fileno())
        GLib.io_add_watch(
            channel, GLib.PRIORITY_LOW, GLib.IOCondition.IN | GLib.IOCondition.HUP, self._take
        )
        _tell("ready")
        self.loop.run()

    def _take(self, _channel: Any, _condition: Any) -> bool:
        line = sys.stdin.readline()
        if not line:
            self.loop.quit()
            return False
        request = json.loads(line)
        try:
            answer = getattr(self, request.pop("do"))(**request)
        except BaseException:
            self.loop.quit()  # whoever asked finds the pipe closed, not silent
            raise
        _tell(answer)
        return True


def _tell(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def switch_on() -> None:
    """Say on the session bus that assistive technology is in use, as a screen reader does."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    for name in ("IsEnabled", "ScreenReaderEnabled"):
        bus.call_sync(
            "org.a11y.Bus",
            "/org/a11y/bus",
            "org.freedesktop.DBus.Properties",
            "Set",
            GLib.Variant("(ssv)", ("org.a11y.Status", name, GLib.Variant("b", True))),
            None,
            Gio.DBusCallFlags.NONE,
            10_000,
            None,
        )


if __name__ == "__main__":
    switch_on()
    Client().serve()
