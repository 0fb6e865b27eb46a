"""The whole end-to-end run as a proof of being offline (docs/offline.md).

    .venv/bin/python -m tests.end2end.offline watch [-m slow ...]
    .venv/bin/python -m tests.end2end.offline empty [-m slow ...]

Job: run the tests of this folder with every start of the program under a watch on system calls, and
count the sockets of each role; or run them where there is no network but this computer's own. Rule: a
socket of the internet in any process of the program but the Fetcher fails the run, and so does a test
that does; the probe's attempts are excused only where ``doctor --network`` asked for them. Each takes as
long as the tests do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.support.network.socket_watch import Watch, starter

TESTS = Path(__file__).parent
PYTEST = (sys.executable, "-m", "pytest", str(TESTS), "-q", "-p", "no:cacheprovider")
_EMPTY = 'ip link set lo up && exec "$@"'


def main(words: list[str]) -> int:
    """Run what was asked for; returns the exit code."""
    if words[:1] == ["watch"]:
        return _watch(words[1:])
    if words[:1] == ["empty"]:
        return _empty(words[1:])
    print(__doc__)  # noqa: T201 - a command line
    return 2


def _empty(words: list[str]) -> int:
    """Run the tests in a network namespace that has the loopback and nothing else."""
    within = ("unshare", "-n") if os.geteuid() == 0 else ("unshare", "-rn")
    command = [*within, "/bin/sh", "-c", _EMPTY, "sh", *PYTEST, *words]
    environment = {**os.environ, "CLOISTER_NO_NETWORK": "1"}
    return subprocess.run(command, env=environment, check=False).returncode


def _watch(words: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CLOISTER_STARTER": str(starter(Path(folder)))}
        failed = subprocess.run([*PYTEST, *words], env=environment, check=False).returncode
        seen = [Watch.read(trace) for trace in Path(folder).glob("*.txt")]
    for line in told(seen):
        print(line)  # noqa: T201 - a command line
    return failed or int(bool(trespasses(seen)) or not seen)


def trespasses(seen: list[Watch]) -> list[tuple[str, set[str]]]:
    """Return what was started and which of its roles opened a socket that it may not."""
    found = []
    for watch in seen:
        allowed = {"fetcher", "probe"} if '"doctor", "--network"' in watch.command else {"fetcher"}
        roles = watch.internet() - allowed
        if roles:
            found.append((watch.command, roles))
    return found


def told(seen: list[Watch]) -> list[str]:
    """Return the result as lines."""
    opened: Counter[tuple[str, str]] = sum((watch.opened() for watch in seen), Counter())
    processes = Counter(role for watch in seen for role in watch.roles.values())
    lines = [f"{len(seen)} starts of the program watched"]
    lines += [f"  {count} processes as {role}" for role, count in sorted(processes.items())]
    lines += [f"  {count} {family} by {role}" for (role, family), count in sorted(opened.items())]
    lines += [f"TRESPASS {sorted(roles)}: {command}" for command, roles in trespasses(seen)]
    return lines


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
