"""How many bytes each request sent and each answer brought.

Job: stand between the HTTP client and its connections, and count heads and bodies as they pass. Rule:
what is counted is HTTP as it was said; what encryption and a proxy add to it is not seen from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import httpx2

Count = Callable[[httpx2.URL, int, int], None]
"""Is told the address, the bytes that came in and the bytes that went out."""

_LINE, _FIELD = 4, 4
"""The blanks and line ends of a first line with the empty one after the head, and of a field."""
_VERSION = len(b"HTTP/1.1")


class Counted(httpx2.BaseTransport):
    """Passes everything on to ``inner``, and counts."""

    def __init__(self, inner: httpx2.BaseTransport, count: Count) -> None:
        self._inner, self._count = inner, count

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; the answer's body is counted while it is read."""
        first = len(request.method) + len(request.url.raw_path) + _VERSION + 2 + _LINE
        self._count(request.url, 0, first + _fields(request.headers.raw) + len(request.read()))
        response = self._inner.handle_request(request)
        first = _VERSION + len(str(response.status_code)) + len(response.reason_phrase) + 2 + _LINE
        self._count(request.url, first + _fields(response.headers.raw), 0)
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _CountedStream(
                response.stream, lambda size: self._count(request.url, size, 0)
            )
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class _CountedStream(httpx2.SyncByteStream):
    def __init__(self, inner: httpx2.SyncByteStream, came: Callable[[int], None]) -> None:
        self._inner, self._came = inner, came

    def __iter__(self) -> Iterator[bytes]:
        for data in self._inner:
            self._came(len(data))
            yield data

    def close(self) -> None:
        self._inner.close()


def _fields(fields: Iterable[tuple[bytes, bytes]]) -> int:
    return sum(len(name) + len(value) + _FIELD for name, value in fields)
