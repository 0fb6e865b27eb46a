"""A desktop that changes its colours: the settings portal of freedesktop.org, on a bus of its own.

Job: own ``org.freedesktop.portal.Desktop`` and tell whoever listens that ``color-scheme`` or
``contrast`` changed, as each line of standard input says ("color-scheme 1"). Rule: run by the system's
Python, which has PyGObject (Debian: python3-gi); nothing of the program is imported here.
"""

from __future__ import annotations

import sys
from typing import Any

from gi.repository import Gio, GLib

_SPACE, _PATH = "org.freedesktop.appearance", "/org/freedesktop/portal/desktop"
_NAME = "org.freedesktop.portal.Settings"
_INTERFACE = f"""<node><interface name="{_NAME}">
<method name="ReadAll"><arg type="as" direction="in"/>
<arg type="a{{sa{{sv}}}}" direction="out"/></method>
<method name="Read"><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="v" direction="out"/></method>
<method name="ReadOne"><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="v" direction="out"/></method>
<signal name="SettingChanged"><arg type="s"/><arg type="s"/><arg type="v"/></signal>
</interface></node>"""

values = {"color-scheme": 0, "contrast": 0}
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
loop = GLib.MainLoop()


def asked(
    _bus: Any, _sender: Any, _path: Any, _interface: Any, method: str, parameters: Any, call: Any
) -> None:
    """Answer what the settings are."""
    if method == "ReadAll":
        every = {_SPACE: {name: GLib.Variant("u", value) for name, value in values.items()}}
        call.return_value(GLib.Variant("(a{sa{sv}})", (every,)))
        return
    space, name = parameters.unpack()
    if space != _SPACE or name not in values:
        call.return_dbus_error("org.freedesktop.portal.Error.NotFound", "not found")
        return
    value = GLib.Variant("u", values[name])
    call.return_value(GLib.Variant("(v)", (GLib.Variant("v", value) if method == "Read" else value,)))


def told(_source: Any, _condition: Any) -> bool:
    """Take a line, and tell the bus."""
    words = sys.stdin.readline().split()
    if not words:
        loop.quit()
        return False
    name, value = words[0], int(words[1])
    values[name] = value
    changed = GLib.Variant("(ssv)", (_SPACE, name, GLib.Variant("u", value)))
    bus.emit_signal(None, _PATH, _NAME, "SettingChanged", changed)
    return True


bus.register_object(_PATH, Gio.DBusNodeInfo.new_for_xml(_INTERFACE).interfaces[0], asked, None, None)
Gio.bus_own_name_on_connection(bus, "org.freedesktop.portal.Desktop", 0, None, None)
GLib.io_add_watch(0, GLib.IO_IN | GLib.IO_HUP, told)
sys.stdout.write("ready\n")
sys.stdout.flush()
loop.run()
