"""The main window joined to a vault by a session, as the program joins them; no engine is started.

Whoever wants one begins the session, shows the window and closes the session.
"""

from __future__ import annotations

from app.core.rules.settings import Settings
from app.engine.client import EngineClient
from app.library.shelf.load_gate import LoadGate
from app.storage.vault import Vault
from app.ui.flow.care.engine_care import Surroundings
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.session import Session
from app.ui.flow.tasks import Lane
from app.ui.theme import Theme
from app.ui.transcript.model import TranscriptModel
from app.ui.transcript.view import TranscriptView
from app.ui.views.window.main_window import MainWindow


class Wired:
    """Window, vault and session; what is not given is empty or in memory."""

    def __init__(
        self,
        theme: Theme,
        vault: Vault | None = None,
        engine: EngineWorker | None = None,
        around: Surroundings | None = None,
        gate: LoadGate | None = None,
    ) -> None:
        self.model = TranscriptModel()
        self.transcript = TranscriptView(theme, self.model)
        self.window = MainWindow(theme, self.transcript)
        self.vault = Vault.in_memory() if vault is None else vault
        self.lane = Lane("storage")
        self.engine = EngineWorker(EngineClient()) if engine is None else engine
        self.settings = Settings(None)
        self.session = Session(
            self.window,
            self.model,
            self.transcript,
            self.vault,
            self.lane,
            self.engine,
            self.settings,
            around,
            gate,
        )
