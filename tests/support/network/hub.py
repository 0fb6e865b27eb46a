"""A hub of model files on this computer, which misbehaves on command.

Job: speak what the real hub speaks (a record for HEAD, a redirection to a store of files on another
port, ranges) over real sockets, with and without TLS, IPv4 or IPv6. Rule: it is right unless an
:class:`Answer` was queued for the next request of that kind; it counts what it sends.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import socket
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, Self

REPOSITORY, COMMIT, FILE = "some-people/some-model-GGUF", "c0ffee" * 6 + "cafe", "some-model.gguf"
_PIECE = 2**18


class Source(Protocol):
    """The bytes of a file."""

    size: int
    sha256: str

    def read(self, start: int, count: int) -> bytes: ...


class Bytes:
    """A file in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)
        self.sha256 = hashlib.sha256(data).hexdigest()

    @classmethod
    def random(cls, size: int, seed: int = 1) -> Bytes:
        return cls(random.Random(seed).randbytes(size))

    def read(self, start: int, count: int) -> bytes:
        return self.data[start : start + count]


@dataclass
class Answer:
    """How one request is answered; without any value, as it should be.

    ``status`` and ``body`` replace the answer; ``cut_after`` bytes the line is cut, ``stall_after``
    bytes nothing more is sent until ``Hub.go_on``; ``flip`` changes a byte; ``longer`` sends (or, below
    zero, withholds) so many bytes and says so; ``unsaid`` sends no length; ``whole`` knows no ranges;
    ``shift`` sends another range than was asked for.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut_after: int = -1
    stall_after: int = -1
    flip: bool = False
    longer: int = 0
    unsaid: bool = False
    whole: bool = False
    shift: int = 0


@dataclass
class Seen:
    """One request as it came."""

    kind: str
    method: str
    path: str
    headers: dict[str, str]


class Hub:
    """Two servers: the hub (records) and its store (bytes)."""

    def __init__(
        self,
        source: Source,
        *,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        place: tuple[str, str, str] = (REPOSITORY, COMMIT, FILE),
    ) -> None:
        self.source = source
        self.repository, self.commit, self.file = place
        self.more: dict[str, Source] = {}
        """Other files of the repository, by name."""
        self.etag = source.sha256
        self.token = ""
        self.records: deque[Answer] = deque()
        self.bodies: deque[Answer] = deque()
        self.every_record: Answer | None = None
        self.every_body: Answer | None = None
        self.seen: list[Seen] = []
        self.sent = 0
        self.stalled = threading.Event()
        self.go_on = threading.Event()
        self._lock = threading.Lock()
        self._hub = _Server(self, "record", host, tls)
        self._store = _Server(self, "bytes", host, tls)
        scheme = "https" if tls else "http"
        name = "localhost" if tls else f"[{host}]" if ":" in host else host
        self.endpoint = f"{scheme}://{name}:{self._hub.port}"
        self.store = f"{scheme}://{name}:{self._store.port}"

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        self.go_on.set()
        for server in (self._hub, self._store):
            server.end()

    def next_answer(self, kind: str) -> Answer:
        queued, always = (
            (self.records, self.every_record) if kind == "record" else (self.bodies, self.every_body)
        )
        with self._lock:
            return queued.popleft() if queued else always or Answer()

    def recorded(self, path: str) -> tuple[Source, str] | None:
        """Return the file that a record's address names, and its etag."""
        for name, source in {self.file: self.source, **self.more}.items():
            if path in [f"/{self.repository}/resolve/{at}/{name}" for at in (self.commit, "main")]:
                return source, self.etag if name == self.file else source.sha256
        return None

    def stored(self, path: str) -> Source:
        """Return the file that an address of the store names."""
        named = path.removeprefix("/files/").partition("?")[0]
        return next((each for each in self.more.values() if each.sha256 == named), self.source)

    def count(self, sent: int) -> None:
        with self._lock:
            self.sent += sent

    def requests(self, kind: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.kind == kind]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, hub: Hub, kind: str, host: str, tls: ssl.SSLContext | None) -> None:
        self.hub, self.kind, self.tls = hub, kind, tls
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._lines: set[socket.socket] = set()
        super().__init__((host, 0), _Handler)
        self.port = int(self.server_address[1])
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(60)
        if self.tls:
            request = self.tls.wrap_socket(request, server_side=True)
        self._lines.add(request)
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that goes away is what is tested."""

    def end(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub, kind = self.server.hub, self.server.kind
        headers = {name.lower(): value for name, value in self.headers.items()}
        hub.seen.append(Seen(kind, self.command, self.path, headers))
        answer = hub.next_answer(kind)
        if answer.status:
            self._plain(answer.status, answer.headers, answer.body)
        elif kind == "record":
            self._record(answer, headers)
        else:
            self._bytes(answer, headers)

    def _plain(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _record(self, answer: Answer, headers: dict[str, str]) -> None:
        hub = self.server.hub
        if hub.token and headers.get("authorization") != f"Bearer {hub.token}":
            self._plain(401, {"x-error-code": "GatedRepo"}, b"")
            return
        found = hub.recorded(self.path)
        if found is None:
            self._plain(404, {"x-error-code": "EntryNotFound"}, b"")
            return
        source, etag = found
        record = {
            "location": f"{hub.store}/files/{source.sha256}?signature=abc",
            "x-repo-commit": hub.commit,
            "x-linked-etag": f'"{etag}"',
            "x-linked-size": str(source.size),
        }
        self._plain(302, {**record, **answer.headers}, b"")

    def _bytes(self, answer: Answer, headers: dict[str, str]) -> None:
        source = self.server.hub.stored(self.path)
        start, end = 0, source.size
        asked = headers.get("range", "")
        ranged = bool(asked) and not answer.whole
        if ranged:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start, end = int(first) + answer.shift, int(last) + 1 if last else end
            if start >= source.size:
                self._plain(416, {"content-range": f"bytes */{source.size}"}, b"")
                return
        self.send_response(206 if ranged else 200)
        if ranged:
            self.send_header("content-range", f"bytes {start}-{end - 1}/{source.size}")
        end += answer.longer
        if not answer.unsaid:
            self.send_header("content-length", str(end - start))
        else:
            self.close_connection = True
        self.send_header("content-type", "application/octet-stream")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self._send(source, answer, start, end)

    def _send(self, source: Source, answer: Answer, start: int, end: int) -> None:
        hub = self.server.hub
        limit = end if answer.cut_after < 0 else min(end, start + answer.cut_after)
        for piece in range(start, limit, _PIECE):
            if 0 <= answer.stall_after <= piece - start and not hub.go_on.is_set():
                hub.stalled.set()
                hub.go_on.wait(30)
            data = source.read(piece, min(_PIECE, limit - piece))
            data += bytes(min(_PIECE, limit - piece) - len(data))  # more than there is
            if answer.flip and piece == start:
                data = bytes((data[0] ^ 1,)) + data[1:]
            self.wfile.write(data)
            hub.count(len(data))
        if limit < end:
            self._cut()

    def _cut(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
