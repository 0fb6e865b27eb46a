"""The one table of colours.

Job: every colour of the program, by its name, for light and dark. Rule: a colour that is not in
this table does not exist; contrast figures for the table stand in the tests.
"""

from __future__ import annotations

from typing import overload

from PySide6.QtGui import QColor


class Token:
    """One row of the table; read through a :class:`Colours` it is the QColor of that theme."""

    __slots__ = ("dark", "light", "name", "use")

    def __init__(self, light: str, dark: str, use: str) -> None:
        self.light = light
        self.dark = dark
        self.use = use
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Learn the name under which the table holds this row."""
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Token: ...
    @overload
    def __get__(self, instance: Colours, owner: type) -> QColor: ...
    def __get__(self, instance: Colours | None, owner: type) -> Token | QColor:
        """Return the row itself from the class, its colour from a theme."""
        return self if instance is None else instance.colour(self.name)


class Colours:
    """The colours of one theme as attributes. ``high_contrast`` follows the system's wish."""

    canvas = Token("#FCFCFA", "#171A19", "transcript, pages")
    sidebar = Token("#F1F2EF", "#111413", "sidebar, strip, title area, side panel")
    raised = Token("#FFFFFF", "#1F2423", "composer, cards, popovers, fields")
    sunken = Token("#F3F4F1", "#202523", "user turn, code, reasoning, chips")
    hover = Token("#E8EAE6", "#2A302D", "hover, open strip item, inactive send")
    line = Token("#E0E3DD", "#2C312F", "hairlines, decoration only")
    pressed = Token("#E0E3DD", "#2C312F", "controls that are held down; stays in high contrast")
    edge = Token("#838A85", "#747C78", "borders of controls and fields")
    track = Token("#D5D9D3", "#3A413E", "empty part of bars and sliders")
    text = Token("#1B201E", "#E6E9E7", "reading text, labels")
    text2 = Token("#515955", "#ABB3AF", "secondary text, icons, reasoning text")
    text3 = Token("#5F6662", "#939B97", "hints, times, section labels")
    accent = Token("#1E6153", "#7CC6B2", "primary button, links, selection bar, ring, ticks")
    accent_hover = Token("#174E43", "#9AD6C6", "primary button under the pointer")
    accent_soft = Token("#E1EDE9", "#1E332D", "selected row, citation pill, marked passage")
    on_accent = Token("#FFFFFF", "#0D1B17", "text on accent")
    tint2 = Token("#5C9085", "#548A7C", "ledger segments")
    tint3 = Token("#A3C4BC", "#38594F", "ledger segments")
    warn = Token("#875200", "#E3B566", "attention")
    warn_soft = Token("#FAF0DC", "#322817", "surface of attention")
    danger = Token("#A5301F", "#F0948A", "failure")
    danger_soft = Token("#FAE9E5", "#3A2120", "surface of failure")
    warn_strong = Token("#6B4100", "#F0C988", "attention, in high contrast")
    danger_strong = Token("#8A2014", "#F8B4AC", "failure, in high contrast")
    wall = Token("#EBEDE9", "#141716", "the arcade's wall")
    art_line = Token("#D0D5CE", "#2A302D", "the arcade's lines")

    def __init__(self, *, dark: bool, high_contrast: bool = False) -> None:
        self.dark = dark
        self.high_contrast = high_contrast
        self._colours = {
            name: QColor(token.dark if dark else token.light) for name, token in token_table().items()
        }
        if high_contrast:
            for name, instead in _HIGH_CONTRAST.items():
                self._colours[name] = QColor(self._colours[instead])

    def colour(self, name: str) -> QColor:
        """Return the colour of the token ``name``; KeyError if there is none."""
        return self._colours[name]


_HIGH_CONTRAST = {
    "line": "edge",
    "art_line": "edge",
    "text2": "text",
    "text3": "text",
    "accent": "accent_hover",
    "warn": "warn_strong",
    "danger": "danger_strong",
    "accent_soft": "raised",
    "warn_soft": "raised",
    "danger_soft": "raised",
}


def token_table() -> dict[str, Token]:
    """Return every token by name, in the order of the table."""
    return {name: value for name, value in vars(Colours).items() if isinstance(value, Token)}
