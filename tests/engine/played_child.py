"""A child for the engine's client that is no process: a thread plays it across the channel."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from app.children.child import Ladder
from app.children.watching.outcome import Ending, Outcome
from app.children.wire.bulk import BulkClosed, BulkLine
from app.children.wire.channel import Channel, ChannelClosed, channel_to_child
from app.engine.protocol.events import Loaded

LOADED = Loaded("Stub", "stub", 1024, 1.0, 1.0, 1.0, 1.0, "none")
ENOUGH_S = 30.0
"""Far more than any of its waits may take, far less than for ever."""


class PlayedChild:
    """``play`` says and hears what it likes, until it returns or the channel is closed."""

    pid = os.getpid()

    def __init__(self, play: Callable[[Channel], None], *, bulk: bool = False) -> None:
        self.channel, (read, write, *more) = channel_to_child(bulk=bulk)
        theirs = Channel(read, write, bulk=BulkLine(*more) if more else None)
        self._thread = threading.Thread(target=self._play, args=(play, theirs), daemon=True)
        self._thread.start()

    def _play(self, play: Callable[[Channel], None], theirs: Channel) -> None:
        try:
            play(theirs)
        except (ChannelClosed, BulkClosed):
            pass
        finally:
            theirs.close()

    def outcome(self) -> Outcome | None:
        """Say how it ended, as a child that broke down; None while it plays."""
        return None if self._thread.is_alive() else Outcome(Ending.CRASHED)

    def kill(self) -> None:
        """Close the channel under it."""
        self.channel.close()

    def stop(self, ladder: Ladder) -> Outcome:
        """Close the channel and wait for the end."""
        del ladder
        self.channel.close()
        self._thread.join(ENOUGH_S)
        return Outcome(Ending.CRASHED)
