"""kill -9 at any moment: nothing acknowledged is lost and nothing is damaged.

The ordinary run kills a few times. The full one, 1000 kills, takes about 15 minutes:

    pytest tests/storage/test_vault_kill.py -m slow --timeout 3600 -q
"""

from __future__ import annotations

import random
import select
import subprocess
import sys
from pathlib import Path

import pytest

from app.storage.unlock import open_with_recovery
from tests.storage import harness
from tests.storage.promises import Promises

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and pipes by POSIX")


def _write_until_killed(profile: Path, code: str, seed: int, chance: random.Random) -> list[str]:
    """Run a writer, kill it at a random moment, and return what it had acknowledged."""
    arguments = [str(profile), code, str(seed), "100000"]
    command = [sys.executable, "-m", "tests.storage.vault_writer", *arguments]
    with subprocess.Popen(
        command, env=harness.environment(), stdout=subprocess.PIPE, bufsize=0
    ) as writer:
        assert writer.stdout is not None
        heard = b""
        enough = chance.randint(0, 400)
        while len(heard) < enough:
            heard += writer.stdout.read(64)
        # A little later, in the middle of whatever it does then.
        select.select([], [], [], chance.random() * 0.02)
        writer.kill()
        heard += writer.stdout.read()
    lines = heard.decode("ascii").split("\n")
    return lines[:-1]  # the last one is empty or cut off


def _kill_often(profile: Path, kills: int) -> None:
    vault, code = harness.make(profile)
    vault.close()
    promises, chance = Promises(), random.Random(20261121)
    for seed in range(1, kills + 1):
        promises.note(_write_until_killed(profile, code, seed, chance))
        if kills < 100 or seed % 10 == 0:
            opened = open_with_recovery(profile, code)
            assert promises.broken_by(opened) == []
            opened.close()
    assert len(promises.questions) > kills // 2


@pytest.mark.timeout(300)
def test_nothing_is_lost_by_fifteen_kills(profile: Path) -> None:
    _kill_often(profile, 15)


@pytest.mark.timeout(300)
def test_fifteen_kills_leave_a_code_or_the_knowledge_that_there_is_none(profile: Path) -> None:
    vault, confirmed = harness.make(profile)
    assert vault.recovery is not None
    vault.recovery.confirm()
    vault.close()
    chance = random.Random(20261129)
    shown = 0
    for _ in range(15):
        lines = _renew_until_killed(profile, chance)
        shown += sum(line.startswith("shown") for line in lines)
        kept = [line.removeprefix("kept ") for line in lines if line.startswith("kept ")]
        confirmed = kept[-1] if kept else confirmed
        vault = harness.by_passphrase(profile)
        assert vault.recovery is not None
        if not vault.recovery.confirmed:
            confirmed = vault.recovery.renew()
        elif lines and lines[-1].startswith("shown "):
            confirmed = lines[-1].removeprefix("shown ")  # it was confirmed and could not say so
        vault.close()
        open_with_recovery(profile, confirmed).close()
    assert shown > 15


def _renew_until_killed(profile: Path, chance: random.Random) -> list[str]:
    """Run a program that makes and confirms codes, kill it at a random moment, return its lines."""
    command = [sys.executable, "-m", "tests.storage.code_writer", str(profile)]
    with subprocess.Popen(
        command, env=harness.environment(), stdout=subprocess.PIPE, bufsize=0
    ) as writer:
        assert writer.stdout is not None
        heard = writer.stdout.read(1)
        select.select([], [], [], chance.random() * 0.1)
        writer.kill()
        heard += writer.stdout.read()
    return heard.decode("ascii").split("\n")[:-1]


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_nothing_is_lost_by_a_thousand_kills(profile: Path) -> None:
    _kill_often(profile, 1000)
