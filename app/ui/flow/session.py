"""One open vault, from the first window to the last save.

Job: join the main window's views to the controllers and the controllers to vault and engine. Rule:
wiring only; a decision belongs to a controller. Closing saves drafts and the streamed text first.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.core.conversation.draft import Draft
from app.core.conversation.message import Effort
from app.core.conversation.sampling import Sampling
from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.engine.protocol.requests import LoadRequest
from app.library.carrying.chosen import is_model_name
from app.library.shelf.load_gate import LoadGate
from app.storage.records import SearchHit
from app.storage.vault import Vault
from app.ui.commands import table
from app.ui.commands.command import State
from app.ui.flow.care.engine_care import EngineCare, Surroundings
from app.ui.flow.care.engine_trouble import EngineTrouble
from app.ui.flow.care.kept_progress import KeptProgress
from app.ui.flow.care.memory_panel import MemoryPanel
from app.ui.flow.care.refused_load import RefusedLoad
from app.ui.flow.care.snapshots import SnapshotFlow
from app.ui.flow.care.unproven_file import UnprovenFile
from app.ui.flow.choice.adapter import AdapterChoice
from app.ui.flow.choice.model import ModelChoice
from app.ui.flow.engine.status import EngineStatus
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.ledger.ledger_flow import LedgerFlow
from app.ui.flow.notices import Notices
from app.ui.flow.reading.reading_flow import ReadingFlow
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.flow.turns.composing.attaching import Attaching
from app.ui.flow.turns.composing.drafts import DraftKeeper
from app.ui.flow.turns.composing.effort_estimate import EffortEstimate
from app.ui.flow.turns.composing.question_editing import QuestionEditing
from app.ui.flow.turns.composing.sending import Sending
from app.ui.flow.turns.conversation.transcript_on_screen import TranscriptOnScreen
from app.ui.flow.turns.stages.turn_settings import TurnSettings
from app.ui.flow.window.bin import BinFlow
from app.ui.flow.window.conversation_list import ConversationList
from app.ui.flow.window.new_code import NewCode
from app.ui.transcript.model import TranscriptModel
from app.ui.transcript.view import TranscriptView
from app.ui.views.settings.window import SettingsWindow
from app.ui.views.window.main_window import MainWindow


class Session(QObject):
    """The program between unlocking and closing; ``guide_wanted`` when a model file did not load.

    ``gate`` is what ``engine`` has model files checked by; ``models_wanted`` to mend one.
    """

    guide_wanted = Signal()
    models_wanted = Signal()

    def __init__(
        self,
        window: MainWindow,
        transcript_model: TranscriptModel,
        transcript: TranscriptView,
        vault: Vault,
        lane: Lane,
        engine: EngineWorker,
        settings: Settings,
        around: Surroundings | None = None,
        gate: LoadGate | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._transcript = transcript
        self._vault = vault
        self._lane = lane
        self._engine = engine
        self._settings = settings
        self._choice: ModelChoice | None = None
        self._begun: int | None = None
        """The conversation that was new on screen: what was counted of it stays."""
        self.chat = ChatController(
            vault, lane, engine, TranscriptOnScreen(transcript_model, transcript), parent=self
        )
        self.adapters = AdapterChoice(window, self.chat, vault, lane, parent=self)
        self.conversations = ConversationList(vault, lane, window.sidebar, parent=self)
        self.bin = BinFlow(window, vault, lane, settings, self.conversations.title, parent=self)
        recovery = vault.recovery
        self.new_code = NewCode(window, recovery, lane, parent=self) if recovery else None
        self.drafts = DraftKeeper(vault, lane, window.composer, parent=self)
        self.editing = QuestionEditing(window, self.chat, self.drafts, parent=self)
        Sending(window.composer, self.chat, self.drafts, self.editing, parent=self)
        self.ledger = LedgerFlow(
            window, self.chat, self.editing, self.drafts, vault, lane, engine, parent=self
        )
        self.reading = ReadingFlow(
            window, transcript, self.chat, self._title, lane, settings, parent=self
        )
        self.status = EngineStatus(engine, window.status_strip, parent=self)
        self.status.waiting.connect(window.composer.set_loading)
        self.status.reading.connect(transcript.set_reading)
        self.attaching = Attaching(window, lambda: self.status.room, is_model_name, parent=self)
        window.composer.history.questions = self.chat.questions
        EffortEstimate(self.chat, vault, lane, window.composer, parent=self)
        self._make_care(around, gate or LoadGate())
        self.notices = Notices(
            window,
            self.chat,
            self.editing,
            self.refused_load,
            self.unproven,
            self.engine_trouble,
            (self.bin, self.care, self.ledger, self.reading),
            is_guide=lambda: self._is_guide,
            parent=self,
        )
        self._join()

    def _make_care(self, around: Surroundings | None, gate: LoadGate) -> None:
        """Make what cares for the engine, and what offers ways on when it cannot load or go on."""
        window, engine, lane, settings = self._window, self._engine, self._lane, self._settings
        self.memory_panel = MemoryPanel(engine, self.status, window.memory_popover, parent=self)
        self.care = EngineCare(engine, settings, around, parent=self)
        self.snapshots = SnapshotFlow(
            self._vault.snapshots,
            engine,
            self.care.may_work,
            lambda: settings.number(declared.SNAPSHOT_CAP_MIB),
            parent=self,
        )
        self.refused_load = RefusedLoad(
            window,
            self.care,
            lambda: self.chat.settings.model_name,
            lane,
            self,
            is_guide=lambda: self._is_guide,
        )
        self.engine_trouble = EngineTrouble(window, self.chat, lambda: self.care.plan, lane, self)
        self.unproven = UnprovenFile(gate.accept, self._file, lane, self)

    def use(self, choice: ModelChoice) -> None:
        """Load a model file; a question may be asked at once and waits for it."""
        self._choice = choice
        self.notices.forget_trouble()
        self.chat.placement = choice.placement
        self.chat.settings = TurnSettings(
            effort=Effort(self._settings.word(declared.EFFORT)),
            sampling=choice.sampling
            or Sampling(temperature=self._settings.number(declared.TEMPERATURE)),
            tools=choice.tools,
            model_name=choice.name,
            adapter=self.adapters.path,
            adapter_scale=self.adapters.scale,
        )
        self._window.empty_state.set_words(choice.sentence, choice.note)
        self._window.empty_state.set_suggestions(choice.suggestions)
        self.status.expect(choice.name)
        adapters = (self.adapters.path,) if self.adapters.path else ()
        self.care.load(LoadRequest(str(choice.path), adapters=adapters))

    @property
    def engine(self) -> EngineWorker:
        """What answers."""
        return self._engine

    @property
    def _is_guide(self) -> bool:
        return self._choice is not None and self._choice.placement is not None

    def begin(self) -> None:
        """Show the list and an empty conversation with its draft."""
        self._window.composer.set_effort(self.chat.settings.effort)
        self.bin.begin()
        self.conversations.refresh()
        self.chat.new_conversation()
        self.drafts.bring_back()

    def join_settings(self, shown: SettingsWindow) -> None:
        """Let the settings know what this vault keeps."""
        KeptProgress(shown.engine, self._settings, self._vault.snapshots, self._lane)
        shown.privacy.set_kept(self._vault.keeps)
        if self.new_code is not None:
            self.new_code.join(shown)
        shown.privacy.days_changed.connect(self.bin.refresh)

    def close(self) -> None:
        """Save what is on screen and end the engine and the vault."""
        self.bin.close()
        self.status.close()
        self.care.close()
        self.snapshots.close()
        self.ledger.close()
        self.attaching.close()
        self.reading.close()
        self.drafts.save()
        self.chat.save_and_stop()
        self._engine.close()
        self._lane.run(self._vault.close)
        self._lane.close()

    def _join(self) -> None:
        self._join_window()
        self._join_conversation()
        self._join_care()
        for part in (
            *(self.chat, self.adapters, self.conversations, self.bin, self.ledger, self.reading),
            *(self.unproven, self.engine_trouble),
        ):
            part.trouble.connect(self.notices.show_trouble)

    def _join_window(self) -> None:
        """Join what the person does beside the transcript."""
        window, chat = self._window, self.chat
        window.composer.stop_requested.connect(chat.stop)
        window.composer.stop_loading_requested.connect(self._engine.stop_loading)
        window.composer.effort_changed.connect(self._effort_changed)
        window.empty_state.suggestion_chosen.connect(lambda words: chat.ask(Draft(words)))
        window.sidebar.new_requested.connect(chat.new_conversation)
        window.sidebar.new_requested.connect(window.composer.focus_message)
        window.sidebar.conversation_chosen.connect(chat.open_conversation)
        window.sidebar.result_chosen.connect(self._open_hit)
        window.ledger_popover.effort_requested.connect(self._use_effort)
        commands = window.commands
        commands.on(table.TRY_AGAIN, chat.try_again)
        commands.on(table.ANSWER_NOW, self._transcript.answer_now)
        commands.on(table.REASONING, self._transcript.toggle_last_notes)
        commands.on(table.COPY_ANSWER, self._transcript.copy_last_answer)
        commands.on(table.NEXT_QUESTION, lambda: self._transcript.actions_.go_to_question(1))
        commands.on(table.PREVIOUS_QUESTION, lambda: self._transcript.actions_.go_to_question(-1))

    def _join_conversation(self) -> None:
        """Join what is wished for in the transcript, and what becomes of the conversation."""
        transcript, chat = self._transcript, self.chat
        transcript.regenerate_requested.connect(chat.ask_again)
        transcript.edit_requested.connect(self.editing.begin)
        transcript.continue_requested.connect(chat.continue_answer)
        transcript.sibling_requested.connect(chat.switch_branch)
        transcript.answer_now_requested.connect(chat.answer_now)
        popover = self._window.ledger_popover
        transcript.why_requested.connect(lambda: self._window.popovers.open(popover))
        chat.busy_changed.connect(self._busy_changed)
        chat.begun.connect(self._note_begun)
        chat.begun.connect(self.drafts.begun)
        chat.begun.connect(self.attaching.begun)
        chat.opened.connect(self._opened)
        chat.conversations_changed.connect(self.conversations.refresh)
        self.bin.gone.connect(self._gone)
        self.bin.back.connect(self._back)
        self.conversations.listed.connect(self._show_title)

    def _join_care(self) -> None:
        """Join what is done for the engine, and what is said and offered when it fails."""
        composer, chat = self._window.composer, self.chat
        self._engine.load_failed.connect(self.notices.show_load_trouble)
        composer.draft_changed.connect(lambda _: self.care.typed())
        chat.busy_changed.connect(self.care.set_busy)
        self.care.interrupt_wanted.connect(composer.hold_waiting)
        self.care.interrupt_wanted.connect(chat.stop)
        self.care.said.connect(self.notices.show_remark)
        self.notices.load_wanted.connect(self._use_again)
        self.notices.guide_wanted.connect(self.guide_wanted)
        self.refused_load.guide_wanted.connect(self.guide_wanted)
        self.unproven.accepted.connect(self._use_again)
        self.unproven.models_wanted.connect(self.models_wanted)
        self.engine_trouble.low_effort_wanted.connect(self._try_with_low_effort)
        self.ledger.preparation.may_work = lambda: (
            self.care.may_read_ahead() and not self.snapshots.working
        )
        self.snapshots.settled.connect(self.ledger.preparation.begin)
        chat.busy_changed.connect(self.snapshots.set_busy)

    def _title(self) -> str:
        return self.conversations.title(self.chat.conversation_id)

    def _open_hit(self, hit: SearchHit) -> None:
        typed = self._window.sidebar.search.text()
        self.chat.open_message(
            hit.conversation_id, hit.message_id, lambda: self.reading.finding.show_hit(hit, typed)
        )

    def _file(self) -> Path:
        return self._choice.path if self._choice is not None else Path()

    def _use_again(self) -> None:
        if self._choice is not None:
            self.use(self._choice)

    def _busy_changed(self, busy: bool) -> None:
        if busy:
            self._window.notice.clear()  # what it was about is being acted on
        self._window.composer.set_busy(busy)
        self._window.commands.set_state(State.ANSWERING, busy)

    def _opened(self, conversation_id: int | None) -> None:
        self.editing.leave()
        self._window.notice.leave_conversation()
        self.adapters.turn_to(conversation_id)
        self.drafts.turn_to(conversation_id)
        self.attaching.turn_to(conversation_id)
        if conversation_id is None or conversation_id != self._begun or self.chat.tokens_read:
            unread = bool(self.chat.conversation.path) and not self.chat.tokens_read
            self.status.turn_to(None if unread else self.chat.tokens_read)
        self._begun = None
        self.care.turn_to(self.chat.tokens_read)
        self.snapshots.turn_to(conversation_id)
        self._window.sidebar.set_current(conversation_id)
        self._show_title()
        self._window.show_empty(conversation_id is None)
        if conversation_id is None and self._window.find_bar.isVisible():
            self._window.find_bar.leave()

    def _note_begun(self, conversation_id: int) -> None:
        self._begun = conversation_id

    def _show_title(self) -> None:
        self._window.header.set_title(self._title())

    def _gone(self, conversation_id: int) -> None:
        self.chat.forget(conversation_id)
        self.snapshots.forget(conversation_id)
        self.conversations.refresh()

    def _back(self, conversation_id: int, reopen: bool) -> None:
        self.conversations.refresh()
        if reopen:
            self.chat.open_conversation(conversation_id)

    def _use_effort(self, effort: Effort) -> None:
        self._window.composer.set_effort(effort)
        self._effort_changed(effort)

    def _try_with_low_effort(self) -> None:
        self._use_effort(Effort.LOW)
        if self.chat.unanswered:
            self.chat.try_again()

    def _effort_changed(self, effort: Effort) -> None:
        self.chat.set_effort(effort)
        self._settings.keep(declared.EFFORT, effort.value)
