"""Power cuts: whatever a disk kept of what was not synced, nothing acknowledged is lost.

A writer is recorded once with strace, then cut at many moments (see ``power_loss``). The ordinary run
replays some; the full one, 2000 states, takes a few minutes:

    pytest tests/storage/test_vault_power_loss.py -m slow --timeout 3600 -q

That the method sees faults is proven by the same writer with ``synchronous`` turned down, which fails.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from app.core.errors import UserError
from app.storage import unlock
from app.storage.profile_state import ProfileState, profile_state
from app.storage.unlock import Protection, open_with_passphrase, open_with_recovery
from tests.storage import harness, power_loss
from tests.storage.power_loss import Disk, Fate, Step
from tests.storage.promises import Promises

pytestmark = pytest.mark.skipif(not power_loss.available(), reason="strace cannot trace here")

NEW_PASSPHRASE = "another passphrase"
FATES = (Fate.RANDOM, Fate.DROPPED, Fate.RANDOM, Fate.KEPT)


def _contents(profile: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in profile.iterdir()}


def _cuts(
    steps: tuple[Step, ...], before: dict[str, bytes], states: int, look: Callable[[Disk, Path], bool],
    folder: Path,
) -> int:  # fmt: skip
    """Cut ``states`` times; returns how often ``look`` was not content."""
    chance = random.Random(4)
    bad = 0
    for state in range(states):
        disk = Disk(before)
        disk.run(steps[: chance.randint(0, len(steps))])
        power_loss.lay_out(disk.crash(FATES[state % len(FATES)], chance), folder)
        bad += not look(disk, folder)
    return bad


def _keeps_its_promises(code: str) -> Callable[[Disk, Path], bool]:
    def look(disk: Disk, profile: Path) -> bool:
        promises = Promises()
        promises.note(disk.said.decode("ascii").splitlines())
        try:
            vault = open_with_recovery(profile, code)
        except UserError:
            return False
        try:
            return promises.broken_by(vault) == []
        except (UserError, dbapi2.Error, ValueError):
            return False
        finally:
            vault.close()

    return look


def _broken_states(tmp_path: Path, states: int, turns: int, *pragma: str) -> int:
    profile = tmp_path / "profile"
    vault, code = harness.make(profile)
    vault.close()
    before = _contents(profile)
    command = [sys.executable, "-m", "tests.storage.vault_writer", str(profile), code, "7", str(turns)]
    steps = power_loss.record([*command, *pragma], harness.environment(), profile, tmp_path / "trace")
    assert sum(step.kind == "said" for step in steps) > turns * 3
    return _cuts(steps, before, states, _keeps_its_promises(code), tmp_path / "after")


def test_nothing_is_lost_by_a_power_cut(tmp_path: Path) -> None:
    assert _broken_states(tmp_path, 80, 12) == 0


@pytest.mark.parametrize("setting", ["OFF", "NORMAL"])
def test_the_method_sees_a_vault_that_does_not_sync(tmp_path: Path, setting: str) -> None:
    assert _broken_states(tmp_path, 40, 12, f"synchronous={setting}") > 4


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_nothing_is_lost_by_two_thousand_power_cuts(tmp_path: Path) -> None:
    assert _broken_states(tmp_path, 2000, 60) == 0


_CHANGE = f"""
import os, sys
from pathlib import Path
from app.storage.unlock import Protection, open_with_recovery
from tests.storage.harness import CHEAP
new = Protection.with_passphrase({NEW_PASSPHRASE!r}, CHEAP)
vault = open_with_recovery(Path(sys.argv[1]), sys.argv[2], new)
os.write(1, b"changed")
vault.close()
"""


def test_a_power_cut_while_the_passphrase_changes_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    vault, code = harness.make(profile)
    vault.create_conversation(harness.CANARY)
    vault.close()
    before = _contents(profile)
    command = [sys.executable, "-c", _CHANGE, str(profile), code]
    steps = power_loss.record(command, harness.environment(), profile, tmp_path / "trace")

    def opens(profile: Path, passphrase: str) -> bool:
        try:
            vault = open_with_passphrase(profile, passphrase, wait=harness.no_wait)
        except UserError:
            return False
        (conversation,) = vault.conversations()
        vault.close()
        return conversation.title == harness.CANARY

    def look(disk: Disk, profile: Path) -> bool:
        assert profile_state(profile) is ProfileState.LOCKED_PASSPHRASE
        new = opens(profile, NEW_PASSPHRASE)
        old = opens(profile, harness.PASSPHRASE)
        open_with_recovery(profile, code).close()
        return new and not old if disk.said else old or new

    assert _cuts(steps, before, 60, look, tmp_path / "after") == 0


_MAKE = f"""
import os, sys
from pathlib import Path
from app.storage.unlock import Protection, create
from tests.storage.harness import CHEAP
vault, code = create(Path(sys.argv[1]), Protection.with_passphrase({NEW_PASSPHRASE!r}, CHEAP))
os.write(1, code.encode())
vault.close()
"""


def test_a_power_cut_while_a_vault_is_made_leaves_a_new_profile_or_a_whole_one(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir(mode=0o700)
    command = [sys.executable, "-c", _MAKE, str(profile)]
    steps = power_loss.record(command, harness.environment(), profile, tmp_path / "trace")

    def look(disk: Disk, profile: Path) -> bool:
        state = profile_state(profile)
        if state is ProfileState.NEW and not disk.said:
            unlock.create(profile, Protection.with_passphrase(NEW_PASSPHRASE, harness.CHEAP))[0].close()
        elif disk.said:
            open_with_recovery(profile, disk.said.decode("ascii")).close()
        open_with_passphrase(profile, NEW_PASSPHRASE).close()
        return True

    assert _cuts(steps, {}, 60, look, tmp_path / "after") == 0
