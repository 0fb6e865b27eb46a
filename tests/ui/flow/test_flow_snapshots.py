"""When snapshots are written and restored: with the Guide's real engine, a real folder, no window."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import bootstrap
from app.children.child import AT_ONCE
from app.core.conversation.message import Part, PartKind, assistant_message, user_message
from app.core.conversation.sampling import Sampling
from app.core.paths import guide_model_path
from app.engine.client import EngineClient
from app.engine.protocol.events import TurnDone
from app.engine.protocol.plan import Wishes
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.engine.protocol.snapshots import SnapshotFacts
from app.manual.finder import ManualFinder
from app.storage import unlock
from app.storage.keys.slots import PassphraseCost
from app.storage.snapshots import Snapshots
from app.storage.unlock import Protection
from app.ui.flow.care import snapshots as flow
from app.ui.flow.care.snapshots import SnapshotFlow
from app.ui.flow.engine.worker import EngineWorker
from app.ui.theme import Theme
from tests.support.windows.wired import Wired

LEASE = "The lease ends on the last day of June, unless both sides agree otherwise in writing. " * 8


class Bench:
    """A vault's snapshots, an engine, and what a window would do with them."""

    def __init__(self, qtbot: QtBot, folder: Path, cap_mib: float = 100.0) -> None:
        self.qtbot = qtbot
        self.folder = folder
        self.snapshots = Snapshots(folder, b"k" * 32, free=lambda _folder: 2**50)
        self.engine = EngineWorker(EngineClient(ladder=AT_ONCE))
        self.may_work = True
        self.flow = SnapshotFlow(self.snapshots, self.engine, lambda: self.may_work, lambda: cap_mib)
        self.load()

    def load(self) -> None:
        with self.qtbot.waitSignal(self.engine.loaded):
            self.engine.load(LoadRequest(str(guide_model_path()), Wishes(context=1024)))

    def ask(self, conversation: int, *texts: str) -> TurnDone:
        messages = tuple(
            user_message(text) if place % 2 == 0 else assistant_message([Part(PartKind.ANSWER, text)])
            for place, text in enumerate(texts)
        )
        sampling = Sampling(temperature=0.0, max_tokens=6, seed=1)
        self.flow.set_busy(True)
        with self.qtbot.waitSignal(self.engine.finished) as waited:
            self.engine.ask(TurnRequest(messages, sampling=sampling, conversation=conversation))
        self.flow.set_busy(False)
        assert waited.args is not None
        done = waited.args[0]
        assert isinstance(done, TurnDone)
        return done

    def settle(self) -> None:
        """Wait until nothing is under way, on any of the lanes."""
        self.qtbot.waitUntil(lambda: not self.flow.working)
        done: list[bool] = []
        self.flow._lane.run(lambda: True, done.append)
        self.qtbot.waitUntil(lambda: bool(done))

    def quiet(self) -> None:
        """Let the quiet seconds pass at once."""
        assert self.flow._timer.isActive()
        self.flow._timer.stop()
        self.flow._save_when_quiet()
        self.settle()

    def files(self) -> list[str]:
        return sorted(os.listdir(self.folder)) if self.folder.is_dir() else []  # noqa: PTH208 - names only

    def facts(self, conversation: int) -> SnapshotFacts | None:
        found = self.snapshots.find(conversation)
        if found is None:
            return None
        found.close()
        return SnapshotFacts.from_json(found.header["facts"])


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(qtbot, tmp_path / "snapshots")
    yield made
    made.flow.close()
    made.engine.close()


def test_a_snapshot_is_written_when_it_is_quiet_and_only_once(bench: Bench) -> None:
    bench.flow.turn_to(1)
    done = bench.ask(1, LEASE)
    assert bench.files() == [], "not at once"
    assert bench.flow._timer.interval() == flow.QUIET_MS
    bench.quiet()
    facts = bench.facts(1)
    assert facts is not None
    assert facts.tokens == done.context_tokens
    assert bench.flow._timer.interval() == flow.LATER_MS, "the engine may read further ahead"
    written = (bench.folder / bench.files()[0]).stat()
    bench.quiet()
    assert (bench.folder / bench.files()[0]).stat().st_mtime_ns == written.st_mtime_ns
    assert not bench.flow._timer.isActive(), "nothing new: not looked at again"


def test_turning_to_another_conversation_saves_the_one_and_restores_the_other(bench: Bench) -> None:
    bench.flow.turn_to(1)
    first = bench.ask(1, LEASE)
    bench.flow.turn_to(2)
    assert bench.flow.working
    bench.settle()
    assert bench.facts(1) is not None, "saved before it is pushed out"
    bench.ask(2, "Good morning")
    bench.flow.turn_to(1)
    bench.settle()
    again = bench.ask(1, LEASE, "Yes.", "And then?")
    assert again.reused_tokens > first.prompt_tokens - 5
    assert bench.facts(2) is not None


def test_another_run_of_the_program_restores_too(bench: Bench) -> None:
    bench.flow.turn_to(1)
    first = bench.ask(1, LEASE)
    bench.quiet()
    bench.load()
    bench.settle()
    assert bench.ask(1, LEASE, "Yes.", "And then?").reused_tokens > first.prompt_tokens - 5


def test_nothing_is_restored_while_an_answer_is_made_elsewhere(bench: Bench) -> None:
    bench.ask(1, LEASE)
    bench.quiet()
    bench.flow.set_busy(True)
    bench.flow.turn_to(1)
    assert not bench.flow.working
    bench.flow.set_busy(False)


def test_a_question_is_not_kept_waiting_by_a_save(bench: Bench) -> None:
    bench.flow.turn_to(1)
    bench.ask(1, LEASE)
    bench.flow._save_when_quiet()
    bench.flow.set_busy(
        True
    )  # a question, before the engine's lane has come to the save or in its midst
    bench.settle()
    assert not any(name.endswith(".part") for name in bench.files())
    assert bench.ask(1, LEASE, "Yes.", "And then?").reused_tokens > 0
    bench.quiet()
    assert bench.facts(1) is not None


def test_nothing_is_written_when_the_computer_has_other_worries(bench: Bench) -> None:
    bench.may_work = False
    bench.flow.turn_to(1)
    bench.ask(1, LEASE)
    bench.quiet()
    assert bench.files() == []


def test_a_cap_of_nothing_keeps_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    Snapshots(tmp_path, b"k" * 32).begin(7, {}, 3).keep()
    bench = Bench(qtbot, tmp_path, cap_mib=0.0)
    bench.ask(1, LEASE)
    bench.quiet()
    assert bench.files() == [], "and what was there is gone"
    bench.flow.close()
    bench.engine.close()


def test_words_of_nobody_are_not_saved(bench: Bench) -> None:
    bench.ask(0, LEASE)
    assert not bench.flow.working
    bench.flow._save_when_quiet()
    assert not bench.flow.working


@pytest.mark.parametrize("harm", ["flip", "cut", "foreign_header", "other_engine"])
def test_a_bad_snapshot_is_read_again_and_removed(bench: Bench, harm: str) -> None:
    bench.flow.turn_to(1)
    bench.ask(1, LEASE)
    bench.quiet()
    facts = bench.facts(1)
    assert facts is not None
    path = bench.folder / bench.files()[0]
    raw = bytearray(path.read_bytes())
    if harm == "flip":
        raw[-100] ^= 1
        path.write_bytes(raw)
    elif harm == "cut":
        path.write_bytes(raw[: len(raw) // 2])
    else:
        older = {**facts.to_json(), "engine": "older"}
        header = {"facts": older, "sources": sorted(bench.engine._client.sources)}
        bench.snapshots.begin(1, {"tokens": 5} if harm == "foreign_header" else header, 0).keep()
    bench.ask(2, "Good morning")
    bench.flow.turn_to(1)
    bench.settle()
    assert bench.facts(1) is None
    assert bench.ask(1, LEASE, "Yes.", "And then?").reused_tokens < 100


def test_a_state_of_another_file_s_engine_is_not_restored(bench: Bench, tmp_path: Path) -> None:
    """Whatever it says: an engine that was taken over could claim to have read the better file."""
    bench.flow.turn_to(1)
    bench.ask(1, LEASE)
    bench.quiet()
    path = tmp_path / "other.gguf"
    path.write_bytes(guide_model_path().read_bytes())  # so that every word the engine says agrees
    with bench.qtbot.waitSignal(bench.engine.loaded):
        bench.engine.load(LoadRequest(str(path), Wishes(context=1024)))
    bench.settle()
    assert bench.ask(1, LEASE, "Yes.", "And then?").reused_tokens < 100
    bench.load()
    bench.settle()
    assert bench.files(), "it is kept for the engine it belongs to"


def test_a_deleted_conversation_leaves_no_snapshot(bench: Bench) -> None:
    bench.flow.turn_to(1)
    bench.ask(1, LEASE)
    bench.flow._save_when_quiet()
    bench.snapshots.delete(1)
    bench.flow.forget(1)
    bench.settle()
    assert bench.files() == []
    bench.flow._unsaved = 1
    bench.flow._save_when_quiet()
    bench.flow.turn_to(None)
    bench.settle()
    assert bench.files() == [], "the engine still holds its words, the disk never again"


def test_keep_nothing_does_nothing(qtbot: QtBot) -> None:
    del qtbot
    engine = EngineWorker(EngineClient())
    kept_out = SnapshotFlow(None, engine, lambda: True, lambda: 100.0)
    kept_out.turn_to(1)
    kept_out.set_busy(True)
    kept_out.set_busy(False)
    assert not kept_out.working
    kept_out.close()
    engine.close()


def test_closing_in_the_midst_leaves_nothing_half(bench: Bench) -> None:
    bench.flow.turn_to(1)
    bench.ask(1, LEASE)
    bench.flow._save_when_quiet()
    bench.flow.close()
    bench.engine.close()
    again = Snapshots(bench.folder, b"k" * 32)
    assert not any(name.endswith(".part") for name in bench.files())
    found = again.find(1)
    if found is not None:
        assert list(found.chunks())
        found.close()


# --- in the window --------------------------------------------------------------------------------


def test_a_session_saves_reopens_and_deletes(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    cost = PassphraseCost(memory_kib=64, iterations=1, lanes=1)
    vault, _ = unlock.create(tmp_path, Protection.with_passphrase("a long passphrase", cost))
    engine = EngineWorker(EngineClient(ladder=AT_ONCE))
    wired = Wired(theme, vault, engine)
    window, session = wired.window, wired.session
    qtbot.addWidget(window)
    snapshots, chat = session.snapshots, session.chat
    done: list[TurnDone] = []
    chat.answered.connect(done.append)
    snapshots._may_work = lambda: True  # whatever the computer that runs the tests is busy with
    session.begin()
    session.use(bootstrap.guide(ManualFinder.open()))
    qtbot.waitUntil(lambda: engine.ready)

    def ask(text: str) -> None:
        count = len(done)
        window.composer.edit.set_text(text)
        window.composer.send.click()
        qtbot.waitUntil(lambda: len(done) > count and not chat.busy)

    def files() -> int:
        folder = tmp_path / "snapshots"
        return len(list(folder.glob("*.snap"))) if folder.is_dir() else 0

    ask("How do I stop an answer? " + LEASE)
    assert snapshots._timer.isActive()
    first = chat.conversation_id
    chat.new_conversation()
    qtbot.waitUntil(lambda: files() == 1 and not snapshots.working)
    ask("How do I rename a conversation?")
    second = chat.conversation_id
    assert first is not None
    assert second is not None
    chat.open_conversation(first)
    qtbot.waitUntil(lambda: files() == 2 and not snapshots.working)
    ask("And how do I go on?")
    assert done[-1].reused_tokens > done[0].prompt_tokens - 5
    session._lane.run(lambda: vault.delete(second), lambda _: session._gone(second))
    qtbot.waitUntil(lambda: files() == 1)
    session.close()
    assert not list((tmp_path / "snapshots").glob("*.part"))
