"""Downloads from a hub that misbehaves: what arrives is the true file, or nothing that could be loaded.

The real client, a real Fetcher process and real sockets; only the hub is ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from time import time

import pytest

from app.core.errors import UserError
from app.library.fetch import client
from app.library.fetch.protocol import (
    Checking,
    Connecting,
    Event,
    Fetched,
    FetchRequest,
    Secrets,
    Stalled,
    StartedAgain,
    Waiting,
)
from tests.support.network.fetching import QUICK, Run, request, whole
from tests.support.network.hub import FILE, REPOSITORY, Answer, Bytes, Hub, Seen

SIZE = 3_000_001


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(Bytes.random(SIZE)) as hub:
        yield hub


def refused(run: Run, wish: FetchRequest, secrets: Secrets | None = None) -> UserError:
    with pytest.raises(UserError) as caught:
        run(wish, secrets)
    return caught.value


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- what should happen ---------------------------------------------------------------------------


def test_the_file_comes_whole_and_nothing_else_is_left(run: Run, hub: Hub, tmp_path: Path) -> None:
    done = run(request(hub, tmp_path))
    assert whole(tmp_path, hub)
    assert names(tmp_path) == {FILE}
    assert (done.path, done.sha256, done.size) == (str(tmp_path / FILE), hub.source.sha256, SIZE)
    assert (done.bytes_received, done.vouched_by) == (SIZE, "catalogue")
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    last = run.of(Fetched)[-1]
    assert isinstance(last, Fetched)
    assert (last.done, last.total) == (SIZE, SIZE)


def test_the_hosts_truly_spoken_to_are_named_before_and_noted(
    run: Run, hub: Hub, tmp_path: Path
) -> None:
    run(request(hub, tmp_path))
    hub_host, store_host = (place.removeprefix("http://") for place in (hub.endpoint, hub.store))
    assert run.of(Connecting) == [Connecting(hub_host), Connecting(store_host, expected=False)]
    before, after = run.notes[:2], run.notes[2:]
    assert [(note.host, note.ended, note.received) for note in before] == [
        (hub_host, None, 0),
        (store_host, None, 0),
    ]
    assert [note.identity for note in after] == [note.identity for note in before]
    assert [(note.outcome, note.what) for note in after] == [("done", FILE)] * 2
    assert all(note.ended is not None for note in after)


def test_the_bytes_of_each_host_are_counted(run: Run, hub: Hub, tmp_path: Path) -> None:
    hub.bodies.append(Answer(cut_after=100_000))
    run(request(hub, tmp_path))
    first, store = (note for note in run.notes if note.ended)
    assert [first.sent, store.sent] == [
        sum(map(size_of, hub.requests(kind))) for kind in ("record", "bytes")
    ]
    assert 0 < first.received < 2_000
    assert SIZE < store.received < SIZE + 2_000


def test_what_was_carried_is_noted_while_it_goes_on(
    run: Run, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "NOTED_EVERY_S", 0.0)
    hub.bodies.append(Answer(stall_after=300_000))

    def kill_once_it_is_noted(_event: Event) -> None:
        if any(note.received >= 100_000 for note in run.notes):
            run.children[0].kill()

    run.on_event = kill_once_it_is_noted
    assert refused(run, request(hub, tmp_path)).code == "library.fetch_crashed"
    *before, last = run.notes
    assert any(note.ended is None and note.received >= 100_000 for note in before)
    assert last.received >= 100_000, "what a killed process carried is known"


def size_of(seen: Seen) -> int:
    """Return the bytes of a request as it came."""
    fields = sum(len(f"{name}: {value}\r\n") for name, value in seen.headers.items())
    return len(f"{seen.method} {seen.path} HTTP/1.1\r\n\r\n") + fields


def test_nothing_is_said_of_this_computer(run: Run, hub: Hub, tmp_path: Path) -> None:
    run(request(hub, tmp_path))
    for seen in hub.seen:
        assert seen.headers["user-agent"] == "cloister"
        told = set(seen.headers) - {"host", "accept", "accept-encoding", "connection", "user-agent"}
        assert told == set(), seen
    assert [seen.method for seen in hub.seen] == ["HEAD", "GET"]


def test_without_a_known_hash_the_hubs_own_record_vouches(run: Run, hub: Hub, tmp_path: Path) -> None:
    done = run(request(hub, tmp_path, sha256="", size=0))
    assert done.vouched_by == "hub"
    assert whole(tmp_path, hub)


def test_where_no_commit_is_known_the_newest_must_be_the_file(
    run: Run, hub: Hub, tmp_path: Path
) -> None:
    wish = request(hub, tmp_path, commit="")
    hub.bodies.append(Answer(cut_after=1_000_000))
    hub.every_body = Answer(cut_after=0)
    assert refused(run, wish).code == "library.fetch_cut"
    hub.every_body, hub.commit = None, "b" * 40  # something else was published meanwhile
    assert run(wish).bytes_received == SIZE - 1_000_000
    assert whole(tmp_path, hub)
    assert {seen.path for seen in hub.requests("record")} == {f"/{REPOSITORY}/resolve/main/{FILE}"}


def test_the_newest_is_refused_where_it_is_another_file(run: Run, hub: Hub, tmp_path: Path) -> None:
    hub.etag = "e" * 64
    assert refused(run, request(hub, tmp_path, commit="")).code == "library.fetch_record_differs"
    assert hub.requests("bytes") == []


def test_nothing_is_wished_for_that_neither_commit_nor_hash_names(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one commit"):
        request(hub, tmp_path, commit="", sha256="")


def test_a_file_that_is_there_is_not_fetched_again(run: Run, hub: Hub, tmp_path: Path) -> None:
    run(request(hub, tmp_path))
    done = run(request(hub, tmp_path))
    assert done.bytes_received == 0
    assert len(hub.requests("bytes")) == 1


def test_another_file_of_that_name_is_not_replaced(run: Run, hub: Hub, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"mine")
    assert refused(run, request(hub, tmp_path)).code == "library.fetch_exists"
    assert (tmp_path / FILE).read_bytes() == b"mine"
    assert hub.seen == []


# --- interruptions that pass ----------------------------------------------------------------------


def test_cut_ten_times_nothing_is_fetched_twice(run: Run, hub: Hub, tmp_path: Path) -> None:
    hub.bodies.extend(Answer(cut_after=200_000) for _ in range(10))
    done = run(request(hub, tmp_path))
    assert whole(tmp_path, hub)
    assert done.bytes_received == SIZE
    assert len(run.of(Waiting)) == 10
    starts = [seen.headers.get("range", "bytes=0-") for seen in hub.requests("bytes")]
    assert starts[1] == f"bytes=200000-{SIZE - 1}"
    assert len(starts) == 11


def test_cuts_without_a_single_new_byte_end_it(run: Run, hub: Hub, tmp_path: Path) -> None:
    hub.bodies.append(Answer(cut_after=100_000))
    hub.every_body = Answer(cut_after=0)
    assert refused(run, request(hub, tmp_path)).code == "library.fetch_cut"
    assert names(tmp_path) == {f"{FILE}.part", f"{FILE}.part.json"}
    hub.every_body = None
    assert run(request(hub, tmp_path)).bytes_received == SIZE - 100_000
    assert whole(tmp_path, hub)


def test_a_stall_is_told_and_then_mended_by_a_new_connection(run: Run, hub: Hub, tmp_path: Path) -> None:
    hub.bodies.append(Answer(stall_after=2**18))
    run(request(hub, tmp_path, patience=replace(QUICK, dead_s=1.5)))
    assert whole(tmp_path, hub)
    stalled = run.of(Stalled)
    assert stalled
    assert isinstance(stalled[0], Stalled)
    assert stalled[0].seconds >= 0.4
    reasons = {event.reason for event in run.of(Waiting) if isinstance(event, Waiting)}
    assert reasons == {"library.fetch_silent"}


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_busy_server_is_asked_again(run: Run, hub: Hub, tmp_path: Path, status: int) -> None:
    hub.records.append(Answer(status))
    hub.bodies.append(Answer(status))
    run(request(hub, tmp_path))
    assert whole(tmp_path, hub)
    waits = [event.seconds for event in run.of(Waiting) if isinstance(event, Waiting)]
    assert len(waits) == 2
    assert waits[1] > waits[0]


def test_a_server_that_names_a_time_is_left_alone_until_then(run: Run, hub: Hub, tmp_path: Path) -> None:
    hub.bodies.append(Answer(429, {"retry-after": "1"}))
    hub.bodies.append(Answer(503, {"retry-after": formatdate(time() + 2, usegmt=True)}))
    run(request(hub, tmp_path))
    waits = [event.seconds for event in run.of(Waiting) if isinstance(event, Waiting)]
    assert waits[0] == 1.0
    assert 0.1 <= waits[1] <= 2.0


def test_a_server_that_wants_hours_ends_it(run: Run, hub: Hub, tmp_path: Path) -> None:
    hub.bodies.append(Answer(429, {"retry-after": "7200"}))
    assert refused(run, request(hub, tmp_path)).code == "library.fetch_busy"


def test_nobody_listening_ends_it_after_the_tries(run: Run, hub: Hub, tmp_path: Path) -> None:
    wish = request(hub, tmp_path)
    hub.close()
    assert refused(run, wish).code == "library.fetch_no_connection"
    assert len(run.of(Waiting)) == 3


# --- answers that are not the file ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "answer", "code"),
    [
        ("record", Answer(403, {"x-error-code": "GatedRepo"}), "token_needed"),
        ("record", Answer(401), "token_needed"),
        ("record", Answer(403), "forbidden"),
        ("record", Answer(404), "not_found"),
        ("record", Answer(418), "refused"),
        ("record", Answer(200, {"content-type": "text/html"}, b"<html>sign in"), "page"),
        ("record", Answer(200, {}, b"pong"), "foreign_answer"),
        ("record", Answer(headers={"x-repo-commit": "0" * 40}), "foreign_answer"),
        ("bytes", Answer(403), "forbidden"),
        ("bytes", Answer(404), "not_found"),
        ("bytes", Answer(200, {"content-type": "text/html; charset=utf-8"}, b"<html>"), "page"),
        ("bytes", Answer(headers={"content-encoding": "gzip"}), "foreign_answer"),
        ("bytes", Answer(flip=True), "wrong_bytes"),
        ("bytes", Answer(longer=-1), "too_short"),
        ("bytes", Answer(longer=1), "too_long"),
        ("bytes", Answer(longer=1, unsaid=True), "too_long"),
    ],
)
def test_what_is_not_the_file_is_told_as_what_it_is(
    run: Run, hub: Hub, tmp_path: Path, where: str, answer: Answer, code: str
) -> None:
    (hub.records if where == "record" else hub.bodies).append(answer)
    assert refused(run, request(hub, tmp_path)).code == f"library.fetch_{code}"
    assert FILE not in names(tmp_path)
    if code in {"wrong_bytes", "too_long", "too_short"}:
        assert names(tmp_path) == set()


def test_a_body_without_length_that_ends_early_is_gone_on_with(
    run: Run, hub: Hub, tmp_path: Path
) -> None:
    hub.bodies.append(Answer(longer=-500_000, unsaid=True))
    assert run(request(hub, tmp_path)).bytes_received == SIZE
    assert whole(tmp_path, hub)


@pytest.mark.parametrize("where", ["record", "bytes"])
def test_a_redirection_in_a_circle_ends(run: Run, hub: Hub, tmp_path: Path, where: str) -> None:
    if where == "record":
        hub.every_record = Answer(302, {"location": f"{hub.endpoint}/again"})
    else:
        hub.every_body = Answer(302, {"location": f"{hub.store}/again"})
    assert refused(run, request(hub, tmp_path)).code == "library.fetch_redirects"


def test_the_hub_having_another_file_is_told_before_a_byte_is_fetched(
    run: Run, hub: Hub, tmp_path: Path
) -> None:
    hub.etag = "0" * 64
    assert refused(run, request(hub, tmp_path)).code == "library.fetch_record_differs"
    assert hub.requests("bytes") == []


def test_no_hash_anywhere_is_refused(run: Run, hub: Hub, tmp_path: Path) -> None:
    hub.etag = "abc"
    assert refused(run, request(hub, tmp_path, sha256="")).code == "library.fetch_no_hash"


# --- what is there already ------------------------------------------------------------------------


def begun(run: Run, hub: Hub, folder: Path, count: int = 1_000_000) -> None:
    """Leave the first bytes there, as an interrupted download does."""
    hub.bodies.append(Answer(cut_after=count))
    hub.every_body = Answer(404)
    refused(run, request(hub, folder))
    hub.every_body = None
    run.events.clear()
    assert (folder / f"{FILE}.part").stat().st_size == count


def test_what_is_there_is_read_and_hashed_and_gone_on_with(run: Run, hub: Hub, tmp_path: Path) -> None:
    begun(run, hub, tmp_path)
    assert run(request(hub, tmp_path)).bytes_received == SIZE - 1_000_000
    assert run.of(Checking)[-1] == Checking(1_000_000, 1_000_000)
    assert run.of(StartedAgain) == []
    assert whole(tmp_path, hub)


def test_a_file_that_changed_at_the_hub_begins_again(run: Run, hub: Hub, tmp_path: Path) -> None:
    begun(run, hub, tmp_path)
    hub.etag = "another"
    assert run(request(hub, tmp_path)).bytes_received == SIZE
    assert run.of(StartedAgain) == [StartedAgain("changed")]
    assert whole(tmp_path, hub)


def test_a_part_that_was_damaged_on_the_disk_begins_again(run: Run, hub: Hub, tmp_path: Path) -> None:
    begun(run, hub, tmp_path)
    with (tmp_path / f"{FILE}.part").open("r+b") as file:
        file.write(b"\0" * 16)
    run(request(hub, tmp_path))
    assert run.of(StartedAgain) == [StartedAgain("damaged")]
    assert whole(tmp_path, hub)


def test_a_part_without_its_record_begins_again(run: Run, hub: Hub, tmp_path: Path) -> None:
    begun(run, hub, tmp_path)
    (tmp_path / f"{FILE}.part.json").write_text("{", "utf-8")
    run(request(hub, tmp_path))
    assert run.of(StartedAgain) == [StartedAgain("changed")]
    assert whole(tmp_path, hub)


def test_after_a_power_cut_only_what_was_synced_counts(run: Run, hub: Hub, tmp_path: Path) -> None:
    begun(run, hub, tmp_path)
    record = tmp_path / f"{FILE}.part.json"
    data = json.loads(record.read_text("utf-8"))
    assert data["durable"] == 1_000_000  # an ending that could be seen coming was synced
    record.write_text(json.dumps({**data, "boot": "another run of the system"}), "utf-8")
    with (tmp_path / f"{FILE}.part").open("ab") as file:
        file.write(bytes(70_000))  # what a file system may leave behind the synced bytes
    assert run(request(hub, tmp_path)).bytes_received == SIZE - 1_000_000
    assert run.of(StartedAgain) == []
    assert whole(tmp_path, hub)


def test_a_server_without_ranges_sends_all_again(run: Run, hub: Hub, tmp_path: Path) -> None:
    begun(run, hub, tmp_path)
    hub.bodies.append(Answer(whole=True))
    run(request(hub, tmp_path))
    assert run.of(StartedAgain) == [StartedAgain("no_ranges")]
    assert whole(tmp_path, hub)


def test_a_range_that_was_not_asked_for_is_never_written(run: Run, hub: Hub, tmp_path: Path) -> None:
    begun(run, hub, tmp_path)
    hub.bodies.append(Answer(shift=7))
    run(request(hub, tmp_path))
    assert whole(tmp_path, hub)


def test_a_range_the_server_does_not_have_begins_again(run: Run, hub: Hub, tmp_path: Path) -> None:
    begun(run, hub, tmp_path)
    hub.bodies.append(Answer(416))
    run(request(hub, tmp_path))
    assert run.of(StartedAgain) == [StartedAgain("changed")]
    assert whole(tmp_path, hub)


def test_all_there_but_its_name_needs_no_byte(run: Run, hub: Hub, tmp_path: Path) -> None:
    begun(run, hub, tmp_path, 100)
    record = tmp_path / f"{FILE}.part.json"
    data = json.loads(record.read_text("utf-8"))
    record.write_text(json.dumps({**data, "durable": SIZE, "prefix": hub.source.sha256}), "utf-8")
    (tmp_path / f"{FILE}.part").write_bytes(hub.source.read(0, SIZE))
    assert run(request(hub, tmp_path)).bytes_received == 0
    assert whole(tmp_path, hub)
