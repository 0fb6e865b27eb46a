"""Colours, type, sizes, icons and style sheets, all derived from one table of tokens.

No other folder names a colour, a font family or a style sheet rule.
"""

from app.ui.theme.icons import IconName
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import Colours
from app.ui.theme.type import TextRole

__all__ = ["Colours", "IconName", "TextRole", "Theme"]
