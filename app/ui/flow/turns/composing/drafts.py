"""What is typed and not yet sent.

Job: keep each conversation's draft in the vault while the person types, and bring it back. Rule: at
most half a second of typing is ever at risk; a draft that cannot be saved stays in the composer, and
what is being sent stays a draft until it is known to be a message.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer

from app.core.conversation.draft import Draft, joined
from app.core.errors import UserError
from app.core.logs import log_event
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.views.composer.composer import Composer

SAVE_AFTER_MS = 500
RETRY_AFTER_MS = 5000


@dataclass(slots=True)
class _Sending:
    """A message on its way, from which conversation, and what is not sent beside it."""

    conversation_id: int | None
    message: Draft
    beside: Draft = field(default_factory=Draft)


class DraftKeeper(QObject):
    """Saves what the composer holds under the conversation on screen (None: a new one)."""

    def __init__(
        self, vault: Vault, lane: Lane, composer: Composer, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._vault = vault
        self._lane = lane
        self._composer = composer
        self._conversation_id: int | None = None
        self._unsaved: Draft | None = None
        self._refused: dict[int | None, Draft] = {}
        """What was given to the vault and is not known to be on the disk."""
        self._held = False
        self._visit = 0
        self._sending: _Sending | None = None
        self._timer = QTimer(self, interval=SAVE_AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self.save)
        composer.draft_changed.connect(self._changed)

    def turn_to(self, conversation_id: int | None) -> None:
        """Save the draft of the conversation that is left and bring back that of the new one."""
        if conversation_id == self._conversation_id:
            return
        self.save()
        self._conversation_id = conversation_id
        self._composer.set_draft(Draft())
        self.bring_back()

    def begun(self, conversation_id: int) -> None:
        """Stay with the new conversation, which got its id: what was typed meanwhile is its draft."""
        self._unsaved = None
        self._refused[None] = Draft()
        self._conversation_id = conversation_id
        self._changed(self._composer.draft())
        self.save()

    def bring_back(self) -> None:
        """Show the draft that the vault holds for the conversation on screen."""
        conversation_id = self._conversation_id
        self._visit += 1
        visit = self._visit
        self._lane.run(
            lambda: self._vault.draft(conversation_id),
            # Of two that were asked for only the later is shown: both would put the words there twice.
            lambda draft: self._show(conversation_id, draft) if visit == self._visit else None,
        )

    def hold(self, held: bool) -> None:
        """Leave the draft as it is while the composer holds something else (an earlier question)."""
        self.save()
        self._held = held

    def sending(self, message: Draft) -> None:
        """Keep a message that is about to be sent; :meth:`sent` or :meth:`give_back` follows."""
        self._sending = _Sending(self._conversation_id, message)
        self._changed(self._composer.draft())
        self.save()

    def sent(self) -> None:
        """Forget what was sent: it is a message in the vault now."""
        sending, self._sending = self._sending, None
        if sending is not None:
            self._refused[sending.conversation_id] = sending.beside
            self._unsaved = None
            self.save()

    def give_back(self, message: Draft) -> None:
        """Put what could not be sent before what was typed meanwhile, where it came from."""
        sending, self._sending = self._sending, None
        if sending is None or sending.conversation_id == self._conversation_id:
            self.keep(joined(message, self._composer.draft()))
        else:
            self._refused[sending.conversation_id] = joined(message, sending.beside)
            self.save()

    def keep(self, draft: Draft) -> None:
        """Take back what could not be sent."""
        self._composer.set_draft(draft)
        self._changed(draft)

    def save(self) -> None:
        """Write what is not yet written, to the last letter."""
        self._composer.flush_draft()
        self._timer.stop()
        draft, self._unsaved = self._unsaved, None
        if draft is not None:
            self._refused[self._conversation_id] = draft
        for conversation_id, unsaved in self._refused.items():
            self._write(conversation_id, unsaved)

    def _write(self, conversation_id: int | None, draft: Draft) -> None:
        def written(_: object) -> None:
            if self._refused.get(conversation_id) == draft:
                del self._refused[conversation_id]

        def refused(error: UserError) -> None:
            log_event("draft.not_saved", code=error.code)
            if error.code == "storage.conversation_gone":
                self._refused.pop(conversation_id, None)
            elif not self._timer.isActive():
                self._timer.start(RETRY_AFTER_MS)

        self._lane.run(lambda: self._vault.save_draft(conversation_id, draft), written, refused)

    def _show(self, conversation_id: int | None, draft: Draft) -> None:
        sending = self._sending
        if sending is not None and sending.conversation_id == conversation_id:
            return  # what is being sent has left the composer, and only :meth:`give_back` returns it
        if conversation_id != self._conversation_id or self._unsaved is not None:
            return
        found, typed = self._refused.get(conversation_id, draft), self._composer.draft()
        if typed and found:  # typed while the vault was asked
            self.keep(joined(found, typed))
        elif found:
            self._composer.set_draft(found)

    def _changed(self, draft: Draft) -> None:
        if self._held:
            return
        sending = self._sending
        if sending is not None and sending.conversation_id == self._conversation_id:
            sending.beside = draft
            draft = joined(sending.message, draft)
        self._unsaved = draft
        if not self._timer.isActive() or self._timer.interval() != SAVE_AFTER_MS:
            self._timer.start(SAVE_AFTER_MS)
