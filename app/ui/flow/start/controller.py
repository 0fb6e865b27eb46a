"""From a double click to an open vault.

Job: find out what stands in the profile, show the page that fits (first start, unlock, trouble), and
hand over an open vault. Rule: nothing is made before the person has chosen; a damaged profile is shown
as what it is and never replaced by a fresh one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.core.errors import UserError
from app.core.logs import log_event
from app.storage import unlock
from app.storage.files import knock
from app.storage.keys.keystore import Keystore, KeystoreState
from app.storage.profile_state import ProfileState, profile_trouble, state_before_opening
from app.storage.unlock import Protection
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane


class StartController(QObject):
    """Opens one profile's vault on the storage lane.

    ``first_start`` asks for a choice (its argument: whether a key store can be used), ``locked`` for a
    passphrase or a recovery code, not before so many seconds have passed; ``refused`` carries why an
    attempt failed; ``recovery_code`` is to be shown before ``opened`` (its second argument: whether it
    replaces one that nobody confirmed); ``damaged`` ends the road, and so does ``shown_elsewhere``:
    another window has opened the profile meanwhile, and has come to the front.
    """

    first_start = Signal(bool)
    locked = Signal(object, int)
    refused = Signal(object)
    damaged = Signal(object)
    recovery_code = Signal(str, bool)
    opened = Signal(object)
    shown_elsewhere = Signal()

    def __init__(
        self, profile: Path, lane: Lane, keystore: Keystore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._profile = profile
        self._lane = lane
        self._keystore = keystore
        self._made: Vault | None = None

    def begin(self) -> None:
        """Look at the profile and show what it needs."""
        self._lane.run(lambda: state_before_opening(self._profile), self._found, self.damaged.emit)

    def keep_in_key_store(self) -> None:
        """Make a vault whose key lives in the system's key store."""
        self._create(Protection.os_keystore())

    def keep_behind(self, passphrase: str) -> None:
        """Make a vault that opens with this passphrase."""
        self._create(Protection.with_passphrase(passphrase))

    def keep_nothing(self) -> None:
        """Go on with a vault in memory."""
        self._lane.run(Vault.in_memory, self.opened.emit, self.refused.emit)

    def recovery_code_kept(self) -> None:
        """Go on after the person has written the recovery code down; ends in ``opened`` or ``refused``.

        Until this is on the disk the next opening makes and shows another code.
        """
        made = self._made
        if made is None or made.recovery is None:
            return

        def confirmed(_: None) -> None:
            if self._made is made:  # once, however often the button was pressed meanwhile
                self._made = None
                self.opened.emit(made)

        self._lane.run(made.recovery.confirm, confirmed, self.refused.emit)

    def unlock_with_passphrase(self, passphrase: str) -> None:
        """Try a passphrase; ends in ``opened`` or ``refused``.

        The page has counted down the seconds it was given by ``locked`` or with the last refusal.
        """
        self._try(lambda: unlock.open_with_passphrase(self._profile, passphrase, _already_waited))

    def unlock_with_code(self, code: str) -> None:
        """Try a recovery code; ends in ``opened`` or ``refused``."""
        self._try(lambda: unlock.open_with_recovery(self._profile, code))

    def unlock_with_key_store(self) -> None:
        """Ask the system's key store again; ends in ``opened`` or ``refused``."""
        self._try(lambda: unlock.open_with_os_key(self._profile, self._keystore))

    def _found(self, state: ProfileState) -> None:
        if state is ProfileState.NEW:
            self._lane.run(lambda: self._keystore.state() is KeystoreState.READY, self.first_start.emit)
        elif state is ProfileState.LOCKED_OS:
            self._lane.run(
                lambda: _with_code(unlock.open_with_os_key(self._profile, self._keystore)),
                self._was_opened,
                lambda error: self._key_store_failed(state, error),
            )
        elif state is ProfileState.DAMAGED:
            trouble = profile_trouble(self._profile)
            self.damaged.emit(trouble or UserError("storage.header_damaged"))
        elif state is ProfileState.LOCKED_PASSPHRASE:
            # Wrong passphrases of an earlier run still count.
            self._lane.run(
                lambda: round(unlock.passphrase_delay(self._profile)),
                lambda seconds: self.locked.emit(state, seconds),
                self.damaged.emit,
            )
        else:
            self.locked.emit(state, 0)

    def _key_store_failed(self, state: ProfileState, error: UserError) -> None:
        self.locked.emit(state, 0)
        self.refused.emit(error)

    def _create(self, protection: Protection) -> None:
        def made(result: tuple[Vault, str]) -> None:
            self._show_code(*result, again=False)

        self._lane.run(
            lambda: unlock.create(self._profile, protection, self._keystore), made, self.refused.emit
        )

    def _show_code(self, vault: Vault, code: str, *, again: bool) -> None:
        self._made = vault
        self.recovery_code.emit(code, again)

    def close(self) -> None:
        """Close a vault that was made and whose recovery code was never confirmed."""
        made, self._made = self._made, None
        if made is not None:
            self._lane.run(made.close)

    def _try(self, attempt: Callable[[], Vault]) -> None:
        self._lane.run(lambda: _with_code(attempt()), self._was_opened, self._turned_away)

    def _turned_away(self, error: UserError) -> None:
        """Say why an attempt failed; where another window was faster, that one shows itself."""

        def asked(answered: bool) -> None:
            self.shown_elsewhere.emit() if answered else self.refused.emit(error)

        if error.code == "storage.already_open":
            self._lane.run(lambda: knock.is_answered(self._profile), asked)
        else:
            self.refused.emit(error)

    def _was_opened(self, result: tuple[Vault, str]) -> None:
        vault, code = result
        if code:
            self._show_code(vault, code, again=True)
        else:
            self.opened.emit(vault)


def _with_code(vault: Vault) -> tuple[Vault, str]:
    """Return an opened vault, and a new recovery code if nobody confirmed the one before.

    A disk that refuses the new code must not keep anyone out: the next opening tries again.
    """
    if vault.recovery is None or vault.recovery.confirmed:
        return vault, ""
    try:
        return vault, vault.recovery.renew()
    except UserError as error:
        log_event("start.recovery_code_not_renewed", code=error.code)
        return vault, ""


def _already_waited(_seconds: float) -> None:
    """Do not wait: the page showed the seconds going by."""
