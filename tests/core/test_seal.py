"""Sealed by the person or by the organisation, and in doubt sealed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.children.child import Child
from app.children.confine import sealing
from app.children.starting import program
from app.core.errors import UserError
from app.core.rules import policy, seal
from app.core.rules import settings as declared
from app.core.rules.policy import MAX_BYTES, Policy, read_policy
from app.core.rules.seal import SealedBy, seal_of
from app.core.rules.settings import OFF, ON, SETTINGS_NAME, Settings

NO_POLICY = Policy()


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_nobody_seals_unless_someone_does(tmp_path: Path) -> None:
    assert read_policy([tmp_path / "none.toml"]) == NO_POLICY
    assert seal_of(Settings(None), NO_POLICY).by is SealedBy.NOBODY


def test_the_person_seals_and_takes_it_back() -> None:
    settings = Settings(None)
    settings.set(declared.SEALED, ON)
    found = seal_of(settings, NO_POLICY)
    assert found.sealed
    assert found.by == "you"
    assert found.refusal.code == "seal.sealed_by_you"
    settings.set(declared.SEALED, OFF)
    assert not seal_of(settings, NO_POLICY).sealed


def test_the_organisation_has_the_last_word(tmp_path: Path) -> None:
    sealing_file = written(tmp_path / "a.toml", "[network]\nsealed = true\n")
    allowing = written(tmp_path / "b.toml", "[network]\nsealed = false\n")
    for files in ([sealing_file, allowing], [allowing, sealing_file]):
        found = seal_of(Settings(None), read_policy(files))
        assert found.by is SealedBy.ORGANISATION
        assert found.damaged is None
    assert not read_policy([allowing]).sealed
    settings = Settings(None)
    settings.set(declared.SEALED, ON)
    assert seal_of(settings, read_policy([allowing])).by is SealedBy.YOU


@pytest.mark.parametrize(
    "content",
    [
        "[network",
        "[network]\nseald = true\n",
        "[netwrok]\nsealed = false\n",
        '[network]\nsealed = "no"\n',
        "[network]\nsealed = 0\n",
        "network = 3\n",
        b"\xff\xfe\x00",
        b"#" * (MAX_BYTES + 1),
        "network = " + "[" * 30_000,
    ],
)
def test_a_damaged_policy_seals_and_says_so(tmp_path: Path, content: str | bytes) -> None:
    path = written(tmp_path / "policy.toml", content)
    found = seal_of(Settings(None), read_policy([path]))
    assert found.by is SealedBy.ORGANISATION
    assert found.damaged == path
    assert str(path) in found.refusal.sentence
    assert found.refusal.code == "seal.policy_damaged"


def test_what_is_no_file_seals_too(tmp_path: Path) -> None:
    folder = tmp_path / "policy.toml"
    folder.mkdir()
    assert read_policy([folder]).damaged == folder
    link = tmp_path / "link.toml"
    link.symlink_to(tmp_path / "gone")
    assert read_policy([link]).damaged == link
    assert read_policy([written(tmp_path / "file", "") / "below.toml"]) == NO_POLICY


def test_an_empty_policy_allows(tmp_path: Path) -> None:
    path = written(tmp_path / "policy.toml", "# nothing yet\n")
    assert read_policy([path]) == Policy((path,))


@pytest.mark.skipif(sys.platform != "linux", reason="the places of Linux")
def test_no_variable_leads_to_another_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_DIRS", "/somewhere/else")
    assert [str(path) for path in policy.policy_files()] == [
        "/etc/cloister/policy.toml",
        "/etc/xdg/cloister/policy.toml",
    ]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"network.sealed": "perhaps"}', "\x00"])
def test_settings_that_cannot_be_read_may_have_held_the_seal(tmp_path: Path, content: str) -> None:
    path = written(tmp_path / SETTINGS_NAME, content)
    settings = Settings(path)
    assert seal_of(settings, NO_POLICY).by is SealedBy.YOU
    settings.set(declared.SEALED, OFF)
    assert not seal_of(Settings(path), NO_POLICY).sealed, "and the person can take it off"


def test_who_asks_may_be_refused() -> None:
    settings = Settings(None)
    settings.set(declared.SEALED, ON)
    assert seal.is_sealed(settings)
    with pytest.raises(UserError, match="seal"):
        seal.refuse_if_sealed(settings)


# --- what a sealed process cannot do -----------------------------------------------------------

_TRY = """
import socket, sys, threading
sys.path.insert(0, {root!r})
from app.children.confine.sealing import has_given_up, seal_this_process
late = threading.Event()
def refused(family, kind=socket.SOCK_STREAM):
    try:
        socket.socket(family, kind).close()
    except PermissionError:
        return True
    return False
before = []
thread = threading.Thread(target=lambda: (late.wait(), before.append(refused(socket.AF_INET))))
thread.start()
assert seal_this_process().in_force and has_given_up()
late.set(); thread.join()
assert before == [True], "a thread that ran before is held too"
assert refused(socket.AF_INET) and refused(socket.AF_INET6)
assert refused(socket.AF_INET, socket.SOCK_DGRAM) and refused(socket.AF_PACKET, socket.SOCK_RAW)
assert not refused(socket.AF_UNIX), "the screen and the desktop stay in reach"
for end in socket.socketpair():
    end.close()
from app.children.child import Child
with Child.start("fetcher") as child:
    assert child.wait(30).exit_code == 77
with Child.start("probe") as child:
    child.channel.send({{"request": "try_socket", "family": "AF_INET"}})
    assert child.channel.receive(30) == {{"refused": True, "errno": "EPERM"}}
    child.channel.send({{"request": "confine", "readable": []}})
    assert child.channel.receive(30)["level"] == "full"
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's")
def test_a_sealed_process_and_its_children_are_refused_by_the_system() -> None:
    root = str(Path(program.__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", _TRY.format(root=root)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_only_a_sealed_parent_marks_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(sealing.MARK, raising=False)
    assert sealing.MARK not in program.environment({})
    assert program.environment({sealing.MARK: "1"})[sealing.MARK] == "1"


def test_a_fetcher_does_not_start_with_the_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sealing.MARK, "0")
    with Child.start("fetcher") as child:
        outcome = child.wait(30)
    assert outcome is not None
    assert outcome.exit_code == 77
