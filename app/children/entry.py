"""The first steps of every child.

Job: take over the channel, tie the child's life to its parent's, then run the role. Rule: nothing
that could read foreign bytes runs before the tie is made, and a child never outlives its channel.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import cast

from app.children.confine import prctl
from app.children.wire.channel import Channel, ChannelClosed, channel_from_argument

EXIT_USAGE = 64
EXIT_NO_PARENT = 69

RoleMain = Callable[[Channel], int]


def run_role(name: str, channel_argument: str, roles: Mapping[str, Callable[[], object]]) -> int:
    """Run the role ``name`` to its end; returns the exit code.

    ``roles`` maps a name to a function that imports the role and returns its ``main(channel)``.
    """
    try:
        channel = channel_from_argument(channel_argument)
    except (ValueError, OSError):
        return EXIT_USAGE
    with channel:
        tie_to_parent()
        # The parent may have died before the tie was made; its end of the pipe is then closed.
        if channel.other_side_gone:
            return EXIT_NO_PARENT
        if name not in roles:
            return EXIT_USAGE
        role_main = cast("RoleMain", roles[name]())
        try:
            return role_main(channel)
        except ChannelClosed:
            return 0


def tie_to_parent() -> None:
    """Make the system end this process when its parent ends.

    Linux: a death signal, SIGKILL, which nothing can catch. macOS: a thread that waits for the
    parent's end (never run by us there). Windows: the parent holds a job object, see
    ``confine.windows``.
    """
    if sys.platform == "linux":
        prctl.set_option(prctl.DEATH_SIGNAL, signal.SIGKILL)
    elif sys.platform == "darwin":
        import select
        import threading

        def watch(parent: int) -> None:
            queue = select.kqueue()
            event = select.kevent(parent, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)
            try:
                queue.control([event], 1)
            finally:
                os._exit(EXIT_NO_PARENT)  # also when the parent was gone already

        threading.Thread(target=watch, args=(os.getppid(),), daemon=True).start()
