"""The theme: contrast as promised, type as the table says, icons tinted, text sizes."""

from __future__ import annotations

import ctypes
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QTextCharFormat
from PySide6.QtWidgets import QApplication

from app.ui.theme import IconName, TextRole, Theme, wishes
from app.ui.theme import appearance as looks
from app.ui.theme.appearance import Appearance, ThemeChoice
from app.ui.theme.contrast import PAIRS, contrast
from app.ui.theme.tokens import token_table


@pytest.mark.parametrize("high_contrast", [False, True])
@pytest.mark.parametrize("dark", [False, True])
def test_every_pair_that_is_drawn_has_the_contrast_it_needs(dark: bool, high_contrast: bool) -> None:
    theme = Theme(dark=dark, high_contrast=high_contrast)
    for pair in PAIRS:
        for ground in pair.grounds:
            found = contrast(theme.colour(pair.colour), theme.colour(ground))
            assert found >= pair.need.value[high_contrast], (pair.colour, ground, round(found, 2))


def test_every_colour_of_words_is_in_a_pair() -> None:
    paired = {pair.colour for pair in PAIRS} | {ground for pair in PAIRS for ground in pair.grounds}
    decoration = {"line", "track", "tint3", "wall", "art_line", "warn_strong", "danger_strong"}
    assert set(token_table()) == paired | decoration
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)


def test_high_contrast_replaces_the_quiet_colours() -> None:
    theme = Theme(high_contrast=True)
    assert theme.text2 == theme.text == theme.text3
    assert theme.line == theme.edge
    assert theme.accent_soft == theme.raised


def test_every_token_is_a_colour_and_has_a_use() -> None:
    for name, token in token_table().items():
        assert token.name == name
        assert QColor(token.light).isValid()
        assert QColor(token.dark).isValid()
        assert token.use


@pytest.mark.parametrize("role", list(TextRole))
def test_fonts_are_the_bundled_ones_in_size_and_weight(appearance: Appearance, role: TextRole) -> None:
    for scale in (0.8, 1.0, 2.0):
        theme = Theme(scale=scale)
        info = QFontInfo(theme.font(role))
        assert info.family().startswith(role.value.family)
        assert info.pixelSize() == round(role.value.size * scale)
        assert info.weight() == role.value.weight
        assert theme.line_height(role) == round(role.value.line * scale)
    assert role.value.size >= 11
    assert appearance.scale == 1.0


@pytest.mark.usefixtures("appearance")
def test_every_icon_draws_in_the_colour_asked_for(theme: Theme) -> None:
    for name in IconName:
        image = theme.pixmap(name, theme.danger, 16, 2.0).toImage()
        assert (image.width(), image.devicePixelRatio()) == (32, 2.0)
        seen = [image.pixelColor(x, y) for x in range(32) for y in range(32)]
        solid = [colour for colour in seen if colour.alpha() > 250]
        assert solid, name
        assert all(abs(colour.red() - theme.danger.red()) <= 3 for colour in solid), name


def test_icons_and_gaps_grow_in_steps() -> None:
    assert [Theme(scale=s).icon_size(16) for s in (0.8, 1.0, 1.25, 1.5, 2.0)] == [16, 16, 20, 20, 24]
    assert Theme(scale=2).gap(12) == 12
    assert Theme(scale=2).gap(16) == 32
    assert Theme(scale=9).scale == 2.0
    assert Theme(scale=0.1).scale == 0.8


def test_appearance_changes_reach_the_application(qapp: QApplication, appearance: Appearance) -> None:
    seen: list[Theme] = []
    appearance.changed.connect(seen.append)
    try:
        appearance.set_choice(ThemeChoice.DARK)
        appearance.step_scale(1)
        assert [theme.dark for theme in seen] == [True, True]
        assert seen[-1].scale == 1.1
        assert qapp.palette().window().color() == seen[-1].canvas
        assert seen[-1].accent.name() in qapp.styleSheet()
        for _ in range(20):
            appearance.step_scale(-1)
        assert appearance.scale == 0.8
    finally:
        appearance.changed.disconnect(seen.append)
        appearance.step_scale(0)
        appearance.set_choice(ThemeChoice.LIGHT)


def test_qt_and_python_agree_about_none() -> None:
    """PySide6 6.12.0 on Python 3.11 loses one reference to None per call and aborts after minutes."""
    before = sys.getrefcount(None)
    for _ in range(1000):
        QTextCharFormat().setFontWeight(700)
    assert abs(sys.getrefcount(None) - before) < 100


def test_the_systems_wishes_are_asked_for_again(
    appearance: Appearance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stand-ins for a system: what Qt's own signals bring is seen in end2end/test_system_colours.py."""
    seen: list[Theme] = []
    appearance.changed.connect(seen.append)
    active = Qt.ApplicationState.ApplicationActive
    try:
        appearance._look_again(active)
        assert seen == [], "nothing has changed"
        monkeypatch.setattr(looks, "wants_less_motion", lambda _hints: True)
        monkeypatch.setattr(looks, "wants_high_contrast", lambda _hints: True)
        appearance._look_again(Qt.ApplicationState.ApplicationInactive)
        assert seen == []
        appearance._look_again(active)
        assert (seen[-1].still, seen[-1].high_contrast) == (True, True)
        assert QApplication.cursorFlashTime() == 0, "the caret stands still"
        assert seen[-1].motion(140) == 0
    finally:
        monkeypatch.undo()
        appearance._look_again(active)
        appearance.changed.disconnect(seen.append)
    assert not appearance.theme.still


def test_menus_and_lists_do_not_slide_where_less_motion_is_asked_for(qapp: QApplication) -> None:
    fade, slide = Qt.UIEffect.UI_FadeMenu, Qt.UIEffect.UI_AnimateCombo
    whole = Qt.UIEffect.UI_General
    before = {effect: qapp.isEffectEnabled(effect) for effect in (fade, slide, whole)}
    try:
        qapp.setEffectEnabled(whole, True)
        qapp.setEffectEnabled(fade, True)  # as on Windows
        qapp.setEffectEnabled(slide, False)
        made = Appearance(qapp, ThemeChoice.LIGHT)
        made.set_still(True)
        assert not qapp.isEffectEnabled(fade)
        made.set_still(False)
        assert (qapp.isEffectEnabled(fade), qapp.isEffectEnabled(slide)) == (True, False)
    finally:
        for effect, was in before.items():
            qapp.setEffectEnabled(effect, was)


@pytest.mark.parametrize(("shown", "less"), [(1, False), (0, True)])
def test_windows_says_itself_whether_it_animates(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, shown: int, less: bool
) -> None:
    class User32:
        @staticmethod
        def SystemParametersInfoW(code: int, _size: int, into: object, _flags: int) -> int:
            assert code == 0x1042
            into._obj.value = shown  # type: ignore[attr-defined]
            return 1

    class Windows:
        user32 = User32

    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setattr(ctypes, "windll", Windows, raising=False)
    monkeypatch.setattr(wishes, "_preference", lambda _hints, _name: "")
    assert wishes.wants_less_motion(qapp.styleHints()) is less
