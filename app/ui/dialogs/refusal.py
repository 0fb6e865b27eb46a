"""The question about a model file that this computer cannot hold now.

Job: say what is missing and what could be closed, and offer to look again, to load anyway or to use the
Guide. Rule: the safe answer is the default, and "Load anyway" says what may happen.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.engine.protocol.plan import Plan


def ask_to_load_anyway(parent: QWidget, plan: Plan) -> bool:
    """Ask and wait; returns True only if the person wants to load all the same."""
    raise NotImplementedError
