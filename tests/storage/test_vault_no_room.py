"""Disks that are full or may not be written: a sentence, and nothing acknowledged is lost."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from app.core.conversation.draft import Draft
from app.core.conversation.message import user_message
from app.core.errors import UserError
from app.storage.files import trouble
from app.storage.profile_state import ProfileState, profile_state
from app.storage.records import MessageState
from app.storage.unlock import open_with_passphrase, open_with_recovery
from app.storage.vault import Vault
from tests.storage import harness

posix = pytest.mark.skipif(os.name != "posix", reason="mounts and limits by POSIX")


def _mount(folder: Path, *options: str) -> bool:
    command = ["mount", *options, str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    if shutil.which("mount") is None or not _mount(folder, "-t", "tmpfs", "-o", "size=1m", "tmpfs"):
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def limited_files() -> Iterator[Callable[[int | None], None]]:
    """Give a switch for the largest file this process may write, None for no limit."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int | None) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft if size is None else size, hard))

    yield limit
    limit(None)


def _fill(vault: Vault) -> tuple[dict[int, str], str]:
    """Write until the disk refuses; returns what was kept and the code of the refusal."""
    conversation = vault.create_conversation("Filling").id
    kept: dict[int, str] = {}
    for number in range(2000):
        text = f"message {number} " + "words " * 200
        try:
            kept[vault.add_user_message(conversation, None, user_message(text)).id] = text
        except UserError as error:
            return kept, error.code
    raise AssertionError("the disk never filled")


def _holds(vault: Vault, kept: dict[int, str]) -> bool:
    return all(vault.message(number).message == user_message(text) for number, text in kept.items())


def test_a_full_disk_keeps_what_was_kept(small_disk: Path) -> None:
    profile = small_disk / "profile"
    vault, code = harness.make(profile)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(300_000))
    kept, refusal = _fill(vault)
    assert refusal == "storage.disk_full"
    assert len(kept) > 10
    assert harness.refusal_of(lambda: vault.save_draft(None, Draft("x" * 50_000))) == "storage.disk_full"
    assert _holds(vault, kept)
    # An answer being written meanwhile is refused whole and can be kept once there is room.
    ballast.unlink()
    begun = vault.begin_answer(1, None)
    vault.finish_answer(begun.id, harness.answer(), MessageState.DONE)
    assert _holds(vault, kept)
    assert vault.check() == ()
    vault.close()
    vault = open_with_recovery(profile, code)
    assert _holds(vault, kept)
    assert vault.message(begun.id).message.parts == harness.answer()
    vault.close()


def test_a_vault_is_not_half_made_on_a_full_disk(small_disk: Path) -> None:
    profile = small_disk / "profile"
    ballast = small_disk / "ballast"
    refusals = []
    for free in range(4, 400, 28):
        ballast.write_bytes(bytes((1024 - free) * 1024))
        try:
            vault, code = harness.make(profile)
        except UserError as error:
            refusals.append((error.code, profile_state(profile)))
            continue
        vault.close()
        open_with_recovery(profile, code).close()
        break
    assert set(refusals) == {("storage.disk_full", ProfileState.NEW)}
    assert profile_state(profile) is ProfileState.LOCKED_PASSPHRASE


def test_a_disk_with_no_room_at_all_does_not_spoil_the_keys(small_disk: Path) -> None:
    profile = small_disk / "profile"
    vault, code = harness.make(profile)
    conversation = vault.create_conversation("kept")
    vault.close()
    (profile / "vault.json.bak").write_bytes(b"damaged")
    before = (profile / "vault.json").read_bytes()
    with (small_disk / "ballast").open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    for call in (
        lambda: open_with_passphrase(profile, harness.PASSPHRASE),
        lambda: open_with_recovery(profile, code),
    ):
        assert harness.refusal_of(call) == "storage.disk_full"
    assert (profile / "vault.json").read_bytes() == before
    (small_disk / "ballast").unlink()
    vault = open_with_passphrase(profile, harness.PASSPHRASE, wait=harness.no_wait)
    assert vault.notes.header_repaired
    assert vault.conversations() == (conversation,)
    vault.close()


@posix
def test_a_file_that_may_not_grow_keeps_what_was_kept(
    profile: Path, limited_files: Callable[[int | None], None]
) -> None:
    vault, code = harness.make(profile)
    limited_files(600_000)
    kept, refusal = _fill(vault)
    assert refusal in ("storage.disk_full", "storage.disk_failed")
    assert _holds(vault, kept)
    limited_files(None)
    vault.create_conversation("more")
    vault.close()
    vault = open_with_recovery(profile, code)
    assert _holds(vault, kept)
    assert vault.check() == ()
    vault.close()


@posix
def test_a_share_of_the_disk_that_is_used_up_is_no_failing_disk(
    tmp_path: Path, limited_files: Callable[[int | None], None]
) -> None:
    """What SQLite makes of a quota (EDQUOT) and of any other failed write is one and the same."""
    error = dbapi2.OperationalError("disk I/O error")
    error.sqlite_errorcode = 778

    def code() -> str:
        words = trouble.from_sqlite(error, tmp_path)
        assert words is not None
        return words.code

    limited_files(1000)
    assert code() == "storage.disk_full"
    limited_files(None)
    assert code() == "storage.disk_failed"
    assert not list(tmp_path.iterdir())


@posix
def test_a_read_only_profile_is_refused_in_words(small_disk: Path) -> None:
    profile = small_disk / "profile"
    vault, code = harness.make(profile)
    vault.close()
    before = harness.all_bytes(profile)
    assert _mount(small_disk, "-o", "remount,ro")
    assert profile_state(profile) is ProfileState.LOCKED_PASSPHRASE
    for call in (
        lambda: open_with_recovery(profile, code),
        lambda: open_with_passphrase(profile, harness.PASSPHRASE),
        lambda: harness.make(profile),
        lambda: harness.make(small_disk / "another"),
    ):
        assert harness.refusal_of(call) == "storage.read_only"
    assert harness.all_bytes(profile) == before
    assert _mount(small_disk, "-o", "remount,rw")
    open_with_recovery(profile, code).close()


@posix
def test_a_profile_without_write_permission_is_refused_in_words(profile: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere; the read-only disk covers it")
    profile.mkdir(mode=0o500)
    assert harness.refusal_of(lambda: harness.make(profile)) == "storage.read_only"


@pytest.mark.parametrize("name", ["vault.json", "history.db", "run.lock"])
def test_a_folder_in_the_place_of_a_file_is_put_in_words(profile: Path, name: str) -> None:
    vault, code = harness.make(profile)
    vault.close()
    if name == "vault.json":
        (profile / "vault.json.bak").unlink()
    (profile / name).unlink()
    (profile / name).mkdir()
    assert harness.refusal_of(lambda: open_with_recovery(profile, code)).startswith("storage.")


@posix
def test_a_file_in_the_place_of_the_profile_is_put_in_words(profile: Path) -> None:
    profile.write_text("not a folder")
    assert harness.refusal_of(lambda: harness.make(profile)) == "storage.profile_unusable"
