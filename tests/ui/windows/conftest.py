"""What tests of single parts of the window start from."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme
from app.ui.views.composer.composer import Composer


@pytest.fixture
def composer(qtbot: QtBot, theme: Theme) -> Composer:
    """Return a composer on the screen, without a window around it, with the cursor in its message."""
    made = Composer(theme)
    qtbot.addWidget(made)
    made.resize(720, 120)
    made.show()
    qtbot.waitExposed(made)
    made.focus_message()
    return made
