"""Failing and damaged disks, and the wrong library: a sentence, and nothing acknowledged is lost."""

from __future__ import annotations

import errno
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from app.core.conversation.message import user_message
from app.core.errors import UserError
from app.storage.database import connection
from app.storage.files import trouble
from app.storage.profile_state import ProfileState, profile_state
from app.storage.unlock import open_with_recovery
from tests.storage import harness, power_loss
from tests.storage.promises import Promises


@pytest.mark.skipif(not power_loss.available(), reason="strace cannot trace here")
@pytest.mark.parametrize("call", ["fsync,fdatasync", "pwrite64"])
@pytest.mark.parametrize("when", [12, 40, 90])
def test_a_failing_disk_is_put_in_words_and_loses_nothing(profile: Path, call: str, when: int) -> None:
    vault, code = harness.make(profile)
    vault.close()
    strace = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}"]
    strace += ["-e", f"inject={call}:error=EIO:when={when}+"]
    writer = [sys.executable, "-m", "tests.storage.vault_writer", str(profile), code, "3", "60"]
    done = subprocess.run(
        [*strace, *writer], env=harness.environment(), capture_output=True, check=False
    )
    *said, refusal = done.stdout.decode("ascii").splitlines()
    assert (done.returncode, refusal) == (3, "refused storage.disk_failed")
    promises = Promises()
    promises.note(said)
    vault = open_with_recovery(profile, code)
    assert promises.broken_by(vault) == []
    vault.close()


def _damaged_pages(profile: Path, damage: Callable[[bytearray], object]) -> None:
    content = bytearray((profile / "history.db").read_bytes())
    damage(content)
    (profile / "history.db").write_bytes(content)


def _read_everything(profile: Path, code: str) -> str:
    """Open and read all; returns "whole" or the code of the refusal."""
    try:
        vault = open_with_recovery(profile, code)
    except UserError as error:
        return error.code
    try:
        for conversation in vault.conversations():
            vault.path(conversation.id)
        vault.search("lien deed")
        return "damaged" if vault.check() else "whole"
    except UserError as error:
        return error.code
    finally:
        vault.close()


def test_damage_anywhere_in_the_history_is_put_in_words(profile: Path) -> None:
    vault, code = harness.make(profile)
    last = vault.create_conversation("Many").id
    parent: int | None = None
    for number in range(60):
        parent = vault.add_user_message(last, parent, user_message(f"lien deed {number} " * 40)).id
    vault.close()
    whole = (profile / "history.db").read_bytes()
    assert _read_everything(profile, code) == "whole"
    whole = (profile / "history.db").read_bytes()
    chance = random.Random(1)
    places = [0, 20, 4100, len(whole) - 10, *(chance.randrange(len(whole)) for _ in range(25))]
    seen = set()
    for place in places:
        (profile / "history.db").write_bytes(whole)
        _damaged_pages(profile, lambda content, at=place: content.__setitem__(at, content[at] ^ 1))  # type: ignore[misc] # a default argument in a lambda
        seen.add(_read_everything(profile, code))
    for length in (4096, 4097, len(whole) // 2, len(whole) - 4096):
        (profile / "history.db").write_bytes(whole[:length])
        seen.add(_read_everything(profile, code))
    assert seen <= {"damaged", "storage.history_damaged", "storage.history_foreign"}
    assert len(seen) > 1


def _with_its_log(profile: Path, title: str) -> tuple[str, dict[str, bytes]]:
    """Make a vault and return its code and its files as they are while it is open."""
    vault, code = harness.make(profile)
    vault.create_conversation(title)
    files = {path.name: path.read_bytes() for path in profile.iterdir()}
    vault.close()
    return code, files


@pytest.mark.parametrize("name", ["history.db-wal", "history.db-shm"])
@pytest.mark.parametrize("content", [b"", b"junk" * 5000, None], ids=["empty", "junk", "of another"])
def test_odd_side_files_never_stop_the_opening(
    profile: Path, tmp_path: Path, name: str, content: bytes | None
) -> None:
    code, _ = _with_its_log(profile, "kept")
    if content is None:
        content = _with_its_log(tmp_path / "other", "foreign")[1][name]
    (profile / name).write_bytes(content)
    for _ in range(2):
        vault = open_with_recovery(profile, code)
        assert [one.title for one in vault.conversations()] == ["kept"]
        assert vault.check() == ()
        vault.close()
    aside = profile / "history.db-wal.aside-1"
    assert not aside.exists() or aside.read_bytes() == content


def test_the_own_log_is_never_set_aside(profile: Path) -> None:
    code, files = _with_its_log(profile, "only in the log")
    power_loss.lay_out(files, profile)
    vault = open_with_recovery(profile, code)
    assert [one.title for one in vault.conversations()] == ["only in the log"]
    vault.close()
    assert [path.name for path in profile.iterdir() if "aside" in path.name] == []


def test_a_foreign_history_with_its_log_is_left_as_it_is(profile: Path, tmp_path: Path) -> None:
    code, _ = _with_its_log(profile, "kept")
    _, foreign = _with_its_log(tmp_path / "other", "foreign")
    for name in ("history.db", "history.db-wal"):
        (profile / name).write_bytes(foreign[name])
    assert harness.refusal_of(lambda: open_with_recovery(profile, code)) == "storage.history_foreign"
    for name in ("history.db", "history.db-wal"):
        assert (profile / name).read_bytes() == foreign[name]


def test_a_busy_history_is_put_in_words(profile: Path) -> None:
    vault, code = harness.make(profile)
    vault._database.execute("PRAGMA busy_timeout=10")
    with harness.keyed(profile, harness.data_key(profile, code)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert harness.refusal_of(lambda: vault.create_conversation("x")) == "storage.busy"
        other.execute("ROLLBACK")
    vault.create_conversation("x")
    vault.close()


def test_a_library_without_cipher_never_writes_in_clear(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("app.storage.database.connection.dbapi2.connect", sqlite3.connect)
        assert harness.refusal_of(lambda: harness.make(profile)) == "storage.library_unsuitable"
    assert b"SQLite" not in harness.all_bytes(profile)
    assert profile_state(profile) is ProfileState.NEW


def test_an_old_library_is_refused() -> None:
    connection._assert_library((3, 51, 3))
    for version in ((3, 46, 0), (3, 51, 2)):
        assert harness.refusal_of(lambda version=version: connection._assert_library(version)) == (  # type: ignore[misc] # a default argument in a lambda
            "storage.library_unsuitable"
        )


def test_the_connection_is_as_it_must_be(profile: Path) -> None:
    vault, _ = harness.make(profile)
    expected = {
        "journal_mode": "wal", "synchronous": 2, "fullfsync": 1, "checkpoint_fullfsync": 1,
        "foreign_keys": 1, "trusted_schema": 0, "cell_size_check": 1, "secure_delete": 1,
        "mmap_size": 0, "busy_timeout": 5000, "temp_store": 0,
    }  # fmt: skip
    found = {name: vault._database.rows(f"PRAGMA {name}")[0][0] for name in expected}
    assert found == expected
    setting = vault._database.row("SELECT v FROM word_index_config WHERE k = 'secure-delete'")
    assert setting == (1,)
    vault.close()


def test_every_known_trouble_has_its_words() -> None:
    for number in (*trouble._BY_ERRNO, errno.ENOTDIR, errno.ELOOP, 0, 999_999):
        assert trouble.from_system(OSError(number, "x")).sentence
    for code in (*trouble._BY_SQLITE_CODE, 778, 1032):
        error = dbapi2.OperationalError("x")
        error.sqlite_errorcode = code
        words = trouble.from_sqlite(error)
        assert words is not None
        assert words.sentence
    assert trouble.from_sqlite(dbapi2.ProgrammingError("a bug of ours")) is None
    with pytest.raises(dbapi2.OperationalError), trouble.in_words():
        raise dbapi2.OperationalError("no such table")
    assert harness.refusal_of(_raise_memory_error) == "storage.memory_short"


def _raise_memory_error() -> None:
    with trouble.in_words():
        raise MemoryError
