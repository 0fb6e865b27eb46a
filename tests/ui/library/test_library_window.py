"""The library window on a real Fetcher, a real hub on the loopback, and a real shelf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.core.paths import guide_model_path
from app.core.rules import settings as declared
from app.core.rules.settings import ON
from app.library.known.known_models import KnownModels
from app.library.shelf.model_file import Condition
from app.ui.flow.library.arriving.jobs import Stage, Trial
from app.ui.flow.library.known.sources import Source
from app.ui.theme import Theme
from app.ui.views.library.values import Section, StepState
from tests.support.network.fetching import QUICK
from tests.support.network.hub import FILE, Answer, Hub
from tests.support.network.proxy import Proxy
from tests.support.windows.library_desk import KEY, Desk, open_desk, tiny_entry


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tmp_path: Path, hub: Hub) -> Iterator[Desk]:
    with open_desk(qtbot, theme, tmp_path, hub) as made:
        yield made


def test_a_page_taken_away_by_another_is_made_anew(desk: Desk) -> None:
    before = desk.page
    with desk.qtbot.waitSignals([desk.flow.opened, before.destroyed]):
        desk.window.uncover()
    desk.flow.draw()
    desk.flow.open(KEY)
    assert desk.page is not before
    assert desk.words


def test_it_names_host_file_and_size_before_it_connects(desk: Desk) -> None:
    host = desk.hub.endpoint.removeprefix("http://")
    assert f"Cloister will connect to {host} for this file only, 4 MB: {FILE}" in desk.words
    assert desk.hub.seen == []


def test_from_nothing_to_a_checked_model_that_wrote_a_sentence(desk: Desk) -> None:
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)
    job = desk.flow.downloads.get(KEY)
    assert job is not None
    desk.until(lambda: job.trial.stage in (Trial.DONE, Trial.FAILED))
    assert job.trial.stage is Trial.DONE, job.trial.error
    assert [desk.state(number) for number in range(3)] == [StepState.DONE] * 3
    assert "It works here" in desk.words
    assert (desk.profile / "models" / FILE).read_bytes() == guide_model_path().read_bytes()
    file = desk.flow.library.file(KEY)
    assert file is not None
    assert file.usable
    notes = desk.vault.network_log.all()
    assert {note.what for note in notes} == {FILE}
    assert all(note.ended is not None and note.approved_by == "person" for note in notes)
    desk.press("start")
    assert desk.flow.page is None
    assert desk.window.status_strip.summary().startswith(Path(FILE).stem)


def test_where_no_hash_is_known_it_says_so_and_the_hub_s_record_confirms(desk: Desk) -> None:
    entry = tiny_entry(desk.hub.source, size=0, sha256="")  # type: ignore[arg-type] # Bytes here
    desk.flow.collection._catalogued(KnownModels((entry,)))
    desk.until(lambda: desk.flow.library.entries == (entry,))
    shown = desk.page.model.shown
    assert shown is not None
    assert "No fingerprint of this file is known yet" in shown.hint
    assert "Not known yet; the hub's own record decides." in facts(desk)
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)
    assert "It is the published file by the hub's own record." in desk.words
    job = desk.flow.downloads.get(KEY)
    assert job is not None
    desk.until(lambda: job.trial.stage is Trial.DONE and desk.flow.library.file(KEY) is not None)
    desk.flow.downloads.forget(KEY)
    desk.until(lambda: desk.hub.source.sha256 in facts(desk))
    file = desk.flow.library.file(KEY)
    assert file is not None
    assert file.condition is Condition.KNOWN
    assert desk.row().startswith("In use"), desk.row()


def facts(desk: Desk) -> list[str]:
    return [row.fact.value for row in desk.page.model.facts.rows]


def test_a_pause_is_kept_and_gone_on_with(desk: Desk) -> None:
    desk.hub.bodies.append(Answer(stall_after=2_000_000))
    desk.press("download")
    desk.until(lambda: desk.hub.stalled.is_set() and desk.stage() is Stage.STALLED)
    assert "Nothing has come" in desk.words
    desk.press("pause")
    desk.until(lambda: desk.stage() is Stage.PAUSED)
    assert "It resumes from there" in desk.words
    assert desk.row().startswith("Paused at")
    desk.hub.go_on.set()
    row = desk.page.list.row(KEY)
    assert row is not None
    row.setFocus()
    desk.until(lambda: row.was_seen)
    QTest.keyClick(row, Qt.Key.Key_Space)
    desk.until(lambda: desk.stage() is Stage.ARRIVED)


def test_cancelling_deletes_what_has_come(desk: Desk) -> None:
    desk.hub.bodies.append(Answer(stall_after=2_000_000))
    desk.press("download")
    desk.until(lambda: desk.hub.stalled.is_set() and desk.stage() is Stage.STALLED)
    assert list((desk.profile / "models").glob("*.part*"))
    desk.press("cancel")
    desk.until(lambda: desk.stage() is None)
    assert not list((desk.profile / "models").glob("*.part*"))
    assert "Cloister will connect to" in desk.words


def test_a_fetcher_that_is_killed_is_not_called_a_lost_connection(desk: Desk) -> None:
    desk.hub.bodies.append(Answer(stall_after=2_000_000))
    desk.press("download")
    desk.until(lambda: desk.hub.stalled.is_set() and desk.stage() is Stage.STALLED)
    (fetcher,) = [
        child for child in psutil.Process().children() if child.cmdline()[-4:-2] == ["--role", "fetcher"]
    ]
    fetcher.kill()
    desk.until(lambda: desk.stage() is Stage.FAILED)
    assert "What has arrived is kept. The download stopped at 2 MB; it goes on by itself" in desk.words
    assert desk.row() == "Stopped. What has arrived is kept."
    desk.hub.go_on.set()
    desk.press("retry")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)


def test_a_lost_connection_says_what_is_kept(desk: Desk) -> None:
    desk.hub.bodies.append(Answer(cut_after=1_000_000))
    desk.hub.every_body = Answer(cut_after=0)
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.FAILED)
    assert "What has arrived is kept. The connection broke at 1 MB" in desk.words
    assert desk.state(0) is StepState.FAILED
    desk.hub.every_body = None
    desk.press("retry")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)


def test_a_full_disk_stops_on_its_step(desk: Desk) -> None:
    source = Source(desk.hub.endpoint, reserve=2**60, patience=QUICK)
    desk.flow.downloads._source = lambda: source
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.FAILED)
    job = desk.flow.downloads.get(KEY)
    assert job is not None
    assert job.error is not None
    missing = job.error.values["missing"]  # what has to be freed, the reserve included
    assert f"What has arrived is kept. The disk is full; {missing} GB more is needed." in desk.words
    shown = desk.page.model.shown
    assert shown is not None
    assert [action.code for action in shown.steps[0].actions] == ["folder", "again", "cancel"]


def test_other_bytes_are_never_loaded(desk: Desk) -> None:
    desk.hub.every_body = Answer(flip=True)
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.FAILED)
    assert "This file was not loaded. It is not the published file" in desk.words
    assert (desk.state(0), desk.state(1)) == (StepState.DONE, StepState.FAILED)
    assert not list((desk.profile / "models").glob("*.gguf"))
    desk.press("compare")
    facts = {row.fact.name: row.fact.value for row in desk.page.model.facts.rows}
    assert facts["Published"] == desk.hub.source.sha256
    assert len(facts["This file"]) == 64
    assert facts["This file"] != facts["Published"]
    desk.hub.every_body = None
    desk.press("download_again")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)


def test_a_refusal_is_told_in_its_own_words(desk: Desk) -> None:
    desk.hub.every_record = Answer(status=403)
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.FAILED)
    assert desk.state(0) is StepState.FAILED
    assert "refuses" in desk.words or "signed in" in desk.words


def offered(desk: Desk) -> list[str]:
    shown = desk.page.model.shown
    assert shown is not None
    return [action.code for action in shown.steps[0].actions]


def enter(desk: Desk, *words: str) -> None:
    dialog = desk.flow.wishes.sign_in.dialog
    assert dialog is not None
    assert not dialog.proceed.isEnabled()
    for field, entered in zip(dialog.fields, words, strict=True):
        QTest.keyClicks(field, entered)
    QTest.mouseClick(dialog.proceed, Qt.MouseButton.LeftButton)
    assert all(field.text() == "" for field in dialog.fields)


def test_a_token_is_asked_for_kept_by_the_key_store_and_sent_to_the_hub(desk: Desk) -> None:
    desk.hub.token = "hf_secret"
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.FAILED)
    assert offered(desk) == ["token", "cancel"]
    desk.press("token")
    enter(desk, " hf_secret ")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)
    assert desk.store.words == {("Cloister", "hub-token"): "hf_secret"}
    assert all("authorization" not in seen.headers for seen in desk.hub.requests("bytes"))
    written = [path for path in desk.profile.rglob("*") if path.is_file() and path.suffix != ".gguf"]
    assert all(b"hf_secret" not in path.read_bytes() for path in written)


def test_a_kept_token_is_sent_only_when_that_is_wished(desk: Desk) -> None:
    desk.store.words["Cloister", "hub-token"] = "hf_old"
    desk.hub.token = "hf_secret"
    desk.press("download")
    desk.until(lambda: "use_token" in offered(desk))
    assert all("authorization" not in seen.headers for seen in desk.hub.seen)
    desk.press("use_token")
    desk.until(lambda: offered(desk) == ["token", "cancel"])  # it was refused
    desk.press("token")
    enter(desk, "hf_secret")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)
    desk.flow.wishes.act(KEY, "forget_secrets")
    desk.until(lambda: desk.store.words == {})


def test_a_proxy_that_wants_a_name_is_signed_in_to(desk: Desk) -> None:
    with Proxy("anna", "p:ss word") as proxy:
        source = Source(desk.hub.endpoint, proxy=proxy.url, reserve=0, patience=QUICK)
        desk.flow.downloads._source = lambda: source
        desk.press("download")
        desk.until(lambda: desk.stage() is Stage.FAILED)
        assert offered(desk) == ["proxy_sign_in", "cancel"]
        desk.press("proxy_sign_in")
        enter(desk, "anna", "p:ss word")
        desk.until(lambda: desk.stage() is Stage.ARRIVED)


def test_the_next_mirror_is_asked_when_the_first_does_not_answer(desk: Desk) -> None:
    places = ("http://127.0.0.1:9", desk.hub.endpoint)
    source = Source(places[0], (places[1],), reserve=0, patience=QUICK)
    desk.flow._source = lambda: source  # type: ignore[method-assign]
    desk.flow.downloads._source = lambda: source
    desk.flow.draw()
    host = desk.hub.endpoint.removeprefix("http://")
    assert f"connect to 127.0.0.1:9, or if it does not answer to {host} for this file" in desk.words
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)


def test_the_room_taken_follows_what_comes_and_goes(desk: Desk) -> None:
    desk.hub.bodies.append(Answer(stall_after=2_000_000))
    desk.press("download")
    desk.until(lambda: desk.page.header.room.startswith("Models use 2 MB of disk."))
    desk.press("cancel")
    desk.until(lambda: desk.page.header.room.startswith("Models use no disk yet."))


def test_with_the_seal_off_but_no_way_back_there_is_nothing_to_press(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.children.confine.sealing.has_given_up", lambda: True)
    desk.flow.draw()
    assert all(block.buttons.button("download") is None for block in desk.page.model.steps.blocks)
    assert "until it was started again" in desk.words


def test_sealed_there_is_nothing_to_press(desk: Desk) -> None:
    desk.settings.set(declared.SEALED, ON)
    desk.flow.draw()
    assert "will connect" not in desk.words
    row = desk.page.list.row(KEY)
    assert row is not None
    assert row.shown.action is None
    assert all(block.buttons.button("download") is None for block in desk.page.model.steps.blocks)
    shown = desk.page.model.shown
    assert shown is not None
    assert "sealed" in desk.words
    assert "can be imported all the same" in shown.hint
    desk.flow.wishes.act(KEY, "download")
    desk.until(lambda: desk.stage() is Stage.FAILED)
    assert desk.hub.seen == []


def test_the_seal_ends_what_is_fetched_and_keeps_what_came(desk: Desk) -> None:
    desk.seal_in_the_middle()
    desk.hub.go_on.set()
    assert {item.ended is None for item in desk.vault.network_log.all()} == {False}


def test_an_unknown_file_waits_for_a_decision(desk: Desk, tmp_path: Path) -> None:
    source = tmp_path / "mine.gguf"
    source.write_bytes(guide_model_path().read_bytes())
    desk.flow.collection.catalogue = KnownModels(())
    desk.flow.wishes.bring_in([source])
    key = f"import:{source}"

    def stage() -> Stage | None:
        job = desk.flow.imports.get(key)
        return job.stage if job is not None else None

    desk.until(lambda: stage() is Stage.OFFERED)
    desk.until(lambda: "Fits this computer." in desk.page.model.plan.sentence)
    desk.press("copy")
    desk.until(lambda: stage() is Stage.UNKNOWN)
    assert "Cloister does not know this file. It may work; its origin is not confirmed." in desk.words
    desk.press("use_file")
    desk.until(lambda: stage() is None)
    desk.until(lambda: any(file.name == "mine.gguf" for file in desk.flow.library.files))
    assert source.is_file()


def test_a_removed_file_comes_back_until_the_program_ends(desk: Desk) -> None:
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)
    job = desk.flow.downloads.get(KEY)
    assert job is not None
    desk.until(lambda: job.trial.stage is Trial.DONE and desk.flow.library.file(KEY) is not None)
    desk.flow.downloads.forget(KEY)
    desk.flow.draw()
    desk.press("remove")
    desk.until(lambda: "Removed" in desk.row())
    assert not (desk.profile / "models" / FILE).exists()
    assert desk.window.status_strip.summary().startswith("Built-in guide")
    desk.press("undo")
    desk.until(lambda: desk.row().startswith("Ready"))
    assert (desk.profile / "models" / FILE).is_file()


def test_rows_are_one_tab_stop_with_arrows_inside(desk: Desk) -> None:
    desk.until(lambda: len(desk.page.list.rows) == 2)
    stops = [row for row in desk.page.list.rows if row.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(stops) == 1
    stops[0].setFocus()
    first = desk.page.list.current
    QTest.keyClick(stops[0], Qt.Key.Key_Up)
    QTest.keyClick(desk.page.list.rows[0], Qt.Key.Key_Down)
    assert desk.page.list.current in (first, KEY)
    assert desk.page.list.rows[0].shown.section is Section.HERE
    QTest.keyClick(desk.page, Qt.Key.Key_Escape)
    assert desk.flow.page is None
