"""Which script a text is in is told to no terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLoggingCategory

from app.ui.desktop.unnamed_scripts import name_no_scripts


@pytest.fixture
def told() -> Iterator[QLoggingCategory]:
    yield QLoggingCategory("qt.text.font.db")  # type: ignore[arg-type] # takes no bytes, as PySide says
    QLoggingCategory.setFilterRules("")


def test_fonts_looked_through_in_vain_are_not_told(told: QLoggingCategory) -> None:
    QLoggingCategory.setFilterRules("")
    assert told.isInfoEnabled()
    name_no_scripts()
    assert not told.isInfoEnabled()
    assert told.isWarningEnabled()
