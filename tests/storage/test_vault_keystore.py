"""The key store: ours or none, whatever the environment says, and never waiting for ever."""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from keyring import errors
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null

import app
from app.core.errors import UserError
from app.storage import unlock
from app.storage.keys import keystore
from app.storage.keys.keystore import Keystore, KeystoreProblem, KeystoreState
from app.storage.profile_state import ProfileState, profile_state
from app.storage.unlock import Protection
from tests.storage import harness

VAULT_ID = "ab" * 16
KEY = bytes(range(32))


def _state_of(call: Callable[[], object]) -> KeystoreState:
    with pytest.raises(KeystoreProblem) as caught:
        call()
    assert caught.value.in_words().sentence
    return caught.value.state


def test_a_key_is_kept_read_and_removed() -> None:
    kept: dict[str, str] = {}
    store = Keystore(lambda: harness.MemoryStore(kept))
    assert store.state() is KeystoreState.READY
    assert store.read(VAULT_ID) is None
    store.store(VAULT_ID, KEY)
    assert store.read(VAULT_ID) == KEY
    store.remove(VAULT_ID)
    assert kept == {}


class _Forgets(harness.MemoryStore):
    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class _Answers(harness.MemoryStore):
    """Gives the same answer whatever is asked."""

    always = ""

    def get_password(self, service: str, username: str) -> str | None:
        del service, username
        return self.always


class _Alters(_Answers):
    always = "00" * 32


class _Junk(_Answers):
    always = "not a key"


class _Short(_Answers):
    always = "0011"


@pytest.mark.parametrize("kind", [_Forgets, _Alters, _Junk, _Short])
def test_what_is_written_must_be_read_back(kind: type[harness.MemoryStore], profile: Path) -> None:
    store = Keystore(lambda: kind({}))
    assert _state_of(lambda: store.store(VAULT_ID, KEY)) is KeystoreState.UNRELIABLE
    with pytest.raises(UserError) as caught:
        unlock.create(profile, Protection.os_keystore(), store)
    assert caught.value.code == "storage.keystore_unreliable"
    assert profile_state(profile) is ProfileState.NEW


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (errors.KeyringLocked("dismissed"), KeystoreState.LOCKED),
        (errors.NoKeyringError("none"), KeystoreState.ABSENT),
        (errors.InitError("bus"), KeystoreState.FAILED),
        (errors.PasswordSetError("full"), KeystoreState.FAILED),
        (ConnectionResetError("bus gone"), KeystoreState.FAILED),
        (RuntimeError("anything"), KeystoreState.FAILED),
    ],
)
def test_trouble_in_the_store_is_put_in_words(
    error: Exception, state: KeystoreState, profile: Path
) -> None:
    kept: dict[str, str] = {}
    good = Keystore(lambda: harness.MemoryStore(kept))
    vault, code = unlock.create(profile, Protection.os_keystore(), good)
    vault.close()

    def trouble() -> None:
        raise error

    store = Keystore(lambda: harness.MemoryStore(kept, trouble))
    assert _state_of(lambda: store.read(VAULT_ID)) is state
    with pytest.raises(UserError) as caught:
        unlock.open_with_os_key(profile, store)
    assert caught.value.code == f"storage.keystore_{state.value}"
    unlock.open_with_recovery(profile, code).close()


def test_a_hanging_store_is_given_up() -> None:
    released = threading.Event()

    def hang() -> None:
        released.wait(60)

    store = Keystore(lambda: harness.MemoryStore({}, hang), deadline_s=0.05)
    assert _state_of(lambda: store.read(VAULT_ID)) is KeystoreState.SLOW
    released.set()
    for thread in threading.enumerate():
        if thread.name == "keystore":
            thread.join(10)


@pytest.mark.parametrize("state", [state for state in KeystoreState if state is not KeystoreState.READY])
def test_what_is_said_of_a_download_s_secret_does_not_speak_of_the_history(state: KeystoreState) -> None:
    said = KeystoreProblem(state).in_words("secret").sentence
    assert "key store" in said
    assert "passphrase" not in said
    assert "recovery code" not in said


def test_there_are_ten_seconds() -> None:
    assert keystore.DEADLINE_S == 10.0


@pytest.mark.parametrize("kind", [null.Keyring, fail.Keyring, chainer.ChainerBackend])
def test_stores_that_keep_nothing_are_refused(kind: type[KeyringBackend]) -> None:
    assert _state_of(lambda: keystore.checked_backend(kind())) is KeystoreState.ABSENT
    assert _state_of(lambda: keystore.checked_backend(object())) is KeystoreState.ABSENT


class _Usable(KeyringBackend):
    priority = 5.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # keyring is typed in part only

    def get_password(self, service: str, username: str) -> str | None:
        return f"{service}{username}"

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class _Unusable(_Usable):
    priority = -1.0


def test_the_environment_sets_nothing_on_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYRING_PROPERTY_PREFERRED_COLLECTION", "/evil")
    monkeypatch.setenv("KEYRING_PROPERTY_GET_PASSWORD", "/evil")
    backend = _Usable()
    assert vars(backend)
    assert keystore.checked_backend(backend).get_password("a", "b") == "ab"
    assert vars(backend) == {}
    assert _state_of(lambda: keystore.checked_backend(_Unusable())) is KeystoreState.ABSENT


def test_without_a_key_store_the_answer_is_clear(monkeypatch: pytest.MonkeyPatch, profile: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux desktops can lack a key store")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    assert Keystore().state() is KeystoreState.ABSENT
    with pytest.raises(UserError) as caught:
        unlock.create(profile, Protection.os_keystore())
    assert caught.value.code == "storage.keystore_absent"
    assert profile_state(profile) is ProfileState.NEW


_EVIL = """
from keyring.backend import KeyringBackend
from pathlib import Path
Path(__file__).with_name("loaded").touch()
class Evil(KeyringBackend):
    priority = 99
    def get_password(self, service, username): return "00" * 32
    def set_password(self, service, username, password): pass
"""

_ASK = """
from app.storage.keys.keystore import Keystore, pinned_backend, KeystoreProblem
print(Keystore().state().value)
try:
    print(type(pinned_backend()).__module__)
except KeystoreProblem as problem:
    print(problem.state.value)
"""


@pytest.mark.parametrize("named", ["evilstore.Evil", "keyring.backends.null.Keyring"])
def test_a_store_named_in_the_environment_or_a_file_is_never_used(tmp_path: Path, named: str) -> None:
    if sys.platform != "linux":
        pytest.skip("the other platforms always have a key store")
    (tmp_path / "evilstore.py").write_text(_EVIL)
    settings = tmp_path / "python_keyring" / "keyringrc.cfg"
    settings.parent.mkdir()
    settings.write_text(f"[backend]\ndefault-keyring={named}\nkeyring-path={tmp_path}\n")
    environment = harness.environment(
        PYTHON_KEYRING_BACKEND=named,
        XDG_CONFIG_HOME=str(tmp_path),
        XDG_DATA_HOME=str(tmp_path),
        DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent/bus",
    )
    environment["PYTHONPATH"] += f":{tmp_path}"
    answer = subprocess.run(
        [sys.executable, "-c", _ASK], env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["absent", "absent"]
    assert not (tmp_path / "loaded").exists()
    # The trap itself works: keyring, asked in its own way, does take what the environment names.
    asked = subprocess.run(
        [sys.executable, "-c", "import keyring; print(type(keyring.get_keyring()).__name__)"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert asked.stdout.split() == [named.rsplit(".", 1)[1]]


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {one.name.split(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


def test_only_one_file_imports_keyring() -> None:
    root = Path(app.__file__).parent
    importing = [path.name for path in root.rglob("*.py") if "keyring" in _imported(path)]
    assert importing == ["keystore.py"]
