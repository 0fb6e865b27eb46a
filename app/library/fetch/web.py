"""The Fetcher's end of HTTP: which client huggingface_hub uses, and what it may do.

Job: one HTTP client with the system's trust, a private CA and a proxy as the person set them; the
hub's record of the file; the file's bytes. Rule: nothing comes from the environment; leave is asked
before a new host is spoken to; the token goes to the hub it is for and nowhere else; an encrypted
request never becomes a plain one.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx2
import truststore
from huggingface_hub import get_hf_file_metadata, get_session, hf_hub_url, set_client_factory

from app.core.errors import UserError
from app.library.fetch.counting import Counted
from app.library.fetch.protocol import Connecting, FetchRequest, Secrets

_AGENT = "cloister"
"""All we say of ourselves; the library would list versions and packages."""
_RANGE_LIMIT = 32 * 2**30
"""No more is asked for in one answer: stores of files send no longer ones."""

_NEWEST = "main"
"""Where the hub keeps what it has now."""

AskLeave = Callable[[Connecting], None]
Carry = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Record:
    """What the hub says of the file; ``location`` is where its bytes are, ``size`` 0 if unsaid."""

    commit: str
    etag: str
    size: int
    location: str


@dataclass(slots=True)
class Heard:
    """What the last answer was: its host, its status and whether it was a web page."""

    host: str = ""
    status: int = 0
    page: bool = False


class Web:
    """HTTP for one request. ``ask_leave`` is called before the first byte to each host and may raise.

    ``carry`` is told a host, and how many bytes came from it and went to it just now.

    Raises UserError ``library.fetch_ca_unusable`` or ``library.fetch_proxy`` when they cannot be used.
    """

    def __init__(
        self, request: FetchRequest, secrets: Secrets, ask_leave: AskLeave, carry: Carry
    ) -> None:
        self._request, self._secrets, self._ask_leave = request, secrets, ask_leave
        self._carry = carry
        self._endpoint = httpx2.URL(request.endpoint.rstrip("/"))
        self._proxy_host = shown(httpx2.URL(request.proxy)) if request.proxy else ""
        self._hosts: set[str] = set()
        self._trust = _trust(request.ca_file)
        self._make_client().close()  # here, not inside the library, is where trouble can be told
        self.heard = Heard()
        set_client_factory(self._make_client)

    @property
    def host(self) -> str:
        """The host that the request names."""
        return shown(self._endpoint)

    def record(self) -> Record:
        """Ask the hub what it has; raises what ``failures`` understands."""
        address = hf_hub_url(
            self._request.repository,
            self._request.file,
            revision=self._request.commit or _NEWEST,
            endpoint=str(self._endpoint),
        )
        found = get_hf_file_metadata(
            address,
            token=self._secrets.token or False,
            timeout=self._request.patience.connect_s,
            headers={"user-agent": _AGENT},
            endpoint=str(self._endpoint),
        )
        return Record(
            commit=found.commit_hash or "",
            etag=found.etag or "",
            size=found.size or 0,
            location=urljoin(address, found.location),
        )

    @contextmanager
    def bytes_of(self, location: str, start: int, size: int) -> Iterator[httpx2.Response]:
        """Ask for the bytes from ``start``; yields the answer, whatever its status."""
        headers = {"user-agent": _AGENT, "accept-encoding": "identity"}
        end = min(size, start + _RANGE_LIMIT)
        if start or end < size:
            headers["range"] = f"bytes={start}-{end - 1}"
        if self._secrets.token and _origin(httpx2.URL(location)) == _origin(self._endpoint):
            headers["authorization"] = f"Bearer {self._secrets.token}"
        patience = self._request.patience
        timeout = httpx2.Timeout(patience.dead_s, connect=patience.connect_s)
        with get_session().stream("GET", location, headers=headers, timeout=timeout) as answer:
            yield answer

    def _make_client(self) -> httpx2.Client:
        lines = httpx2.HTTPTransport(verify=self._trust, proxy=self._proxy(), trust_env=False)
        return httpx2.Client(
            transport=Counted(lines, lambda url, came, went: self._carry(shown(url), came, went)),
            trust_env=False,
            follow_redirects=True,
            event_hooks={"request": [self._before], "response": [self._after]},
        )

    def _proxy(self) -> httpx2.Proxy | None:
        if not self._request.proxy:
            return None
        user, password = self._secrets.proxy_user, self._secrets.proxy_password
        auth = (user, password) if user or password else None
        trust = self._trust if self._request.proxy.startswith("https:") else None
        return httpx2.Proxy(self._request.proxy, auth=auth, ssl_context=trust)

    def _before(self, request: httpx2.Request) -> None:
        """See every request before it leaves, redirected ones too."""
        if self._endpoint.scheme == "https" and request.url.scheme != "https":
            raise UserError("library.fetch_insecure", host=shown(request.url))
        host = shown(request.url)
        self.heard = Heard(host=host)
        expected = _origin(request.url) == _origin(self._endpoint)
        if not expected:
            request.headers.pop("authorization", None)
        if host not in self._hosts:
            self._ask_leave(Connecting(host, proxy=self._proxy_host, expected=expected))
            self._hosts.add(host)

    def _after(self, response: httpx2.Response) -> None:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self.heard.status = response.status_code
        self.heard.page = kind in {"text/html", "application/xhtml+xml"}


def _trust(ca_file: str) -> ssl.SSLContext:
    """Return who is trusted: whom the system trusts, and who signed with ``ca_file``."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ValueError):  # ssl's own errors are OSErrors
            raise UserError("library.fetch_ca_unusable") from None
    return context


def shown(url: httpx2.URL) -> str:
    """Return host and port in the form that cannot pretend; the usual port is left out."""
    name = url.raw_host.decode("ascii", "replace")  # letters of another script show as what they are
    host = f"[{name}]" if ":" in name else name
    return host if url.port is None else f"{host}:{url.port}"


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
