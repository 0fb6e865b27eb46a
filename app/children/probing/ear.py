"""The one port this program ever takes: on this computer's own address, for the network self-test.

Job: listen while a self-test runs and count who came, so that "connected" is what was heard and not what
was claimed. Rule: loopback addresses only, nothing is read or answered, and it ends with its process,
the probe; no part of the product listens.
"""

from __future__ import annotations

import errno
import socket
import threading

ADDRESSES = {"AF_INET": "127.0.0.1", "AF_INET6": "::1"}


class Ear:
    """``ports`` by family once :meth:`open` was called; ``failed`` says by error why one is missing."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}
        self.failed: dict[str, str] = {}
        self.heard = dict.fromkeys(ADDRESSES, 0)

    def open(self) -> None:
        """Take a free port on each address there is."""
        for family, address in ADDRESSES.items():
            try:
                listener = socket.create_server((address, 0), family=getattr(socket, family))
            except OSError as error:
                self.failed[family] = errno.errorcode.get(error.errno or 0, "")
                continue
            self.ports[family] = listener.getsockname()[1]
            threading.Thread(target=self._hear, args=(listener, family), daemon=True).start()

    def _hear(self, listener: socket.socket, family: str) -> None:
        while True:
            visitor, _ = listener.accept()
            self.heard[family] += 1
            visitor.close()


def reach(family: str, port: int, patience_s: float) -> None:
    """Connect to a port of this computer and leave again; raises OSError when it is refused."""
    with socket.socket(getattr(socket, family), socket.SOCK_STREAM) as visitor:
        visitor.settimeout(patience_s)
        visitor.connect((ADDRESSES[family], port))
