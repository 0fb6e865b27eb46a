"""The style sheet, generated from the tokens.

Job: buttons, fields, menus, tooltips and scroll bars. Rule: widgets choose a look by the dynamic
property ``kind`` (see :class:`Kind`), never by a style sheet of their own; fonts are set with
``setFont``, never here.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtWidgets import QWidget

from app.ui.theme.tokens import Colours, token_table


class Kind(StrEnum):
    """The looks a widget can take through its ``kind`` property."""

    PRIMARY = "primary"
    PRIMARY_TALL = "primary_tall"
    TALL = "tall"
    """A field or button of 40 pixels, alone in its column."""
    SECONDARY = "secondary"
    SMALL = "small"
    """A secondary button of 28 pixels, beside two small lines."""
    QUIET = "quiet"
    ICON = "icon"
    STEP = "step"
    """An icon that stays narrow at every text size, to stand beside the transcript's column."""
    ROW = "row"
    STRIP = "strip"
    SEND = "send"
    SUGGESTION = "suggestion"
    BARE = "bare"
    """A text field without a frame, inside a painted card."""


def set_kind(widget: QWidget, kind: Kind) -> None:
    """Give ``widget`` one of the looks."""
    widget.setProperty("kind", kind.value)


_RULES = """
QWidget {{ selection-background-color: {accent}; selection-color: {on_accent}; }}
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {edge}; padding: 4px 6px; }}

QPushButton {{ color: {text}; background: {raised}; border: 1px solid {edge}; border-radius: 8px;
  padding: 0 12px; min-height: {button}px; outline: none; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {pressed}; }}
QPushButton:disabled {{ color: {text3}; background: {hover}; border-color: {line}; }}
QDialogButtonBox QPushButton:focus {{ border: 2px solid {accent}; padding: 0 11px;
  min-height: {button_focused}px; }}
QPushButton[kind="primary"] {{ color: {on_accent}; background: {accent}; border: 1px solid {accent}; }}
QPushButton[kind="primary"]:hover {{ background: {accent_hover}; border-color: {accent_hover}; }}
QPushButton[kind="primary"]:pressed {{ background: {accent_hover}; border-color: {accent_hover}; }}
QPushButton[kind="primary"]:disabled {{ color: {text3}; background: {hover}; border-color: {hover}; }}
QPushButton[kind="primary_tall"] {{ color: {on_accent}; background: {accent}; border: none;
  min-height: {tall_full}px; }}
QPushButton[kind="primary_tall"]:hover {{ background: {accent_hover}; }}
QPushButton[kind="primary_tall"]:disabled {{ color: {text3}; background: {hover}; }}
QPushButton[kind="small"] {{ min-height: {small_inner}px; padding: 0 10px; }}
QPushButton[kind="quiet"] {{ color: {accent}; background: transparent; border: none; padding: 0 6px;
  border-radius: 6px; min-height: {small}px; }}
QPushButton[kind="quiet"]:hover {{ background: {hover}; }}
QPushButton[kind="quiet"]:pressed {{ background: {pressed}; }}
QPushButton[kind="quiet"]:disabled {{ color: {text3}; }}
QPushButton[kind="icon"], QPushButton[kind="step"] {{ background: transparent; border: none;
  border-radius: 6px; padding: 0;
  min-height: {small}px; max-height: {small}px; min-width: {small}px; max-width: {small}px; }}
QPushButton[kind="step"] {{ min-width: 28px; max-width: 28px; }}
QPushButton[kind="icon"]:hover, QPushButton[kind="step"]:hover {{ background: {hover}; }}
QPushButton[kind="icon"]:pressed, QPushButton[kind="icon"]:checked, QPushButton[kind="step"]:pressed {{
  background: {pressed}; }}
QPushButton[kind="row"] {{ background: transparent; border: none; border-radius: 6px; padding: 0 8px;
  text-align: left; min-height: {row}px; max-height: {row}px; }}
QPushButton[kind="suggestion"] {{ background: transparent; border: none; border-radius: 6px; padding: 0;
  min-height: {suggestion}px; max-height: {suggestion}px; }}
QPushButton[kind="suggestion"]:hover {{ background: {hover}; }}
QPushButton[kind="suggestion"]:pressed {{ background: {pressed}; }}
QPushButton[kind="row"]:hover {{ background: {hover}; }}
QPushButton[kind="row"]:pressed {{ background: {pressed}; }}
QPushButton[kind="send"] {{ background: {accent}; border: none; padding: 0;
  min-height: {button_full}px; max-height: {button_full}px; min-width: {button_full}px;
  max-width: {button_full}px; }}
QPushButton[kind="send"]:hover {{ background: {accent_hover}; }}
QPushButton[kind="send"]:disabled {{ background: {hover}; }}
QPushButton[kind="strip"] {{ background: transparent; border: none; border-radius: 4px; padding: 0 4px;
  min-height: {strip}px; }}
QPushButton[kind="strip"]:hover {{ background: {hover}; }}

QLineEdit, QComboBox {{ color: {text}; background: {raised}; border: 1px solid {edge};
  border-radius: 8px; padding: 0 10px; min-height: {button}px; }}
QLineEdit[kind="tall"] {{ min-height: {tall}px; }}
QLineEdit:focus {{ border-color: {accent}; }}
QLineEdit:disabled {{ color: {text3}; background: {sunken}; }}
QLineEdit[kind="bare"], QTextEdit[kind="bare"], QListView[kind="bare"], QScrollArea[kind="bare"] {{
  background: transparent; border: none; padding: 0; }}
QTextEdit[kind="bare"] {{ color: {text}; }}
QComboBox:hover {{ background: {hover}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox QAbstractItemView {{ color: {text}; background: {raised}; border: 1px solid {edge};
  outline: none; selection-background-color: {accent_soft}; selection-color: {text}; }}

QMenu {{ color: {text}; background: {raised}; border: 1px solid {edge}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 6px; }}
QMenu::item:selected {{ background: {accent_soft}; }}
QMenu::item:disabled {{ color: {text3}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}

QMenuBar {{ color: {text}; background: {sidebar}; padding: 2px 8px; }}
QMenuBar::item {{ padding: 4px 10px; border-radius: 6px; background: transparent; }}
QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {hover}; }}

QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {track}; border-radius: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; margin: 2px 3px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; margin: 3px 2px; }}
QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {edge}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: {line}; }}
"""


def make_style_sheet(colours: Colours, px: Callable[[float], int]) -> str:
    """Return the style sheet for ``colours``; ``px`` makes a length grow with the text."""
    border = 2
    return _RULES.format(
        **{name: colours.colour(name).name() for name in token_table()},
        button=px(32) - border,
        button_focused=px(32) - 2 * border,
        small=px(28),
        small_inner=px(28) - border,
        row=px(30),
        strip=px(22),
        tall=px(40) - border,
        tall_full=px(40),
        button_full=px(32),
        suggestion=px(40),
    )
