"""The memory panel, the question about a refused load, and the settings of model and memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.core.rules import settings as declared
from app.core.rules.settings import OFF, Settings
from app.engine.protocol.plan import DevicePlan, LoadMode, Plan, Reason, Verdict
from app.storage.snapshots import Snapshots
from app.ui.commands.actions import Actions
from app.ui.commands.keymap import Keymap
from app.ui.dialogs.refusal import RefusalChoice, RefusalDialog
from app.ui.flow.care.kept_progress import KeptProgress
from app.ui.flow.tasks import Lane
from app.ui.theme import Theme
from app.ui.theme.appearance import Appearance
from app.ui.views.panels.memory_popover import MemoryPopover
from app.ui.views.settings.engine import EngineSettings
from app.ui.views.settings.window import SettingsWindow
from app.ui.views.window.main_window import MainWindow
from app.ui.widgets.controls.choices import DropDown

GIGABYTE = 1024**3
PLAN = Plan(
    verdict=Verdict.REFUSED,
    reasons=(
        Reason("plan.refused", {"needs": 13_500, "missing": 2300}),
        Reason("plan.refused_close", {"missing": 2300, "used": 5100}),
    ),
    context=16_384,
    micro_batch=512,
    gpu_layers=24,
    cpu_expert_layers=4,
    cache_type="f16",
    load_mode=LoadMode.READ,
    repack=False,
    threads=8,
    devices=(DevicePlan("CPU", 12_000, 2048, 0, 100), DevicePlan("Metal", 10_923, 9216, 420, 380)),
    expected_tokens_per_second=26.2,
    speed_basis="plan.basis_measured",
    missing_mib=2300,
)
ALLOCATED = (DevicePlan("CPU", 12_000, 2060, 0, 98), DevicePlan("Metal", 10_923, 9216, 420, 377))


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> MemoryPopover:
    made = MemoryPopover(theme)
    qtbot.addWidget(made)
    made.resize(444, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def table(panel: MemoryPopover) -> list[tuple[str, str, str]]:
    return [
        row.shown
        for block in panel.devices.blocks
        if not block.isHidden()
        for row in block.rows
        if not row.isHidden()
    ]


def test_expected_and_set_aside_stand_side_by_side(panel: MemoryPopover) -> None:
    panel.show_memory(PLAN, ALLOCATED, 12 * GIGABYTE, 16 * GIGABYTE, tokens_per_second=24.4)
    assert table(panel) == [
        ("Processor", "Expected", "Set aside"),
        ("Model file", "2.0 GB", "2.0 GB"),
        ("Working space", "100 MB", "98 MB"),
        ("Together", "2.1 GB", "2.1 GB"),
        ("Metal", "Expected", "Set aside"),
        ("Model file", "9.0 GB", "9.0 GB"),
        ("Conversation", "420 MB", "420 MB"),
        ("Working space", "380 MB", "377 MB"),
        ("Together", "9.8 GB", "9.8 GB"),
    ]
    assert panel.devices.speed.shown == ("Tokens a second", "about 26", "24")
    assert panel.reasons[0].startswith("It does not fit")


def test_a_plan_alone_fills_no_second_column(panel: MemoryPopover) -> None:
    panel.show_memory(PLAN, (), 0, 0)
    assert {row[2] for row in table(panel)} == {""}
    assert panel.devices.speed.shown == ("Tokens a second", "about 26", "not known")
    assert panel.holders == ()
    said = panel.devices.blocks[1].rows[1].accessibleName()
    assert said == "Model file: expected 9.0 GB"


def test_devices_are_matched_by_name_and_none_is_lost(panel: MemoryPopover) -> None:
    panel.show_memory(PLAN, (ALLOCATED[1], DevicePlan("GPU 2", 0, 64, 0, 0)), 0, 0)
    names = [block.rows[0].shown for block in panel.devices.blocks]
    assert names == [
        ("Processor", "Expected", ""),
        ("Metal", "Expected", "Set aside"),
        ("GPU 2", "", "Set aside"),
    ]
    panel.show_memory(None, (), 0, 0)
    assert table(panel) == []
    assert panel.reasons == ()
    assert not panel._nothing.isHidden()


def test_a_graphics_processor_is_called_as_its_maker_calls_it(panel: MemoryPopover) -> None:
    card = DevicePlan("CUDA0", 12_000, 9216, 420, 380, label="NVIDIA GeForce RTX 3060")
    panel.show_memory(replace(PLAN, devices=(PLAN.devices[0], card)), (card,), 0, 0)
    names = [block.rows[0].shown for block in panel.devices.blocks]
    assert names == [
        ("Processor", "Expected", ""),
        ("NVIDIA GeForce RTX 3060", "Expected", "Set aside"),
    ]


def test_who_holds_the_memory_adds_up(panel: MemoryPopover) -> None:
    panel.show_memory(PLAN, (), 8 * GIGABYTE, 16 * GIGABYTE, available_bytes=5 * GIGABYTE)
    assert panel.holders == (
        ("Cloister and its engine", "8.0 GB"),
        ("Other apps and the system", "3.0 GB"),
        ("Free", "5.0 GB"),
    )
    assert panel.warning == ""
    panel.show_memory(PLAN, (), 8 * GIGABYTE, 16 * GIGABYTE, available_bytes=2 * GIGABYTE)
    assert panel.warning.startswith("Memory is nearly full (14 of 16 GB).")
    panel.show_memory(PLAN, (), 8 * GIGABYTE, 16 * GIGABYTE)
    assert len(panel.holders) == 1, "what is not known is not shown"


def test_without_a_plan_nothing_is_kept_free_for_its_reasons(panel: MemoryPopover) -> None:
    panel.show_memory(None, (), GIGABYTE, 16 * GIGABYTE, available_bytes=8 * GIGABYTE)
    high = panel.height_for(444)
    panel.resize(444, high)
    QApplication.processEvents()
    bottom = panel._nothing.mapTo(panel, panel._nothing.rect().bottomLeft()).y()
    assert high - bottom <= 16 + 4


def test_names_of_devices_are_plain_text(panel: MemoryPopover) -> None:
    odd = replace(PLAN, devices=(DevicePlan("<img src=x>\nGPU", 1, 1, 1, 1),))
    panel.show_memory(odd, (), 0, 0)
    assert panel.devices.blocks[0].rows[0].shown[0] == "<img src=x> GPU"
    for label in panel.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText


def test_the_panel_opens_from_the_strip_by_pointer_and_closes(qtbot: QtBot, theme: Theme) -> None:
    window = MainWindow(theme, QWidget())
    qtbot.addWidget(window)
    window.status_strip.set_memory(12 * GIGABYTE, 16 * GIGABYTE)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    group = window.status_strip.memory_group
    with qtbot.waitSignal(window.memory_popover.opened):
        QTest.mouseClick(group, Qt.MouseButton.LeftButton)
    window.memory_popover.show_memory(PLAN, ALLOCATED, 12 * GIGABYTE, 16 * GIGABYTE)
    top = window.memory_popover.mapTo(window, QPoint(0, 0)).y()
    assert top >= 0
    QTest.mouseClick(group, Qt.MouseButton.LeftButton)
    assert window.memory_popover.isHidden()


@pytest.mark.parametrize(("total", "words"), [(0.4, "0.4 GB"), (1.9, "1.9 GB"), (15.9, "16 GB")])
def test_little_memory_is_not_rounded_to_none(
    qtbot: QtBot, theme: Theme, total: float, words: str
) -> None:
    window = MainWindow(theme, QWidget())
    qtbot.addWidget(window)
    window.status_strip.set_memory(GIGABYTE // 5, round(total * GIGABYTE))
    assert f"of {words}" in window.status_strip.memory_group.accessibleName()


def test_large_text_makes_it_a_panel_that_keys_scroll(qtbot: QtBot, theme: Theme) -> None:
    window = MainWindow(theme, QWidget())
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    window.set_theme(Theme(scale=2.0))
    window.status_strip.set_memory(12 * GIGABYTE, 16 * GIGABYTE)
    panel = window.memory_popover
    panel.show_memory(PLAN, ALLOCATED, 12 * GIGABYTE, 16 * GIGABYTE, available_bytes=GIGABYTE)
    window.popovers.open(panel)
    QApplication.processEvents()
    assert panel.docked
    assert QApplication.focusWidget() is panel
    before = panel.devices.mapTo(window, QPoint(0, 0)).y()
    QTest.keyClick(panel, Qt.Key.Key_End)
    end = panel.devices.mapTo(window, QPoint(0, 0)).y()
    assert end < before
    QTest.keyClick(panel, Qt.Key.Key_PageUp)
    assert panel.devices.mapTo(window, QPoint(0, 0)).y() > end
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is window.status_strip.memory_group


# --- a refused load -----------------------------------------------------------------------------


@pytest.mark.parametrize("choice", list(RefusalChoice))
def test_each_button_is_its_choice(qtbot: QtBot, theme: Theme, choice: RefusalChoice) -> None:
    dialog = RefusalDialog(theme, "gpt-oss-20b", PLAN)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    with qtbot.waitSignal(dialog.chosen) as chosen:
        QTest.mouseClick(dialog.buttons[choice], Qt.MouseButton.LeftButton)
    assert chosen.args == [choice]
    assert dialog.isHidden()


def test_the_guide_is_not_offered_instead_of_itself(qtbot: QtBot, theme: Theme) -> None:
    dialog = RefusalDialog(theme, "Built-in guide", PLAN, guide=False)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    assert set(dialog.buttons) == {RefusalChoice.LOAD, RefusalChoice.CHECK}


def test_the_question_says_what_is_missing_and_the_safe_answer_is_the_default(
    qtbot: QtBot, theme: Theme
) -> None:
    dialog = RefusalDialog(theme, "gpt-oss-20b", PLAN)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitExposed(dialog)
    said = dialog.sentences
    assert said[0] == "gpt-oss-20b was not loaded"
    assert said[1].startswith("2.2 GB more memory is needed")
    assert any("Closing apps" in sentence for sentence in said)
    assert dialog.buttons[RefusalChoice.CHECK].isDefault()
    assert "slow" in dialog.buttons[RefusalChoice.LOAD].accessibleDescription()
    with qtbot.assertNotEmitted(dialog.chosen):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isHidden()


@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
def test_the_buttons_of_the_question_stay_inside(qtbot: QtBot, scale: float) -> None:
    dialog = RefusalDialog(Theme(scale=scale), "gpt-oss-20b", PLAN)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    QApplication.processEvents()
    for button in dialog.buttons.values():
        corner = button.mapTo(dialog, QPoint(0, 0))
        assert corner.x() >= 0
        assert corner.x() + button.width() <= dialog.width()
        assert corner.y() + button.height() <= dialog.height()


# --- settings -----------------------------------------------------------------------------------


@pytest.fixture
def kept() -> Settings:
    return Settings(None)


def pick(box: DropDown, value: float) -> None:
    row = box.findData(value)
    assert row >= 0
    box.setCurrentIndex(row)
    box.activated.emit(row)


def test_the_rows_keep_what_is_chosen(qtbot: QtBot, theme: Theme, kept: Settings) -> None:
    rows = EngineSettings(theme, kept)
    for box, setting, value in (
        (rows.context, declared.CONTEXT_TOKENS, 8192),
        (rows.idle, declared.IDLE_END_MINUTES, 60),
        (rows.floor, declared.BATTERY_FLOOR, 50),
        (rows.cap, declared.SNAPSHOT_CAP_MIB, 512),
    ):
        with qtbot.waitSignal(rows.changed) as changed:
            pick(box, value)
        assert changed.args == [setting]
        assert kept.number(setting) == value
    rows.read_ahead.click()
    assert kept.word(declared.READ_AHEAD) == OFF
    assert not rows.floor.isEnabled()
    assert rows.floor.toolTip()
    rows.read_ahead.click()
    assert kept.is_on(declared.READ_AHEAD)
    assert rows.floor.isEnabled()


def test_keeping_nothing_and_keeping_again(theme: Theme, kept: Settings) -> None:
    rows = EngineSettings(theme, kept)
    pick(rows.cap, 4096)
    rows.keep.click()
    assert kept.number(declared.SNAPSHOT_CAP_MIB) == 0
    assert not rows.cap.isEnabled()
    again = EngineSettings(theme, kept)
    assert not again.keep.isChecked()
    rows.keep.click()
    assert kept.number(declared.SNAPSHOT_CAP_MIB) == 4096


def test_a_value_without_a_choice_is_shown_as_it_is(theme: Theme, kept: Settings) -> None:
    kept.keep(declared.CONTEXT_TOKENS, 12_288.0)
    rows = EngineSettings(theme, kept)
    assert rows.context.currentText() == "12k tokens"
    assert kept.number(declared.CONTEXT_TOKENS) == 12_288


def test_delete_now_is_there_when_something_is_kept(qtbot: QtBot, theme: Theme, kept: Settings) -> None:
    rows = EngineSettings(theme, kept)
    rows.show_kept(0)
    assert not rows.delete.isEnabled()
    rows.show_kept(51 * 1024**2)
    assert "51 MB" in rows.delete.accessibleDescription()
    with qtbot.waitSignal(rows.delete_requested):
        rows.delete.click()


def test_what_is_kept_on_disk_is_shown_and_deleted(
    qtbot: QtBot, theme: Theme, kept: Settings, tmp_path: Path
) -> None:
    snapshots = Snapshots(tmp_path / "snapshots", b"k" * 32)
    for conversation in (1, 2):
        file = snapshots.begin(conversation, {"of": conversation}, 600_000)
        file.write(bytes(600_000))
        assert file.keep()
    lane = Lane("storage")
    rows = EngineSettings(theme, kept)
    KeptProgress(rows, kept, snapshots, lane)
    try:
        qtbot.waitUntil(lambda: rows.delete.accessibleDescription().startswith("1 MB"))
        with qtbot.waitSignal(rows.changed):
            rows.keep.click()
        qtbot.waitUntil(lambda: not rows.delete.isEnabled())
        assert snapshots.total_bytes() == 0, "nothing may be kept: what there was is gone"
        rows.keep.click()
        file = snapshots.begin(1, {}, 900_000)
        file.write(bytes(900_000))
        assert file.keep()
        rows.looked_at.emit()
        qtbot.waitUntil(rows.delete.isEnabled)
        rows.delete.click()
        qtbot.waitUntil(lambda: not rows.delete.isEnabled())
        assert snapshots.find(1) is None
    finally:
        lane.close()


@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
def test_every_control_of_the_settings_has_a_name_and_fits(
    qtbot: QtBot, appearance: Appearance, kept: Settings, scale: float
) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    window = SettingsWindow(appearance.theme, appearance, kept, Actions(host, Keymap()))
    qtbot.addWidget(window)
    window.set_theme(Theme(scale=scale))
    window.show()
    qtbot.waitExposed(window)
    window.choose(1)
    engine = window.engine
    for control in (
        *(engine.context, engine.idle, engine.floor, engine.cap),
        engine.read_ahead,
        engine.keep,
    ):
        assert control.accessibleName()
        assert control.accessibleDescription()
        left = control.mapTo(window, QPoint(0, 0)).x()
        assert left >= 0
        assert left + control.width() <= window.width()
