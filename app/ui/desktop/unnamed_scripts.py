"""Scripts that no font of the computer can write.

Job: keep Qt from writing to the terminal, or to the journal behind the desktop, which script a text on
the screen is in. Rule: what is said there outlives the program; of a conversation nothing is.
"""

from __future__ import annotations

from PySide6.QtCore import QLoggingCategory

_FONTS = "qt.text.font.db"  # a line for each font that lacks the script, a hundred for one word


def name_no_scripts() -> None:
    """Let Qt say nothing of fonts that were looked through in vain; called once."""
    QLoggingCategory.setFilterRules(f"{_FONTS}.info=false")
