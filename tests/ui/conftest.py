"""What tests of the interface start from: offscreen Qt, the bundled fonts, one theme; and a hub."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.paths import guide_model_path
from app.ui.garbage import Garbage
from app.ui.theme.appearance import Appearance, ThemeChoice
from app.ui.theme.theme import Theme
from app.ui.theme.type import load_fonts
from tests.support.network.hub import Bytes, Hub
from tests.support.windows.patient import PatientBot


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:  # noqa: ARG001 - there must be one
    """Return the bot whose waits end with what they wait for."""
    return PatientBot(request)


@pytest.fixture(scope="session")
def appearance(qapp: QApplication) -> Appearance:
    """Return the light appearance with the bundled fonts, applied to the application."""
    assert load_fonts() == ()
    return Appearance(qapp, ThemeChoice.LIGHT)


@pytest.fixture(scope="session")
def garbage(qapp: QApplication) -> Garbage:
    """Collect as the program does: no lane takes apart the window of an earlier test."""
    return Garbage(qapp)


@pytest.fixture(autouse=True)
def collected_here(garbage: Garbage) -> Iterator[None]:
    """Collect what is due after each test: few of them run an event loop for long."""
    yield
    garbage.collect_due()


@pytest.fixture
def theme(appearance: Appearance) -> Theme:
    """Return the light theme at 100 %."""
    return appearance.theme


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Return a hub that gives out the guide's model file."""
    with Hub(Bytes(guide_model_path().read_bytes())) as made:
        yield made
