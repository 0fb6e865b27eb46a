"""However a download ends, what has come is kept and nothing half can be loaded.

Paused, cancelled, killed, its parent gone, its disk full.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.children.child import Child
from app.core.connections import Connection
from app.core.errors import UserError
from app.library.fetch import client
from app.library.fetch.client import Fetch
from app.library.fetch.protocol import Connecting, Event, Fetched, FetchRequest, Patience
from tests.support.network.fetching import QUICK, Run, request, whole
from tests.support.network.hub import FILE, Answer, Bytes, Hub

SIZE = 3_000_001
HALF = 2**20


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(Bytes.random(SIZE)) as hub:
        yield hub


class Sealing:
    """A policy that may appear while a download is under way."""

    def __init__(self) -> None:
        self.sealed = threading.Event()

    def permit(self) -> None:
        """Refuse once it is there."""
        if self.sealed.is_set():
            raise UserError("seal.sealed_by_organisation")


@pytest.fixture
def seal(monkeypatch: pytest.MonkeyPatch) -> Sealing:
    monkeypatch.setattr(client, "PERMITTED_EVERY_S", 0.1)
    return Sealing()


def in_the_middle(run: Run, hub: Hub, folder: Path, act: Callable[[], object]) -> str:
    """Act when half of the file has come and no more comes; returns the code of the ending."""
    hub.bodies.append(Answer(stall_after=HALF))
    started = run.in_thread(request(hub, folder))
    assert hub.stalled.wait(20)
    _wait_for(folder / f"{FILE}.part", HALF)
    act()
    started.join()
    hub.go_on.set()
    assert isinstance(started.error, UserError)
    assert not (folder / FILE).exists()
    return started.error.code


@pytest.mark.parametrize("how", ["pause", "cancel"])
def test_a_download_that_is_stopped_goes_on_where_it_was(
    run: Run, hub: Hub, tmp_path: Path, how: str
) -> None:
    stop = {"pause": run.fetch.pause, "cancel": run.fetch.cancel}[how]
    ending = in_the_middle(run, hub, tmp_path, stop)
    assert ending == f"library.fetch_{'paused' if how == 'pause' else 'cancelled'}"
    assert run.notes[-1].outcome == ending
    assert run(request(hub, tmp_path)).bytes_received == SIZE - HALF
    assert whole(tmp_path, hub)


def test_a_stalled_download_holds_up_the_end_of_the_program_for_less_than_three_seconds(
    run: Run, hub: Hub, tmp_path: Path
) -> None:
    hub.bodies.append(Answer(stall_after=HALF))
    patience = replace(QUICK, stop_s=Patience().stop_s)
    started = run.in_thread(request(hub, tmp_path, patience=patience))
    assert hub.stalled.wait(20)
    _wait_for(tmp_path / f"{FILE}.part", HALF)
    run.fetch.pause()
    started.join()
    hub.go_on.set()
    outcome = run.children[0].outcome()
    assert outcome is not None
    assert outcome.step == "terminate"  # it heard of the wish, and waits for a line that is silent
    deaf = client._DEAF
    assert patience.stop_s + deaf.close_s + deaf.terminate_s < 3.0


def test_a_pause_while_bytes_come_is_heard_at_once(run: Run, hub: Hub, tmp_path: Path) -> None:
    def pause(event: Event) -> None:
        if isinstance(event, Fetched) and event.done:
            run.fetch.pause()

    run.on_event = pause
    hub.bodies.append(Answer(cut_after=HALF))
    hub.bodies.append(Answer(stall_after=HALF))
    with pytest.raises(UserError) as caught:
        run(request(hub, tmp_path))
    assert caught.value.code == "library.fetch_paused"
    assert run.children[0].wait(1.0) is not None


def test_a_download_goes_on_after_the_computer_slept(hub: Hub, tmp_path: Path) -> None:
    slept = threading.Event()
    run = Run(lambda: time.monotonic() + (7200.0 if slept.is_set() else 0.0))
    hub.bodies.append(Answer(stall_after=HALF))
    started = run.in_thread(request(hub, tmp_path))
    assert hub.stalled.wait(20)
    slept.set()
    _wait_for(tmp_path / f"{FILE}.part", HALF)
    hub.go_on.set()
    started.join()
    assert started.error is None
    assert whole(tmp_path, hub)


def test_a_pause_while_waiting_for_the_next_try_is_heard(run: Run, hub: Hub, tmp_path: Path) -> None:
    hub.every_record = Answer(429, {"retry-after": "5"})
    run.on_event = lambda event: run.fetch.pause() if event.NAME == "waiting" else None
    with pytest.raises(UserError) as caught:
        run(request(hub, tmp_path))
    assert caught.value.code == "library.fetch_paused"


def test_killed_ten_times_nothing_is_fetched_twice(run: Run, hub: Hub, tmp_path: Path) -> None:
    step = SIZE // 12
    received = 0
    for number in range(1, 11):
        hub.bodies.append(Answer(stall_after=2**18))
        hub.stalled.clear()
        started = run.in_thread(request(hub, tmp_path))
        assert hub.stalled.wait(20)
        part = tmp_path / f"{FILE}.part"
        _wait_for(part, min(number * 2**18, SIZE))
        os.kill(run.children[-1].pid, signal.SIGKILL)
        started.join()
        assert isinstance(started.error, UserError)
        assert started.error.code == "library.fetch_crashed"
        received = part.stat().st_size
        assert not (tmp_path / FILE).exists()
    assert received >= 10 * 2**18 > step
    done = run(request(hub, tmp_path))
    assert done.bytes_received == SIZE - received
    assert whole(tmp_path, hub)


def _wait_for(path: Path, size: int) -> None:
    """Wait until the file has grown so far; it is written by another process."""
    waited = threading.Event()
    for _ in range(1500):
        if path.exists() and path.stat().st_size >= size:
            return
        waited.wait(0.02)
    pytest.fail("the part does not grow")


def test_a_fetcher_dies_with_its_parent(hub: Hub, tmp_path: Path) -> None:
    hub.bodies.append(Answer(stall_after=HALF))
    wish = request(hub, tmp_path)
    script = (
        "import json,sys\n"
        "from app.children.child import Child\n"
        "from app.library.fetch.protocol import FetchRequest, Secrets\n"
        "child = Child.start('fetcher')\n"
        "print(child.pid, flush=True)\n"
        "file = json.loads(sys.argv[1])\n"
        "child.channel.send({'request':'fetch','file':file,'secrets':Secrets().to_json()})\n"
        "while True:\n"
        "    if (child.channel.receive() or {}).get('event') == 'connecting':\n"
        "        child.channel.send({'request': 'leave'})\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, json.dumps(wish.to_json())],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[2],
        text=True,
    )
    try:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert hub.stalled.wait(20)
        parent.kill()
        parent.wait()
        parent.stdout.close()
        _wait_for_end(pid)
    finally:
        parent.kill()


def _wait_for_end(pid: int) -> None:
    waited = threading.Event()
    for _ in range(1500):
        try:
            state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return  # ended; nobody has asked for its exit code yet
        waited.wait(0.02)
    pytest.fail("the fetcher lives on")


def test_two_downloads_of_one_file_do_not_mix(run: Run, hub: Hub, tmp_path: Path) -> None:
    def second() -> None:
        with pytest.raises(UserError) as caught:
            Run()(request(hub, tmp_path))
        assert caught.value.code == "library.fetch_twice"
        run.fetch.cancel()

    assert in_the_middle(run, hub, tmp_path, second) == "library.fetch_cancelled"


def test_a_disk_without_room_is_told_before_a_byte_comes(run: Run, hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        run(request(hub, tmp_path, reserve=2**60))
    assert caught.value.code == "library.fetch_no_room"
    assert hub.requests("bytes") == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting needs root")
def test_a_disk_that_fills_meanwhile_stops_it_and_keeps_what_came(
    run: Run, hub: Hub, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small], check=False)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:

        def fill() -> None:
            other = small / "other"
            with other.open("wb") as file, contextlib.suppress(OSError):
                while os.write(file.fileno(), bytes(2**16)):
                    pass
            hub.go_on.set()

        hub.bodies.append(Answer(stall_after=HALF))
        started = run.in_thread(request(hub, small))
        assert hub.stalled.wait(20)
        _wait_for(small / f"{FILE}.part", HALF)
        fill()
        started.join()
        assert isinstance(started.error, UserError)
        assert started.error.code == "library.fetch_disk_full"
        (small / "other").unlink()
        assert run(request(hub, small)).bytes_received <= SIZE - HALF
        assert whole(small, hub)
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_folder_that_is_not_there_is_told(run: Run, hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        run(request(hub, tmp_path / "none"))
    assert caught.value.code == "library.fetch_folder"


def test_what_is_not_permitted_starts_no_process(hub: Hub, tmp_path: Path) -> None:
    def start(role: str) -> Child:
        raise AssertionError(role)

    def refuse() -> None:
        raise UserError("library.fetch_not_allowed", host="x")

    with pytest.raises(UserError):
        Fetch(start, permit=refuse).run(request(hub, tmp_path), lambda _: None)
    assert hub.seen == []


def test_a_policy_that_appears_meanwhile_ends_it_and_keeps_what_came(
    run: Run, hub: Hub, tmp_path: Path, seal: Sealing
) -> None:
    run.fetch = Fetch(note=run.notes.append, permit=seal.permit)
    assert in_the_middle(run, hub, tmp_path, seal.sealed.set) == "seal.sealed_by_organisation"
    assert {note.outcome for note in run.notes if note.ended} == {"seal.sealed_by_organisation"}
    seal.sealed.clear()
    assert run(request(hub, tmp_path)).bytes_received == SIZE - HALF


def test_what_came_before_a_silent_line_was_paused_is_in_the_list(
    run: Run, hub: Hub, tmp_path: Path
) -> None:
    hub.bodies.append(Answer(stall_after=HALF))
    started = run.in_thread(request(hub, tmp_path, patience=replace(QUICK, stall_s=20.0)))
    assert hub.stalled.wait(20)
    _wait_for(tmp_path / f"{FILE}.part", HALF)
    run.fetch.pause()
    started.join()
    hub.go_on.set()
    store = hub.store.removeprefix("http://")
    (ended,) = [note for note in run.notes if note.ended and note.host == store]
    assert ended.outcome == "library.fetch_paused"
    assert ended.received >= HALF
    assert ended.sent > 0


def test_a_download_that_the_seal_pauses_was_paused(
    run: Run, hub: Hub, tmp_path: Path, seal: Sealing
) -> None:
    def pause_and_seal() -> None:
        os.kill(run.children[0].pid, signal.SIGSTOP)  # too busy to obey before it is asked again
        run.fetch.pause()
        seal.sealed.set()

    def start(role: str) -> Child:
        run.children.append(Child.start(role))
        return run.children[-1]

    run.fetch = Fetch(start, note=run.notes.append, permit=seal.permit)
    assert in_the_middle(run, hub, tmp_path, pause_and_seal) == "library.fetch_paused"
    assert {note.outcome for note in run.notes if note.ended} == {"library.fetch_paused"}


@pytest.mark.parametrize("when", ["before", "while it starts"])
def test_a_pause_before_the_fetcher_hears_anything_is_not_lost(
    hub: Hub, tmp_path: Path, when: str
) -> None:
    started: list[Child] = []

    def start(role: str) -> Child:
        started.append(Child.start(role))
        if when == "while it starts":
            fetch.pause()
        return started[-1]

    fetch = Fetch(start)
    wished = "pause" if when == "before" else ""
    with pytest.raises(UserError) as caught:
        fetch.run(request(hub, tmp_path), lambda _: None, wished=lambda: wished)
    assert caught.value.code == "library.fetch_paused"
    assert hub.seen == []
    assert len(started) == (when == "while it starts")
    assert all(child.outcome() is not None for child in started), "no Fetcher is left"
    when = "never again"
    fetch.run(request(hub, tmp_path), lambda _: None)
    assert whole(tmp_path, hub)


def test_a_host_is_not_spoken_to_before_it_is_noted(hub: Hub, tmp_path: Path) -> None:
    spoken: list[int] = []

    def note(connection: Connection) -> None:
        if connection.ended is None:
            spoken.append(len(hub.seen))

    Fetch(note=note).run(request(hub, tmp_path), lambda _: None)
    assert spoken == [0, 1]


def test_the_speed_of_the_last_seconds_and_what_remains() -> None:
    assert Fetched(100, 1100, 50.0).remaining_s == 20.0
    assert Fetched(0, 1100, 0.0).remaining_s is None
    assert Connecting("a").expected


@pytest.mark.parametrize(
    "change",
    [
        {"commit": "main"},
        {"file": "../x.gguf"},
        {"file": "x.bin"},
        {"file": "C:x.gguf"},
        {"repository": "a/b/c"},
        {"endpoint": "ftp://a"},
        {"endpoint": "http://user@a"},
        {"endpoint": "https://hugg\u0456ngface.co"},
        {"proxy": "http://user:word@proxy"},
        {"folder": "relative"},
        {"sha256": "0"},
    ],
)
def test_what_is_no_single_file_at_a_commit_cannot_be_asked_for(change: dict[str, Any]) -> None:
    sound: dict[str, Any] = {"repository": "a/b", "commit": "0" * 40, "file": "x.gguf", "folder": "/x"}
    FetchRequest(**sound, patience=QUICK)
    with pytest.raises(ValueError, match="one file"):
        FetchRequest(**{**sound, **change})
