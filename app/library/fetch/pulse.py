"""What the person hears while a file is fetched, and what the Fetcher hears of the person.

Job: send events at a pace a window can follow, with the speed of the last seconds; say when nothing has
come for too long; carry the wish to stop and the leave to connect to the one that works. Rule: one
thread works, one listens, one watches; the two others never touch the file.
"""

from __future__ import annotations

import threading
import time
from collections import deque

from app.children.wire.channel import Channel, ChannelClosed, ProtocolError
from app.core.errors import UserError
from app.library.fetch.protocol import (
    Carried,
    Connecting,
    Event,
    Fetched,
    Patience,
    Stalled,
    event_to_json,
)

_EVERY_S = 0.25
_WINDOW_S = 5.0
_LEAVE_S = 60.0


class Stopped(Exception):  # noqa: N818 - a wish, not an error
    """Stopping was wished; ``how`` is ``pause`` or ``cancel``."""

    def __init__(self, how: str) -> None:
        self.how = how
        super().__init__(how)


class Pulse:
    """The line between the download and the person, over the child's channel."""

    def __init__(self, channel: Channel, patience: Patience) -> None:
        self._channel, self._patience = channel, patience
        self._wish = threading.Event()
        self._how = "cancel"
        self._leave = threading.Event()
        self._refused = False
        self._over = threading.Event()
        self._told = self._heard = time.monotonic()
        self._done = self._total = 0
        self._marks: deque[tuple[float, int]] = deque()
        self._counting = threading.Lock()
        self._carried: dict[str, Carried] = {}
        self._untold: set[str] = set()

    def start(self) -> None:
        """Begin to listen and to watch; after the confinement, which wants one thread."""
        for work in (self._listen, self._watch):
            threading.Thread(target=work, name=work.__name__, daemon=True).start()

    def end(self) -> None:
        """Stop watching."""
        self._over.set()

    # --- for the one that works -----------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """Send an event; raises Stopped when that was wished meanwhile, ChannelClosed."""
        self._heard = time.monotonic()
        self.tell_carried()
        self._channel.send(event_to_json(event))
        self._obey()

    def carry(self, host: str, came: int, went: int) -> None:
        """So many bytes came from a host and went to it just now; told with the next event."""
        with self._counting:
            before = self._carried.get(host, Carried(host))
            self._carried[host] = Carried(host, before.received + came, before.sent + went)
            self._untold.add(host)

    def tell_carried(self) -> None:
        """Send how much passed between each host and here; raises ChannelClosed."""
        with self._counting:
            news = [self._carried[host] for host in sorted(self._untold)]
            self._untold.clear()
        for carried in news:
            self._channel.send(event_to_json(carried))

    def begin(self, done: int, total: int) -> None:
        """Bytes are about to come."""
        self._total = total
        self._marks.clear()
        self.came(done, now=True)

    def came(self, done: int, *, now: bool = False) -> None:
        """So many bytes are there by now; raises as :meth:`tell`."""
        self._obey()
        self._heard = moment = time.monotonic()
        self._done = done
        if not now and moment - self._told < _EVERY_S and done < self._total:
            return
        self._told = moment
        self._marks.append((moment, done))
        while moment - self._marks[0][0] > _WINDOW_S and len(self._marks) > 2:
            self._marks.popleft()
        (since, first) = self._marks[0]
        speed = (done - first) / (moment - since) if moment > since else 0.0
        self.tell(Fetched(done, self._total, speed))

    def rest(self, seconds: float) -> None:
        """Wait before the next try; raises Stopped at once when that is wished."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._heard = time.monotonic()
            self._wish.wait(min(left, self._patience.stall_s / 4))
            self._obey()

    def ask_leave(self, connecting: Connecting) -> None:
        """Ask whether a host may be spoken to; raises UserError when it may not, and Stopped."""
        self._leave.clear()
        self.tell(connecting)
        end = time.monotonic() + _LEAVE_S
        while not self._leave.wait(0.05):
            self._obey()
            if time.monotonic() > end:
                raise UserError("library.fetch_not_allowed", host=connecting.host)
        if self._refused:
            raise UserError("library.fetch_not_allowed", host=connecting.host)

    def _obey(self) -> None:
        if self._wish.is_set():
            raise Stopped(self._how)

    # --- the two other threads ------------------------------------------------------------------

    def _listen(self) -> None:
        try:
            while True:
                frame = self._channel.receive() or {}
                wish = frame.get("request")
                if wish in {"leave", "refuse"}:
                    self._refused = wish == "refuse"
                    self._leave.set()
                elif wish in {"pause", "cancel"}:
                    self._how = str(wish)
                    self._wish.set()
                    # Who works may hang on a silent line, and is then ended from outside.
                    self.tell_carried()
        except (ChannelClosed, ProtocolError):
            self._wish.set()  # nobody is there any more

    def _watch(self) -> None:
        stall_s = self._patience.stall_s
        said = 0.0
        try:
            while not self._over.wait(stall_s / 8):
                silent = time.monotonic() - self._heard
                if silent < said:
                    said = 0.0
                if silent - said >= stall_s:
                    said = silent
                    self.tell_carried()
                    if self._total:  # the last bytes may not have been told yet
                        self._channel.send(event_to_json(Fetched(self._done, self._total, 0.0)))
                    self._channel.send(event_to_json(Stalled(silent)))
        except ChannelClosed:
            self._wish.set()
