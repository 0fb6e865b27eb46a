"""One download, from the hub's record to the verdict.

Job: ask what the file is, take up what is there, fetch the rest through every interruption that passes,
check, and give the file its name. Rule: every byte is hashed as it is written; there is one verdict, on
size and SHA-256, at the end; what cannot pass ends it with a sentence, and what has come is kept.
"""

from __future__ import annotations

from typing import NoReturn

import httpx2

from app.core.errors import UserError
from app.core.there import is_folder
from app.library.fetch import failures
from app.library.fetch.failures import MayPass
from app.library.fetch.part_file import Identity, PartFile, discard
from app.library.fetch.protocol import (
    COMMIT,
    SHA256,
    Checking,
    FetchDone,
    FetchRequest,
    StartedAgain,
    Waiting,
)
from app.library.fetch.pulse import Pulse
from app.library.fetch.web import Record, Web
from app.library.files.fingerprint import sha256_of

_OK, _PART, _NO_SUCH_RANGE = 200, 206, 416


class Download:
    """One file on its way. ``pulse`` tells the person and says when it is wished to stop."""

    def __init__(self, request: FetchRequest, web: Web, pulse: Pulse, boot: str, *, token: bool) -> None:
        self._request, self._web, self._pulse = request, web, pulse
        self._boot, self._with_token = boot, token
        self._received = 0
        self._started_again = 0

    def run(self) -> FetchDone:
        """Fetch the file; raises UserError ``library.fetch_*``, and Stopped when that was wished."""
        if not is_folder(self._request.target.parent):
            raise UserError("library.fetch_folder")
        there = self._already_there()
        if there is not None:
            return there
        part = PartFile(self._request.target, self._request.reserve, self._boot)
        try:
            identity = self._through_interruptions(part)
            return self._verdict(part, identity)
        except BaseException:
            part.keep()
            raise
        finally:
            part.close()

    def _already_there(self) -> FetchDone | None:
        """Return the end at once when the whole file lies there; another file is never replaced."""
        target, wanted = self._request.target, self._request.sha256
        if not target.exists():
            return None
        if not wanted or sha256_of(target, self._check) != wanted:
            raise UserError("library.fetch_exists", name=target.name)
        discard(target)
        return FetchDone(str(target), wanted, target.stat().st_size, 0)

    def _check(self, done: int, total: int) -> None:
        self._pulse.tell(Checking(done, total))

    # --- tries ----------------------------------------------------------------------------------

    def _through_interruptions(self, part: PartFile) -> Identity:
        patience = self._request.patience
        fruitless = 0
        while True:
            before = self._received
            try:
                return self._try(part)
            except MayPass as trouble:
                fruitless = 1 if self._received > before else fruitless + 1
                if fruitless >= patience.tries:
                    raise trouble.error from None
                wait = min(patience.first_wait_s * 2 ** (fruitless - 1), patience.longest_wait_s)
                if trouble.wait_s is not None:
                    if trouble.wait_s > patience.longest_asked_s:
                        raise trouble.error from None
                    wait = max(wait, trouble.wait_s)
                part.keep()
                self._pulse.tell(Waiting(wait, trouble.error.code))
                self._pulse.rest(wait)

    def _try(self, part: PartFile) -> Identity:
        """Go as far as one connection carries; raises MayPass for what a new one may mend."""
        try:
            record = self._web.record()
            identity = self._identity(record)
            reason = part.take_up(identity, self._check)
            if reason:
                self._begin_again(part, reason, told_only=True)
            part.check_room()
            self._pulse.begin(part.done, identity.size)
            while part.done < identity.size:
                self._receive(part, record.location, identity.size)
        except (UserError, MayPass):
            raise
        except Exception as error:
            told = failures.of_exception(error, self._web.heard, with_token=self._with_token)
            if told is error:
                raise
            raise told from None
        else:
            return identity

    def _identity(self, record: Record) -> Identity:
        """Compare the hub's record with what was approved."""
        wanted, host = self._request, self._web.heard.host
        if not _is_of(record.commit, wanted.commit) or not record.etag:
            code = "page" if self._web.heard.page else "foreign_answer"
            raise UserError(f"library.fetch_{code}", host=host)
        size = wanted.size or record.size
        hashed = SHA256.fullmatch(record.etag) is not None
        if not size or not (wanted.sha256 or hashed):
            raise UserError("library.fetch_no_hash", host=host)
        differs = hashed and wanted.sha256 and record.etag != wanted.sha256
        if differs or (record.size and record.size != size):
            raise UserError("library.fetch_record_differs", host=host)
        sha256 = wanted.sha256 or record.etag
        return Identity(wanted.repository, wanted.commit, wanted.file, size, sha256, record.etag)

    def _receive(self, part: PartFile, location: str, size: int) -> None:
        with self._web.bytes_of(location, part.done, size) as answer:
            if answer.status_code == _NO_SUCH_RANGE and part.done:
                self._begin_again(part, "changed")
                return
            if answer.status_code not in {_OK, _PART}:
                raise failures.of_status(
                    answer.status_code, answer.headers, self._web.heard, self._with_token
                )
            self._check_answer(part, answer, size)
            for data in answer.iter_raw():
                self._received += len(data)
                if part.done + len(data) > size:
                    self._refuse(part, "library.fetch_too_long")
                part.write(data)
                self._pulse.came(part.done)

    def _check_answer(self, part: PartFile, answer: httpx2.Response, size: int) -> None:
        """Refuse an answer that is not these bytes of the file; raises UserError."""
        if self._web.heard.page:
            raise UserError("library.fetch_page", host=self._web.heard.host)
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise UserError("library.fetch_foreign_answer", host=self._web.heard.host)
        if answer.status_code == _PART:
            span, _, total = answer.headers.get("content-range", "").partition("/")
            if span.partition("-")[0] != f"bytes {part.done}" or total not in {str(size), "*"}:
                self._begin_again(part, "changed")
                raise MayPass(UserError("library.fetch_foreign_answer", host=self._web.heard.host))
            return
        if part.done:
            self._begin_again(part, "no_ranges")
        length = answer.headers.get("content-length", str(size))
        if length != str(size):
            self._refuse(part, f"library.fetch_too_{'long' if int(length) > size else 'short'}")

    def _begin_again(self, part: PartFile, reason: str, *, told_only: bool = False) -> None:
        """Start from the first byte, and say so; a server that makes us do it for ever is left."""
        self._started_again += 1
        if self._started_again > self._request.patience.tries:
            raise UserError("library.fetch_foreign_answer", host=self._web.heard.host)
        if not told_only:
            part.start_again()
        self._pulse.tell(StartedAgain(reason))

    # --- the verdict ----------------------------------------------------------------------------

    def _verdict(self, part: PartFile, identity: Identity) -> FetchDone:
        if part.done != identity.size or part.digest != identity.sha256:
            self._refuse(part, "library.fetch_wrong_bytes")
        part.finish()
        return FetchDone(
            str(self._request.target),
            identity.sha256,
            identity.size,
            self._received,
            "catalogue" if self._request.sha256 else "hub",
            confirmed=identity.etag == identity.sha256,
        )

    def _refuse(self, part: PartFile, code: str) -> NoReturn:
        """Throw away what is known to be wrong."""
        found = part.digest
        part.discard()
        raise UserError(code, host=self._web.heard.host or self._web.host, found=found)


def _is_of(found: str, wanted: str) -> bool:
    """Say whether a record is of the commit that was wished, or of any where none was."""
    return found == wanted if wanted else COMMIT.fullmatch(found) is not None
