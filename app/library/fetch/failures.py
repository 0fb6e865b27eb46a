"""What went wrong on the way to the file.

Job: turn what HTTP and huggingface_hub raise or answer into a sentence for the person, and say whether
trying again can help. Rule: only hosts, figures and codes enter a sentence, never what a server wrote.
"""

from __future__ import annotations

import email.utils
import ssl
import time
from collections.abc import Iterator, Mapping
from socket import gaierror

import httpx2
from huggingface_hub.errors import HfHubHTTPError

from app.core.errors import UserError
from app.library.fetch.web import Heard

_BUSY = frozenset({408, 425, 429})


_NOT_NOW = frozenset({9, 10})
"""OpenSSL's codes for a certificate that is not valid yet, or not any more."""


class MayPass(Exception):  # noqa: N818 - control flow: the next try may go better
    """Trouble that may pass; ``error`` is for the person if it does not.

    ``wait_s`` is how long the server asked to be left alone, None if it did not say.
    """

    def __init__(self, error: UserError, wait_s: float | None = None) -> None:
        self.error, self.wait_s = error, wait_s
        super().__init__(error.code)


def of_exception(error: Exception, heard: Heard, *, with_token: bool) -> Exception:
    """Return a UserError or a MayPass for what was raised; a bug of ours is returned as it is."""
    host = heard.host
    if isinstance(error, HfHubHTTPError):
        return of_status(error.response.status_code, error.response.headers, heard, with_token)
    if isinstance(error, httpx2.TooManyRedirects):
        return UserError("library.fetch_redirects", host=host)
    if isinstance(error, httpx2.ProxyError):
        return _of_proxy(error)
    if isinstance(error, httpx2.UnsupportedProtocol | httpx2.InvalidURL | httpx2.DecodingError):
        return UserError("library.fetch_foreign_answer", host=host)
    if not isinstance(error, httpx2.TransportError):
        return error
    if isinstance(error, httpx2.TimeoutException):
        return MayPass(UserError("library.fetch_silent", host=host))
    causes = tuple(_causes(error))
    refusal = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if refusal is not None:
        dates = refusal.verify_code in _NOT_NOW
        return UserError(f"library.fetch_certificate{'_dates' if dates else ''}", host=host)
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return MayPass(UserError("library.fetch_tls", host=host))
    if any(isinstance(cause, gaierror) for cause in causes):
        return MayPass(UserError("library.fetch_no_name", host=host))
    if isinstance(error, httpx2.ConnectError):
        return MayPass(UserError("library.fetch_no_connection", host=host))
    return MayPass(UserError("library.fetch_cut", host=host))


def of_status(status: int, headers: Mapping[str, str], heard: Heard, with_token: bool) -> Exception:
    """Return a UserError or a MayPass for an answer that is neither the file nor its record."""
    host = heard.host
    if status in _BUSY or status >= 500:
        return MayPass(UserError("library.fetch_busy", host=host, status=status), _asked_wait(headers))
    if status == 407:
        return UserError("library.fetch_proxy_sign_in")
    gated = headers.get("x-error-code") == "GatedRepo"
    if status in {401, 403} and (gated or status == 401):
        return UserError(f"library.fetch_token_{'refused' if with_token else 'needed'}", host=host)
    code = {403: "forbidden", 404: "not_found", 410: "not_found"}.get(status, "refused")
    if heard.page and code != "not_found":
        return UserError("library.fetch_page", host=host)
    return UserError(f"library.fetch_{code}", host=host, status=status)


def _of_proxy(error: httpx2.ProxyError) -> Exception:
    if str(error).startswith("407"):
        return UserError("library.fetch_proxy_sign_in")
    return MayPass(UserError("library.fetch_proxy"))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of ``Retry-After``, which is a number or a date."""
    asked = headers.get("retry-after", "").strip()
    if asked.isdigit():
        return float(asked[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(asked).timestamp() - time.time())
    except (ValueError, TypeError):
        return None
