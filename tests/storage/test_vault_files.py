"""The vault's files: private, unreadable without a key, one program at a time, or none at all."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.core.conversation.draft import Draft
from app.core.conversation.message import Part, PartKind, user_message
from app.core.errors import UserError
from app.storage import unlock
from app.storage.files.instance_lock import InstanceLock
from app.storage.keys import recovery_code
from app.storage.keys.keystore import Keystore
from app.storage.profile_state import ProfileState, state_before_opening
from app.storage.records import MessageState
from app.storage.unlock import Protection, open_with_passphrase, open_with_recovery
from app.storage.vault import Vault
from tests.storage import harness, power_loss

posix = pytest.mark.skipif(os.name != "posix", reason="permission bits")


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def _talk(vault: Vault) -> int:
    """Put the canary everywhere a person's words can go; returns the conversation."""
    conversation = vault.create_conversation(f"Title {harness.CANARY}").id
    asked = vault.add_user_message(conversation, None, user_message(f"Asked {harness.CANARY} " * 200))
    begun = vault.begin_answer(conversation, asked.id)
    vault.save_answer(begun.id, [Part(PartKind.REASONING, harness.CANARY)])
    vault.finish_answer(begun.id, harness.answer(f"{harness.CANARY} " * 200), MessageState.DONE)
    vault.save_draft(None, Draft(f"Draft {harness.CANARY}"))
    assert vault.search(harness.CANARY)
    return conversation


def _too_open(profile: Path) -> list[str]:
    files = [path for path in profile.rglob("*") if path.stat().st_mode & 0o177]
    return [path.name for path in files] + (["."] if profile.stat().st_mode & 0o077 else [])


@posix
@pytest.mark.usefixtures("open_umask")
def test_files_are_private_whatever_the_umask(profile: Path) -> None:
    vault, code = harness.make(profile)
    _talk(vault)
    assert {path.name for path in profile.iterdir()} >= {"history.db-wal", "history.db-shm"}
    assert _too_open(profile) == []
    vault.close()
    for path in profile.iterdir():
        path.chmod(0o666)
    profile.chmod(0o777)
    vault = open_with_recovery(
        profile, code, Protection.with_passphrase("a new one here", harness.CHEAP)
    )
    _talk(vault)
    assert set(_too_open(profile)) <= {"run.lock"}  # it holds nothing
    vault.close()


def _shapes(secret: bytes) -> list[bytes]:
    return [
        secret,
        secret.hex().encode(),
        secret.hex().upper().encode(),
        base64.b64encode(secret).rstrip(b"="),
        base64.urlsafe_b64encode(secret).rstrip(b"="),
        base64.b32encode(secret).rstrip(b"="),
    ]


@pytest.mark.parametrize("kind", ["os", "passphrase"])
def test_no_key_is_ever_on_the_disk(profile: Path, kind: str) -> None:
    kept: dict[str, str] = {}
    store = Keystore(lambda: harness.MemoryStore(kept))
    protection = (
        Protection.os_keystore()
        if kind == "os"
        else Protection.with_passphrase(harness.PASSPHRASE, harness.CHEAP)
    )
    vault, code = unlock.create(profile, protection, store)
    _talk(vault)
    secrets = [harness.data_key(profile, code), recovery_code.read(code)]
    secrets += [bytes.fromhex(text) for text in kept.values()]
    forbidden = [shape for secret in secrets for shape in _shapes(secret)]
    forbidden += [harness.PASSPHRASE.encode(), code.encode(), code.replace("-", "").encode()]
    while_open = harness.all_bytes(profile)
    vault.close()
    for content in (while_open, harness.all_bytes(profile)):
        assert [shape for shape in forbidden if shape in content] == []


def test_no_word_is_readable_in_any_file_log_or_output(
    profile: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(0)
    vault, code = harness.make(profile)
    conversation = _talk(vault)
    while_open = harness.all_bytes(profile)
    vault.delete(conversation)
    vault.close()
    with pytest.raises(UserError):
        open_with_passphrase(profile, "not the passphrase")
    (profile / "history.db").write_bytes(os.urandom(8192))
    with pytest.raises(UserError) as caught:
        open_with_recovery(profile, code)
    output = "".join(capfd.readouterr())
    everything = while_open + harness.all_bytes(profile) + caplog.text.encode() + output.encode()
    everything += repr(caught.value).encode() + caught.value.sentence.encode()
    for word in (*harness.CANARY.split(), harness.PASSPHRASE, "SQLite format 3"):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert word.encode(encoding) not in everything
    assert output == ""
    assert "storage.opened" in caplog.text or "storage.created" in caplog.text


_KEEP_NOTHING = """
from app.storage.vault import Vault
from tests.storage.test_vault_files import _talk
import os
os.write(1, b"begin")
vault = Vault.in_memory()
for _ in range(20):
    conversation = _talk(vault)
vault.delete(conversation)
vault.close()
os.write(1, b"end")
"""


@pytest.mark.skipif(not power_loss.available(), reason="strace cannot trace here")
def test_keep_nothing_writes_nothing(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    strace = ["strace", "-f", "-e", "trace=file,write,pwrite64,ftruncate", "-o", str(trace)]
    command = [*strace, sys.executable, "-B", "-c", _KEEP_NOTHING]
    subprocess.run(command, env=harness.environment(), stdout=subprocess.DEVNULL, check=True)
    lines = trace.read_text().splitlines()
    begin = next(at for at, line in enumerate(lines) if 'write(1, "begin"' in line)
    end = next(at for at, line in enumerate(lines) if 'write(1, "end"' in line)
    writing = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|write\(|ftruncate|mkdir|rename|link|chmod")
    assert [line for line in lines[begin + 1 : end] if writing.search(line)] == []


def test_a_second_program_is_turned_away(profile: Path) -> None:
    vault, code = harness.make(profile)
    for call in (
        lambda: open_with_recovery(profile, code),
        lambda: open_with_passphrase(profile, harness.PASSPHRASE),
        lambda: harness.make(profile),
    ):
        assert harness.refusal_of(call) == "storage.already_open"
    assert harness.refusal_of(lambda: state_before_opening(profile)) == "storage.already_open"
    command = [sys.executable, "-m", "tests.storage.vault_writer", str(profile), code, "1", "1"]
    other = subprocess.run(command, env=harness.environment(), capture_output=True, check=False)
    assert other.stdout.split() == [b"refused", b"storage.already_open"]
    _talk(vault)
    vault.close()
    for _ in range(2):  # who asks keeps nobody out
        assert state_before_opening(profile) is ProfileState.LOCKED_PASSPHRASE
    open_with_recovery(profile, code).close()


def test_a_lock_left_behind_keeps_no_one_out(profile: Path) -> None:
    vault, code = harness.make(profile)
    vault.close()
    command = [sys.executable, "-m", "tests.storage.vault_writer", str(profile), code, "1", "100000"]
    with subprocess.Popen(command, env=harness.environment(), stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"opened\n"
        assert harness.refusal_of(lambda: open_with_recovery(profile, code)) == "storage.already_open"
        holder.kill()
    (profile / "run.lock").write_bytes(b"pid 1 on another computer")
    vault = open_with_recovery(profile, code)
    vault.close()
    vault.close()


def test_a_refused_opening_gives_the_profile_back(profile: Path) -> None:
    vault, code = harness.make(profile)
    vault.close()
    for _ in range(2):
        with pytest.raises(UserError):
            open_with_passphrase(profile, "not the passphrase", wait=harness.no_wait)
    lock = InstanceLock.take(profile)
    assert harness.refusal_of(lambda: InstanceLock.take(profile)) == "storage.already_open"
    lock.release()
    lock.release()
    open_with_recovery(profile, code).close()


@pytest.mark.skipif(sys.platform == "win32", reason="a file in use cannot be deleted there")
def test_who_deletes_the_lock_gets_no_second_hand_on_the_history(profile: Path) -> None:
    vault, code = harness.make(profile)
    (profile / "run.lock").unlink()
    assert InstanceLock.is_taken(profile)
    assert harness.refusal_of(lambda: open_with_recovery(profile, code)) == "storage.already_open"
    vault.close()
    open_with_recovery(profile, code).close()


def test_only_a_killed_run_is_called_unclean(profile: Path) -> None:
    vault, code = harness.make(profile)
    _talk(vault)
    as_killed = {path.name: path.read_bytes() for path in profile.iterdir()}
    vault.close()
    vault = open_with_recovery(profile, code)
    assert not vault.notes.unclean
    vault.close()
    power_loss.lay_out(as_killed, profile)
    vault = open_with_recovery(profile, code)
    assert vault.notes.unclean
    assert vault.check() == ()
    vault.close()


@posix
@pytest.mark.parametrize("name", ["a b", "what?#%20&mode=ro", "é契約🙂", 'it\'s "quoted"', "x" * 200])
def test_the_profile_may_have_any_name(tmp_path: Path, name: str) -> None:
    vault, code = harness.make(tmp_path / name)
    _talk(vault)
    vault.close()
    open_with_recovery(tmp_path / name, code).close()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_calls_from_several_threads_take_turns(profile: Path) -> None:
    vault, _ = harness.make(profile)
    with ThreadPoolExecutor(4) as pool:
        conversations = list(pool.map(lambda _: _talk(vault), range(12)))
    assert len(set(conversations)) == 12
    assert all(len(vault.path(one)) == 2 for one in conversations)
    assert vault.check() == ()
    vault.close()
