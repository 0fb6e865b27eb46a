"""The way to the screen.

Job: find out whether a window can be shown, before Qt meets what is missing and ends the program without
a sentence; and keep the line to an X11 server on this computer. Rule: a server that does not answer on
its socket is not looked for elsewhere: libxcb would try the network then (TCP, port 6000 and the
display's number), unless the display's name says ``unix``.
"""

from __future__ import annotations

import os
import re
import socket
import sys

from app.core.errors import UserError

_NEAR = re.compile(r"(?:unix)?:(?P<number>\d+)(?P<screen>\.\d+)?")
"""A display of this computer (X(7), "Display names"); before the colon would stand another's name."""
FOLDER = "/tmp/.X11-unix"  # noqa: S108 - the place that X11 fixes
_PATIENCE_S = 10.0
"""A server that is busy starting takes seconds; a socket that nobody holds is refused at once."""


def prepare() -> None:
    """Make sure of a screen before the application object is made; may write ``DISPLAY`` anew.

    Raises UserError where there is no screen, where the one that is named does not answer, and where it
    is another computer's: whoever shows windows there connects, which only the Fetcher does.
    """
    if sys.platform in ("win32", "darwin"):
        return
    display = os.environ.get("DISPLAY", "")
    elsewhere = os.environ.get("WAYLAND_DISPLAY") or _drawn_without_x11()
    near = _NEAR.fullmatch(display)
    if near:
        os.environ["DISPLAY"] = f"unix:{near['number']}{near['screen'] or ''}"
    if elsewhere or display.startswith("/"):
        return
    if not display:
        raise UserError("core.no_screen")
    if not near:
        raise UserError("core.screen_far", display=display)
    if not _answers(int(near["number"])):
        raise UserError("core.screen_silent", display=display)


def _drawn_without_x11() -> bool:
    """Say whether Qt was told to draw by other means than X11, as in memory."""
    ways = os.environ.get("QT_QPA_PLATFORM", "")
    return bool(ways) and not any(way.partition(":")[0] == "xcb" for way in ways.split(";"))


def _answers(number: int) -> bool:
    """Say whether a server holds one of the two sockets at which libxcb looks, in its order."""
    path = f"{FOLDER}/X{number}"
    return any(_held(name) for name in (f"\0{path}", path))


def _held(name: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_PATIENCE_S)
        try:
            line.connect(name)
        except OSError:
            return False
    return True
