"""What lies on which device: expected and set aside, side by side.

Job: per device the sizes of weights, cache and working space, and below all the speed. Rule: a column
that has no figures is empty, never filled with those of the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core import texts
from app.engine.protocol.plan import DevicePlan, Plan
from app.ui.theme import TextRole, Theme
from app.ui.theme.type import STRONG
from app.ui.widgets.rows.figure_row import PairRow
from app.ui.widgets.words.figures import size
from app.ui.widgets.words.text_layout import one_line

PROCESSOR = "CPU"
_SIZES = ("weights", "cache", "compute", "together")


def _sizes(device: DevicePlan | None) -> list[str]:
    if device is None:
        return [""] * len(_SIZES)
    mib = (device.weights_mib, device.cache_mib, device.compute_mib, device.total_mib)
    return [size(each) for each in mib]


class DeviceBlock(QWidget):
    """One device: its name above, its sizes below."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._name = PairRow(theme, weight=STRONG)
        self._rows = [PairRow(theme) for _ in _SIZES]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(0)
        for row in (self._name, *self._rows):
            column.addWidget(row)

    @property
    def rows(self) -> tuple[PairRow, ...]:
        """Heading and figures."""
        return (self._name, *self._rows)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        theme.dress(*self.rows)

    def show_device(self, expected: DevicePlan | None, allocated: DevicePlan | None) -> None:
        """Show one device as it was planned and as it is."""
        known = expected or allocated
        name = known.called if known is not None else ""
        said = texts.text("panels.memory.processor") if name == PROCESSOR else one_line(name)
        heads = ("expected" if expected else "", "allocated" if allocated else "")
        shown = [texts.text(f"panels.memory.{head}") if head else "" for head in heads]
        self._name.show_pair(said, shown[0], shown[1], said)
        pairs = zip(_SIZES, self._rows, _sizes(expected), _sizes(allocated), strict=True)
        for key, row, first, second in pairs:
            words = texts.text(f"panels.memory.{key}")
            form = "pair_name" if second else "expected_only_name"
            spoken = texts.text(f"panels.memory.{form}", words=words, expected=first, allocated=second)
            row.show_pair(words, first, second, spoken)
            row.setVisible(key == _SIZES[-1] or {first, second} - {"", size(0)} != set())


class DeviceTable(QWidget):
    """The blocks of all devices, and the speed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.blocks: list[DeviceBlock] = []
        self._blocks_column = QVBoxLayout()
        self._blocks_column.setSpacing(0)
        self.speed = PairRow(theme, role=TextRole.UI)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._blocks_column)
        column.addWidget(self.speed)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        theme.dress(*self.blocks, self.speed)

    def show_plan(self, plan: Plan | None, allocated: Sequence[DevicePlan], measured: float) -> None:
        """Show ``plan`` beside ``allocated``; ``measured`` tokens a second, 0 if not known."""
        planned = {device.name: device for device in plan.devices} if plan is not None else {}
        real = {device.name: device for device in allocated}
        names = [*planned, *(name for name in real if name not in planned)]
        while len(self.blocks) < len(names):
            block = DeviceBlock(self._theme)
            self._blocks_column.addWidget(block)
            self.blocks.append(block)
        for block, name in zip(self.blocks, names, strict=False):
            block.show_device(planned.get(name), real.get(name))
            block.show()
        for block in self.blocks[len(names) :]:
            block.hide()
        self._show_speed(plan.expected_tokens_per_second if plan is not None else 0.0, measured)
        self.setVisible(bool(names))

    def _show_speed(self, expected: float, measured: float) -> None:
        self.speed.setVisible(expected > 0 or measured > 0)
        unknown = texts.text("panels.memory.unknown")
        about = texts.text("panels.memory.about", value=_speed(expected)) if expected else unknown
        now = _speed(measured) if measured else unknown
        name = texts.text("panels.memory.speed_name", expected=about, measured=now)
        self.speed.show_pair(texts.text("panels.memory.speed"), about, now, name)


def _speed(tokens_per_second: float) -> str:
    digits = 1 if tokens_per_second < 10 else 0
    return texts.number(tokens_per_second, digits)
