"""Model files in parts, and files that change: found, named, refused, never a loop."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from app.children.starting import program
from app.children.watching.outcome import Ending, Outcome
from app.core.conversation.message import user_message
from app.core.conversation.sampling import Sampling
from app.core.errors import UserError
from app.core.model_parts import part_paths
from app.engine.client import EngineClient
from app.engine.computing.llama_backend import LlamaBackend
from app.engine.failures import Failures
from app.engine.file_identity import identities
from app.engine.host import loading, survey
from app.engine.host.files import model_file
from app.engine.host.loading import Surroundings
from app.engine.protocol.events import Event, Loaded, LoadProgress
from app.engine.protocol.plan import Wishes
from app.engine.protocol.requests import LoadRequest, TurnRequest
from tests.support.models.split_gguf import split


@pytest.fixture
def split_model(tiny_model: Path, tmp_path: Path) -> Path:
    return split(tiny_model, tmp_path, 3)


def ignore(_event: Event) -> None:
    """Take an event and do nothing."""


def turn(text: str = "Hello", tokens: int = 8) -> TurnRequest:
    return TurnRequest((user_message(text),), sampling=Sampling(seed=3, max_tokens=tokens))


def code_of(client: EngineClient, path: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        client.load(LoadRequest(str(path)), ignore)
    return caught.value


def test_a_split_file_answers_like_the_whole_one(
    client: EngineClient, tiny_model: Path, split_model: Path
) -> None:
    wishes = Wishes(context=1024)
    whole = client.load(LoadRequest(str(tiny_model), wishes), ignore)
    expected = client.generate(turn(), ignore).parts
    parted = client.load(LoadRequest(str(split_model), wishes), ignore)
    assert client.generate(turn(), ignore).parts == expected
    assert parted.weights_mib == pytest.approx(whole.weights_mib, rel=0.03)
    assert parted.plan
    assert whole.plan
    assert parted.plan.devices[0].weights_mib == whole.plan.devices[0].weights_mib


def test_any_part_stands_for_the_file(client: EngineClient, split_model: Path) -> None:
    assert client.load(LoadRequest(str(part_paths(split_model)[2])), ignore).context


def test_parts_behind_links_are_found(client: EngineClient, split_model: Path, tmp_path: Path) -> None:
    """As in a download cache, where names lead to files named after their contents."""
    links = tmp_path / "links"
    links.mkdir()
    for number, part in enumerate(part_paths(split_model)):
        part.rename(tmp_path / f"blob{number}")
        (links / part.name).symlink_to(tmp_path / f"blob{number}")
    assert client.load(LoadRequest(str(links / split_model.name)), ignore).context


def test_a_missing_part_is_named(client: EngineClient, split_model: Path) -> None:
    part_paths(split_model)[1].unlink()
    error = code_of(client, split_model)
    assert (error.code, error.values) == ("engine.part_missing", {"part": 2, "parts": 3})


def test_parts_of_different_files_are_refused(client: EngineClient, split_model: Path) -> None:
    lonely = split_model.with_name("lonely.gguf")
    shutil.copy(split_model, lonely)
    assert code_of(client, lonely).code == "engine.parts_mixed"


def test_a_part_cut_short_is_refused(client: EngineClient, split_model: Path) -> None:
    last = part_paths(split_model)[-1]
    os.truncate(last, last.stat().st_size - 4096)
    assert code_of(client, split_model).code == "engine.file_incomplete"


@pytest.mark.parametrize(
    "name",
    [
        "a-00000-of-00003.gguf",
        "a-00004-of-00003.gguf",
        "a-00001-of-99999.gguf",
        "a-1-of-3.gguf",
        "a.gguf",
    ],
)
def test_a_name_like_a_part_but_none_is_one_file(name: str) -> None:
    assert part_paths(Path("x") / name) == (Path("x") / name,)


def test_identities_tell_every_change(tiny_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    shutil.copy(tiny_model, path)
    found = model_file.find(path)
    assert not found.changed()
    os.utime(path, ns=(1, 1))
    assert found.changed()
    before = identities(path)
    os.truncate(path, 4096)
    assert identities(path) != before
    path.unlink()
    assert identities(path) == (None,)


@pytest.mark.parametrize("harm", ["shorter", "rewritten", "replaced"])
def test_a_file_that_changes_while_loaded_is_named(
    client: EngineClient, tiny_model: Path, tmp_path: Path, harm: str
) -> None:
    path = tmp_path / "m.gguf"
    shutil.copy(tiny_model, path)
    client.load(LoadRequest(str(path), Wishes(context=1024, load_mode="mmap")), ignore)
    assert client.generate(turn(), ignore).completion_tokens
    whole = path.read_bytes()
    if harm == "shorter":
        os.truncate(path, 8192)
    elif harm == "rewritten":
        path.write_bytes(bytes(len(whole)))
    else:
        other = tmp_path / "other"
        other.write_bytes(whole)
        other.replace(path)
    with pytest.raises(UserError) as caught:
        client.generate(turn("Again"), ignore)
    assert caught.value.code == "engine.file_changed"
    assert not client.alive
    path.write_bytes(whole)
    events: list[Event] = []
    assert client.generate(turn("Again"), events.append).completion_tokens
    assert any(isinstance(event, Loaded) for event in events)


def test_an_update_that_brings_the_file_anew_is_named_as_often_as_asked(
    client: EngineClient, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "m.gguf", tmp_path / "other"
    shutil.copy(tiny_model, path)
    client.load(LoadRequest(str(path), Wishes(context=1024, load_mode="mmap")), ignore)
    shutil.copy(tiny_model, other)
    other.replace(path)
    monkeypatch.setattr(program, "is_replaced", lambda: True)
    for _ in range(6):  # more often than an engine is started again
        with pytest.raises(UserError) as caught:
            client.generate(turn(), ignore)
        assert caught.value.code == "children.replaced"


def test_a_file_that_was_copied_into_memory_may_change(
    client: EngineClient, tiny_model: Path, tmp_path: Path
) -> None:
    path = tmp_path / "m.gguf"
    shutil.copy(tiny_model, path)
    client.load(LoadRequest(str(path), Wishes(context=1024, load_mode="read")), ignore)
    expected = client.generate(turn(), ignore).parts
    path.unlink()
    assert client.generate(turn(), ignore).parts == expected


@pytest.mark.parametrize("mode", ["read", "mmap"])
def test_a_file_that_changes_while_it_is_read_is_not_used(
    tiny_model: Path, tmp_path: Path, mode: str
) -> None:
    """It may be half the one and half the other."""
    path = tmp_path / "m.gguf"
    shutil.copy(tiny_model, path)
    found = Surroundings(model_file.find(path), {}, survey.before_confinement(), "none")
    request = LoadRequest(str(path), Wishes(context=512, load_mode=mode, repack=False))

    def write_in_it(event: Event) -> None:
        if isinstance(event, LoadProgress):
            with path.open("r+b") as file:
                file.seek(-64, os.SEEK_END)
                file.write(bytes(64))

    backend = LlamaBackend()
    try:
        with pytest.raises(UserError, match=r"engine\.file_changed"):
            loading.load(backend, request, found, write_in_it)
    finally:
        backend.close()


def test_a_file_cut_during_a_turn_is_named(
    client: EngineClient, endless_model: Path, tmp_path: Path
) -> None:
    """The system kills a process that touches a page the file does not have any more."""
    path = tmp_path / "m.gguf"
    shutil.copy(endless_model, path)
    client.load(LoadRequest(str(path), Wishes(context=8192, load_mode="mmap", repack=False)), ignore)

    def cut(_event: Event) -> None:
        os.truncate(path, 8192)

    with pytest.raises(UserError) as caught:
        client.generate(turn(tokens=8000), cut)
    assert caught.value.code == "engine.file_changed"


def test_two_crashes_of_one_kind_are_enough(tmp_path: Path) -> None:
    failures = Failures()
    failures.begin(tmp_path)
    failures.loading()
    crash = Outcome(Ending.CRASHED, None, signal.SIGABRT)
    assert failures.of_request(False, crash, again=False).code == "engine.stopped"
    failures.check()
    assert failures.of_request(False, crash, again=True).code == "engine.stopped_again"
    with pytest.raises(UserError, match="same_failure"):
        failures.check()
    failures.went_well()
    failures.check()


def test_different_crashes_and_kills_from_outside_are_not_a_loop(tmp_path: Path) -> None:
    failures = Failures()
    failures.begin(tmp_path)
    failures.loading()
    for outcome in (
        Outcome(Ending.CRASHED, None, signal.SIGABRT),
        Outcome(Ending.CRASHED, None, signal.SIGSEGV),
        Outcome(Ending.KILLED, None, signal.SIGKILL),
        Outcome(Ending.KILLED, None, signal.SIGKILL),
        None,
    ):
        failures.of_request(False, outcome, again=True)
        failures.check()


def test_an_engine_that_aborts_twice_is_not_started_a_third_time(
    client: EngineClient, endless_model: Path
) -> None:
    client.load(LoadRequest(str(endless_model), Wishes(context=1024)), ignore)

    def abort(_event: Event) -> None:
        if client.alive and client.pid:
            os.kill(client.pid, signal.SIGABRT)

    codes = []
    for _ in range(4):
        with pytest.raises(UserError) as caught:
            client.generate(turn(tokens=4000), abort)
        codes.append(caught.value.code)
    assert codes == ["engine.stopped", "engine.stopped_again", *["engine.same_failure"] * 2]
    client.load(LoadRequest(str(endless_model), Wishes(context=1024)), ignore)
    assert client.generate(turn(), ignore).completion_tokens == 8, "a person may try again"
