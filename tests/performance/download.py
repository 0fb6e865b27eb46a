"""A file of full size, fetched from a hub on this computer, its Fetcher killed again and again.

    python tests/performance/download.py FOLDER [--size BYTES] [--kills 10]

The hub makes the bytes up as they are asked for, so that only the client writes: FOLDER needs room for
one file. Each kill is a SIGKILL when the next eleventh has come; the next Fetcher goes on. Printed as
JSON: bytes that left the hub per byte of the file (at most 1.02 is wanted), the most memory a Fetcher
ever had (less than 200 MiB), and the speed of verifying the file beside that of ``sha256sum`` (at least
0.8 of it; both read the same file in turns, the better of two counts). The file is removed afterwards.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.children.child import Child
from app.core.errors import UserError
from app.library.fetch.client import Fetch
from app.library.fetch.part_file import discard
from app.library.fetch.protocol import Event, Fetched, FetchRequest
from app.library.files.fingerprint import sha256_of
from tests.support.network.hub import COMMIT, FILE, REPOSITORY, Hub

FULL_SIZE = 12_109_566_624
_BLOCK, _STEP = 2**24, 2**20


class MadeUp:
    """Bytes that no two places of the file share, made as they are asked for."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._block = random.Random(4).randbytes(_BLOCK) * 2
        running = hashlib.sha256()
        for start in range(0, size, _STEP):
            running.update(self.read(start, min(_STEP, size - start)))
        self.sha256 = running.hexdigest()

    def read(self, start: int, count: int) -> bytes:
        at = start % _BLOCK
        data = bytearray(self._block[at : at + count])
        # Every step begins with its own number, so that a piece in a wrong place changes the hash.
        for place in range(-(-start // _STEP) * _STEP, start + count - 8, _STEP):
            data[place - start : place - start + 8] = place.to_bytes(8, "little")
        return bytes(data)


class Watched:
    """Fetchers, the memory they took, and the mark at which the next is killed."""

    def __init__(self, size: int, kills: int) -> None:
        self.marks = [size * number // (kills + 1) for number in range(1, kills + 1)]
        self.most_mib = 0.0
        self._child: Child | None = None

    def start(self, role: str) -> Child:
        self._child = Child.start(role)
        return self._child

    def event(self, event: Event) -> None:
        assert self._child is not None
        self.most_mib = max(self.most_mib, _most_memory_mib(self._child.pid))
        if isinstance(event, Fetched) and self.marks and event.done >= self.marks[0]:
            self.marks.pop(0)
            os.kill(self._child.pid, signal.SIGKILL)


def _most_memory_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _verify(path: Path) -> dict[str, float]:
    """Return bytes per second of our way and of sha256sum's."""
    size = path.stat().st_size
    ours, theirs = 0.0, 0.0
    for _ in range(2):
        begun = time.monotonic()
        sha256_of(path)
        ours = max(ours, size / (time.monotonic() - begun))
        begun = time.monotonic()
        subprocess.run(["sha256sum", path], check=True, stdout=subprocess.DEVNULL)
        theirs = max(theirs, size / (time.monotonic() - begun))
    return {"ours_mb_s": ours / 1e6, "sha256sum_mb_s": theirs / 1e6, "ratio": ours / theirs}


def main() -> None:
    """Fetch, kill, resume, verify, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=FULL_SIZE)
    parser.add_argument("--kills", type=int, default=10)
    args = parser.parse_args()
    source = MadeUp(args.size)
    watched = Watched(args.size, args.kills)
    kills = 0
    begun = time.monotonic()
    with Hub(source) as hub:
        request = FetchRequest(
            REPOSITORY,
            COMMIT,
            FILE,
            str(args.folder.absolute()),
            size=source.size,
            sha256=source.sha256,
            endpoint=hub.endpoint,
        )
        try:
            while True:
                try:
                    Fetch(watched.start).run(request, watched.event)
                    break
                except UserError as error:
                    if error.code != "library.fetch_crashed":
                        raise
                    kills += 1
            seconds = time.monotonic() - begun
            report = {
                "bytes": args.size,
                "kills": kills,
                "seconds": seconds,
                "sent_per_byte": hub.sent / args.size,
                "most_memory_mib": watched.most_mib,
                "verify": _verify(request.target),
            }
            sys.stdout.write(json.dumps(report, indent=2) + "\n")
        finally:
            request.target.unlink(missing_ok=True)
            discard(request.target)


if __name__ == "__main__":
    main()
