"""The window with a session, for pictures and tests of its states.

Everything on the screen is the program's own: the session with a vault in memory, its controllers and
their words, the library's steps. Only the engine is silent: what it would report comes as its signals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from PySide6.QtCore import QEventLoop, QTimer

from app.core import texts
from app.core.computer.programs import RunningProgram
from app.core.conversation.message import Part, PartKind, user_message
from app.core.errors import UserError
from app.engine.client import EngineClient
from app.engine.protocol.events import Loaded, PartDelta
from app.engine.protocol.plan import DevicePlan, LoadMode, Plan, Verdict
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.library.known.catalogue import CatalogueEntry, catalogue
from app.storage.database.connection import open_in_memory
from app.storage.database.schema import bring_up_to_date
from app.storage.records import AnswerFacts, MessageRecord, MessageState
from app.storage.vault import Vault
from app.ui.commands import table
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.library.arriving.jobs import Carrying, Download, Job
from app.ui.flow.library.arriving.jobs import Stage as JobStage
from app.ui.flow.library.known.state import Doing, Library, entry_key
from app.ui.flow.library.showing.listing import rows
from app.ui.flow.library.showing.offer import ModelOffer
from app.ui.flow.library.showing.pages import model
from app.ui.flow.library.showing.picture import Known
from app.ui.theme import Theme
from app.ui.views.library.page import LibraryPage
from app.ui.views.window.status_strip import Network
from tests.support.windows.patient import PATIENCE_MS
from tests.support.windows.wired import Wired

QUESTION = "Does the break notice of 3 September satisfy clause 14.2?"
ANSWER = (
    "**Yes.** The notice is in writing, was served on the Landlord, and arrived 22 days before the last "
    "day for giving it.\n\n| Requirement | Met |\n|---|---|\n| In writing | Yes |\n"
    "| Six months before 25 March 2027 | Yes, 22 days to spare |\n"
)
NOTES = (
    "The clause asks for six months' written notice. The notice is dated 3 September. "
    "I count from its service, and so I need the day on which it arrived."
)
MODEL = "gpt-oss-20b"
GIGABYTE = 1000**3
MEMORY = (int(11.9 * 1024**3), 16 * 1024**3)
"""What the strip says: bytes in use, and all there are."""


class SilentEngine(EngineWorker):
    """An engine that is never started: a state emits what it would have said; ``asked`` of it."""

    def __init__(self, client: EngineClient) -> None:
        super().__init__(client)
        self.asked: list[TurnRequest] = []

    def load(self, request: LoadRequest) -> None:
        """Start nothing."""

    def ask(self, request: TurnRequest) -> None:
        """Answer nothing."""
        self.asked.append(request)


class Stage:
    """The window, open on one conversation with a question and an answer by ``MODEL``."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        database = open_in_memory()
        bring_up_to_date(database)
        self.vault = Vault(database)  # as one that keeps: what is deleted goes to the bin
        self.engine = SilentEngine(EngineClient())
        wired = Wired(theme, self.vault, self.engine)
        self.model, self.transcript, self.window = wired.model, wired.transcript, wired.window
        self.lane, self.session = wired.lane, wired.session
        self.conversation = self.vault.create_conversation("Break notice and clause 14.2").id
        self.session.begin()
        self.session.chat.settings = replace(self.session.chat.settings, model_name=MODEL)
        self.session.status.expect(MODEL)
        self.window.status_strip.set_memory(*MEMORY)
        self.window.show()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the session."""
        self.session.close()
        self.window.close()
        self.window.deleteLater()

    # --- what was said ---------------------------------------------------------------------------

    def say(
        self,
        answer: str = ANSWER,
        state: MessageState = MessageState.DONE,
        *,
        repaired: bool = False,
        edge: bool = False,
    ) -> MessageRecord:
        """Keep a question and an answer that ended so."""
        parent = self.vault.path(self.conversation)
        asked = self.vault.add_user_message(
            self.conversation, parent[-1].id if parent else None, user_message(QUESTION)
        )
        facts = AnswerFacts(model_name=MODEL, thinking_ms=12_000, repaired=repaired, edge=edge)
        begun = self.vault.begin_answer(self.conversation, asked.id, facts)
        parts = (Part(PartKind.REASONING, NOTES), Part(PartKind.ANSWER, answer))
        return self.vault.finish_answer(begun.id, parts, state, facts)

    def open(self) -> None:
        """Show the conversation, and a loaded model."""
        self.engine.loaded.emit(Loaded(MODEL, "", 16_384, 11_300, 400, 300, 900.0, "full"))
        self.window.status_strip.set_speed(26.2)
        self.session.chat.open_conversation(self.conversation)
        count = len(self.vault.path(self.conversation))
        self.until(lambda: len(self.model.items) == count and self._listed())
        self.window.status_strip.set_context(6200, 16_384, kept_free=8192)
        self.window.status_strip.set_memory(*MEMORY)

    def delete(self) -> None:
        """Delete the conversation that is open."""
        self.window.commands.give(table.DELETE)
        self.until(lambda: bool(self.window.notice.sentence))

    def ask(self) -> None:
        """Ask another question; nothing comes yet."""
        self.say()
        self.open()
        asked = len(self.model.items)
        self.window.composer.edit.setPlainText("Leave out planned returns.")
        self.window.composer.send.click()
        self.until(lambda: len(self.model.items) == asked + 2 and self.window.composer.busy)
        self.until(lambda: self.session.chat.busy and self.transcript.streaming)

    def think(self) -> None:
        """Ask, and let the model begin to think."""
        self.ask()
        self.engine.delta.emit(PartDelta(0, PartKind.REASONING, NOTES))

    def _listed(self) -> bool:
        return self.window.header.title.text() == "Break notice and clause 14.2"

    def until(self, holds: Callable[[], bool]) -> None:
        """Return once ``holds`` does; raises AssertionError when it never does."""
        loop = QEventLoop()
        looked, late = QTimer(), QTimer(singleShot=True)
        looked.timeout.connect(lambda: loop.quit() if holds() else None)
        late.timeout.connect(lambda: loop.exit(1))
        looked.start(5)
        late.start(PATIENCE_MS)
        ended = 0 if holds() else loop.exec()
        looked.stop()
        assert ended == 0, "the state never came"

    # --- the library ------------------------------------------------------------------------------

    def known(self, plan: Plan, ram_gib: int, *jobs: Job) -> Known:
        """Return what the library would know of a computer with this memory and these jobs."""
        return Known(
            library=Library(Path("models"), (entry(),), free=62 * GIGABYTE),
            doing=Doing(),
            downloads={job.key: job for job in jobs if isinstance(job, Download)},
            imports={job.key: job for job in jobs if isinstance(job, Carrying)},
            plan=lambda _key: plan,
            plan_known=lambda _key: True,
            ram_mib=ram_gib * 1024,
            places=("https://huggingface.co",),
            guide_bytes=4_000_000,
        )

    def offer(self, plan: Plan, ram_gib: int) -> None:
        """Offer a larger model where a conversation is still empty."""
        made = ModelOffer(
            self.window.empty_state.offer,
            lambda _key, _code: None,
            self.lane,
            self.window,
            programs=lambda: (RunningProgram("Firefox", 3072.0),),
        )
        made.show_known(self.known(plan, ram_gib))
        asked: list[bool] = []
        self.lane.run(lambda: True, asked.append)
        self.until(lambda: bool(asked))
        self.window.show_empty(True)

    def library(self, job: Job) -> None:
        """Open the window of models on a job."""
        page = LibraryPage(self.theme)
        known = self.known(plan_of(Verdict.FITS), 16, job)
        page.list.show_rows(rows(known))
        page.list.choose(job.key)
        page.model.show_model(model(job.key, known))
        page.header.set_room(texts.text("models.room", used="21.6 GB", free="62 GB"))
        self.window.cover(page, page.regions)
        if job.busy and isinstance(job, Download):
            self.window.status_strip.set_seal(texts.text("seal.strip.connected"), Network.CONNECTED)


def entry() -> CatalogueEntry:
    """Return the catalogue's entry of the model."""
    return next(one for one in catalogue() if one.name == MODEL)


def plan_of(verdict: Verdict, missing_mib: float = 0.0) -> Plan:
    """Return a plan for a laptop of 16 GB."""
    return Plan(
        verdict,
        (),
        16_384,
        512,
        24,
        0,
        "f16",
        LoadMode.MMAP,
        repack=False,
        threads=4,
        devices=(DevicePlan("CPU", 8_000.0, 11_600.0, 400.0, 300.0),),
        expected_tokens_per_second=26.0,
        speed_basis="",
        missing_mib=missing_mib,
    )


def download(stage: JobStage, error: UserError | None = None) -> Download:
    """Return a download that came so far."""
    files = entry().editions[0]
    total = sum(file.size for file in files)
    return Download(
        entry_key(MODEL),
        total,
        stage,
        7_400_000_000 if stage is not JobStage.ARRIVED else total,
        5_800_000.0,
        error,
        entry=entry(),
        files=files,
        host="huggingface.co",
    )
