"""The verb ``models`` as a person types it: list, download, interrupt, go on, verify, remove."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.shelf.download_line import remaining
from app.core.paths import guide_model_path
from app.storage.keys.keystore import Keystore, KeystoreProblem, Secret
from tests.support.key_store import InMemory
from tests.support.models.model_shelf import catalogue_words
from tests.support.network.hub import COMMIT, FILE, REPOSITORY, Answer, Bytes, Hub

ROOT = Path(__file__).resolve().parents[2]
SIZE = 3_000_001


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(Bytes.random(SIZE)) as hub:
        yield hub


@pytest.fixture
def home(tmp_path: Path, hub: Hub) -> Path:
    """Return a profile whose catalogue knows the hub's file."""
    profile = tmp_path / "profile"
    profile.mkdir(mode=0o700)
    words = catalogue_words("tiny", FILE, SIZE, hub.source.sha256, repository=REPOSITORY, commit=COMMIT)
    (profile / "catalogue.toml").write_text(words, "utf-8")
    return profile


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "app", "models", *words]


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "CLOISTER_HOME": str(home)}


def models(home: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(home),
        input=stdin,
        timeout=60,
        check=False,
    )


def test_downloaded_listed_verified_and_removed(home: Path, hub: Hub) -> None:
    assert "tiny  0.003 GB  not here" in models(home, "list").stdout
    done = models(home, "download", "tiny", "--mirror", hub.endpoint)
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        0,
        f"Connecting to {hub.endpoint.removeprefix('http://')} for {FILE}.",
    )
    path = home / "models" / FILE
    assert hashlib.sha256(path.read_bytes()).hexdigest() == hub.source.sha256
    listed = json.loads(models(home, "list", "--json").stdout)
    (row,) = (each for each in listed if each["name"] == "tiny")
    assert (row["here"], row["condition"]) == (True, "known")
    assert row["confirmed"], "the hub's own record named the fingerprint on the way"
    assert models(home, "verify").returncode == 0
    assert models(home, "remove", "tiny").returncode == 0
    assert not path.exists()
    noted = [json.loads(file.read_text("utf-8")) for file in (home / "connections").iterdir()]
    assert {note["outcome"] for note in noted} == {"done"}
    assert len(noted) == 2


def test_a_profile_that_cannot_be_reached_is_named_and_no_file_in_it(tmp_path: Path) -> None:
    listed = models(tmp_path / ("x" * 300), "list")
    assert "gpt-oss-20b" in listed.stdout
    assert f"The folder {tmp_path / ('x' * 300)} cannot be reached" in listed.stderr
    assert listed.stderr.count("\n") == 1
    assert "catalogue" not in listed.stderr


def test_as_json_nothing_but_one_object_is_printed(home: Path, hub: Hub) -> None:
    done = models(home, "download", "tiny", "--mirror", hub.endpoint, "--json")
    assert done.stderr == ""
    (file,) = json.loads(done.stdout)["files"]
    assert (file["sha256"], file["bytes_received"]) == (hub.source.sha256, SIZE)


def test_what_is_here_already_is_not_downloaded_again(home: Path, hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(guide_model_path().read_bytes())
    data = file.read_bytes()
    words = catalogue_words("small", "small.gguf", len(data), hashlib.sha256(data).hexdigest())
    with (home / "catalogue.toml").open("a", encoding="utf-8") as catalogue:
        catalogue.write(words)
    assert models(home, "import", str(file)).returncode == 0
    done = models(home, "download", "small", "--mirror", hub.endpoint)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("small.gguf is here already, checked: ")
    told = json.loads(models(home, "download", "small", "--mirror", hub.endpoint, "--json").stdout)
    assert told["files"][0]["sha256"] == hashlib.sha256(data).hexdigest()
    assert hub.seen == []


def test_of_a_file_that_another_program_has_it_is_said_how_to_use_it(
    home: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = tmp_path / "my home" / ".ollama" / "models" / "blobs" / f"sha256-{hub.source.sha256}"
    blob.parent.mkdir(parents=True)
    blob.write_bytes(hub.source.read(0, SIZE))
    monkeypatch.setenv("HOME", str(tmp_path / "my home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "my home"))
    done = models(home, "download", "tiny", "--mirror", hub.endpoint)
    first = done.stderr.splitlines()[0]
    assert first.startswith("Ollama may have this file already.")
    assert first.endswith(f"models import --how clone {shlex.quote(str(blob))}")


def test_ctrl_c_pauses_and_the_same_command_goes_on(home: Path, hub: Hub) -> None:
    hub.bodies.append(Answer(stall_after=2**20))
    process = subprocess.Popen(
        command("download", "tiny", "--mirror", hub.endpoint),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(home),
    )
    assert hub.stalled.wait(30)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    hub.go_on.set()
    assert process.returncode == 130
    assert errors.endswith("the same command goes on where it stopped.\n")
    assert not (home / "models" / FILE).exists()
    done = models(home, "download", "tiny", "--mirror", hub.endpoint, "--json")
    assert json.loads(done.stdout)["files"][0]["bytes_received"] < SIZE


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"bodies": Answer(cut_after=2**18)}, "The connection broke. Trying again in 1 s."),
        ({"records": Answer(503)}, "The server is busy or out of order. Trying again in 1 s."),
    ],
    ids=["cut", "busy"],
)
def test_why_a_download_waits_is_said_at_once(
    home: Path, hub: Hub, answers: dict[str, Answer], words: str
) -> None:
    for kind, answer in answers.items():
        getattr(hub, kind).append(answer)
    done = models(home, "download", "tiny", "--mirror", hub.endpoint)
    assert done.returncode == 0
    assert words in done.stderr.splitlines()


def test_what_is_wrong_is_one_sentence(home: Path, hub: Hub) -> None:
    hub.every_record = Answer(404)
    done = models(home, "download", "tiny", "--mirror", hub.endpoint)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "does not have this file" in done.stderr.splitlines()[-1]
    assert models(home, "download", "nothing").returncode == 1
    assert models(home, "download").returncode == 2
    bad = models(home, "download", "tiny", "--mirror", "not an address")
    assert (bad.returncode, "cannot be understood" in bad.stderr) == (1, True)


def test_a_sealed_program_downloads_nothing(home: Path, hub: Hub) -> None:
    (home / "settings.json").write_text(json.dumps({"network.sealed": "on"}), "utf-8")
    done = models(home, "download", "tiny", "--mirror", hub.endpoint)
    assert done.returncode == 1
    assert hub.seen == []


def test_without_a_key_store_a_secret_is_refused_in_its_own_words(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux desktops can lack a key store")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    done = models(home, "secret", "token", stdin="hf_secret\n")
    assert done.returncode == 1
    assert "no key store" in done.stderr
    assert "recovery code" not in done.stderr


def test_of_a_file_whose_size_nobody_told_none_is_listed(home: Path) -> None:
    words = (home / "catalogue.toml").read_text("utf-8")
    kept = [line for line in words.splitlines() if not line.startswith(("size", "sha256", "confirmed"))]
    (home / "catalogue.toml").write_text("\n".join([*kept, "confirmed = false"]), "utf-8")
    assert "tiny  size not known  not here" in models(home, "list").stdout


def test_the_settings_name_the_mirror(home: Path, hub: Hub) -> None:
    (home / "settings.json").write_text(json.dumps({"network.endpoint": hub.endpoint}), "utf-8")
    assert models(home, "download", "tiny").returncode == 0


def test_secrets_are_kept_read_and_forgotten() -> None:
    store = InMemory()
    keystore = Keystore(lambda: store)
    assert keystore.read_secret(Secret.HUB_TOKEN) is None
    keystore.store_secret(Secret.HUB_TOKEN, "hf_secret")
    keystore.store_secret(Secret.PROXY, "anna\nw\u00f6rd")
    assert keystore.read_secret(Secret.HUB_TOKEN) == "hf_secret"
    keystore.remove_secret(Secret.HUB_TOKEN)
    keystore.remove_secret(Secret.HUB_TOKEN)
    assert list(store.words) == [("Cloister", "proxy")]


def test_a_store_that_forgets_is_found_out() -> None:
    with pytest.raises(KeystoreProblem):
        Keystore(InMemory).store_secret(Secret.HUB_TOKEN, "hf_secret")


def test_how_long_it_will_take_in_words() -> None:
    assert remaining(None) == ""
    assert remaining(59.6) == "60 s left"
    assert remaining(600) == "10 min left"
    assert remaining(2 * 3600 + 300) == "2 h 5 min left"
