"""What is typed and not yet sent.

Job: keep each conversation's draft in the vault while the person types, and bring it back. Rule: at
most half a second of typing is ever at risk; a draft that cannot be saved stays in the composer, and
what is being sent stays a draft until it is known to be a message.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from app.core.errors import UserError
from app.core.logs import log_event
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.views.composer import Composer

SAVE_AFTER_MS = 500
RETRY_AFTER_MS = 5000


@dataclass(slots=True)
class _Sending:
    """Words on their way, from which conversation, and what was typed meanwhile."""

    conversation_id: int | None
    words: str
    beside: str = ""


class DraftKeeper(QObject):
    """Saves the composer's text under the conversation on screen (None: a new one)."""

    def __init__(
        self, vault: Vault, lane: Lane, composer: Composer, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._vault = vault
        self._lane = lane
        self._composer = composer
        self._conversation_id: int | None = None
        self._unsaved: str | None = None
        self._refused: dict[int | None, str] = {}
        """What was given to the vault and is not known to be on the disk."""
        self._held = False
        self._sending: _Sending | None = None
        self._timer = QTimer(self, interval=SAVE_AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self.save)
        composer.draft_changed.connect(self._changed)

    def turn_to(self, conversation_id: int | None) -> None:
        """Save the draft of the conversation that is left and bring back that of the new one."""
        if conversation_id == self._conversation_id:
            return
        was_new = self._conversation_id is None
        self.save()
        self._conversation_id = conversation_id
        if was_new and conversation_id is not None and self._composer.text():
            self._changed(self._composer.text())  # typed on while the first question was committed
            return
        self._composer.set_text("")
        self.bring_back()

    def bring_back(self) -> None:
        """Show the draft that the vault holds for the conversation on screen."""
        conversation_id = self._conversation_id
        self._lane.run(
            lambda: self._vault.draft(conversation_id), lambda text: self._show(conversation_id, text)
        )

    def hold(self, held: bool) -> None:
        """Leave the draft as it is while the composer holds something else (an earlier question)."""
        self.save()
        self._held = held

    def sending(self, text: str) -> None:
        """Keep words that are about to be sent; :meth:`sent` or :meth:`give_back` follows."""
        self._sending = _Sending(self._conversation_id, text)
        self._changed("")
        self.save()

    def sent(self) -> None:
        """Forget the words that were sent: they are a message in the vault now."""
        sending, self._sending = self._sending, None
        if sending is not None:
            self._refused[sending.conversation_id] = sending.beside
            self._unsaved = None
            self.save()

    def give_back(self, text: str) -> None:
        """Put words that could not be sent before what was typed meanwhile, where they came from."""
        sending, self._sending = self._sending, None
        if sending is None or sending.conversation_id == self._conversation_id:
            self.keep(joined(text, self._composer.text()))
        else:
            self._refused[sending.conversation_id] = joined(text, sending.beside)
            self.save()

    def keep(self, text: str) -> None:
        """Take words back that could not be sent."""
        self._composer.set_text(text)
        self._changed(text)

    def save(self) -> None:
        """Write what is not yet written."""
        self._timer.stop()
        text, self._unsaved = self._unsaved, None
        if text is not None:
            self._refused[self._conversation_id] = text
        for conversation_id, words in self._refused.items():
            self._write(conversation_id, words)

    def _write(self, conversation_id: int | None, text: str) -> None:
        def written(_: object) -> None:
            if self._refused.get(conversation_id) == text:
                del self._refused[conversation_id]

        def refused(error: UserError) -> None:
            log_event("draft.not_saved", code=error.code)
            if error.code == "storage.conversation_gone":
                self._refused.pop(conversation_id, None)
            elif not self._timer.isActive():
                self._timer.start(RETRY_AFTER_MS)

        self._lane.run(lambda: self._vault.save_draft(conversation_id, text), written, refused)

    def _show(self, conversation_id: int | None, text: str) -> None:
        sending = self._sending
        if sending is not None and sending.conversation_id == conversation_id:
            return  # what is being sent has left the composer, and only :meth:`give_back` returns it
        if conversation_id == self._conversation_id and self._unsaved is None:
            self._composer.set_text(self._refused.get(conversation_id, text))

    def _changed(self, text: str) -> None:
        if self._held:
            return
        sending = self._sending
        if sending is not None and sending.conversation_id == self._conversation_id:
            sending.beside = text
            text = joined(sending.words, text)
        self._unsaved = text
        if not self._timer.isActive() or self._timer.interval() != SAVE_AFTER_MS:
            self._timer.start(SAVE_AFTER_MS)


def joined(*pieces: str) -> str:
    """Return the pieces that say something, a blank line apart."""
    return "\n\n".join(piece for piece in pieces if piece)
