"""A proxy that wants a name and a password, for CONNECT and for plain requests."""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Self
from urllib.parse import urlsplit

_PATIENCE_S = 30.0


class Proxy:
    """Listens until ``close``; ``targets`` are the hosts it was asked for."""

    def __init__(self, user: str = "", password: str = "") -> None:
        self.wanted = ""
        if user:
            self.wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.targets: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    proxy: Proxy


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        line = self.rfile.readline().decode("latin-1")
        headers = []
        while (header := self.rfile.readline().decode("latin-1")).strip():
            headers.append(header)
        if not line:
            return
        method, target, version = line.split()
        offered = [
            header.partition(":")[2].strip()
            for header in headers
            if header.lower().startswith("proxy-authorization:")
        ]
        proxy = self.server.proxy
        if proxy.wanted and offered != [proxy.wanted]:
            self.wfile.write(
                b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                b'proxy-authenticate: Basic realm="proxy"\r\n'
                b"content-length: 0\r\nconnection: close\r\n\r\n"
            )
            return
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            proxy.targets.append(target)
            with socket.create_connection((host, int(port)), _PATIENCE_S) as line_out:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._splice(line_out)
            return
        parts = urlsplit(target)
        proxy.targets.append(parts.netloc)
        assert parts.hostname is not None
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        kept = [header for header in headers if not header.lower().startswith(("proxy-", "connection:"))]
        request = f"{method} {path} {version}\r\n" + "".join(kept) + "connection: close\r\n\r\n"
        with socket.create_connection((parts.hostname, parts.port or 80), _PATIENCE_S) as line_out:
            line_out.sendall(request.encode("latin-1"))
            self._splice(line_out)

    def _splice(self, line_out: socket.socket) -> None:
        ends = {self.connection: line_out, line_out: self.connection}
        with contextlib.suppress(OSError):
            while True:
                for ready in select.select(list(ends), [], [], _PATIENCE_S)[0]:
                    data = ready.recv(2**16)
                    if not data:
                        return
                    ends[ready].sendall(data)
