"""The status strip: where state lives.

Job: model, memory, speed, context, whether nothing is kept, and network in one line (two when the text
is large), each with words. Rule: it shows what it is told and never asks; numbers carry units; words
that have no room are elided, and whole in the tooltip.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.theme import Themed
from app.ui.theme.type import STRONG
from app.ui.views.window.status_groups import StatusGroup, StatusItem
from app.ui.widgets.access.roles import give_role
from app.ui.widgets.drawings.bar import Meter
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.figures import ram_number, tokens, window
from app.ui.widgets.words.label import Label, plain_tip

GIGABYTE, MEGABYTE = 1024**3, 1024**2
NEARLY_FULL = 0.85
HEIGHT, SIDE, APART = 28, 16, 20
LEAST = 64
"""Pixels at 100 % text that a group keeps of its words in any case."""
LONGEST_NAME = 32
"""Letters of an adapter's name that are shown."""


class Network(Enum):
    """What the strip tells of the network, besides words."""

    OFFLINE = (IconName.UNPLUG, "text2")
    CONNECTED = (IconName.PLUG, "warn")
    SEALED = (IconName.LOCK, "text2")


class StatusStrip(Panel):
    """The strip under the whole window; one Tab stop that reads all of it, with arrow keys inside.

    ``height_changed`` when it needs another number of rows (see :meth:`height_for`). The groups of the
    model, of memory, of the ledger and of the network open what is behind them.
    """

    height_changed = Signal()
    model_menu_requested = Signal()
    """The name of the model was clicked, or Return pressed on the strip."""
    network_requested = Signal()
    item_wanted = Signal(QWidget)
    """An arrow key leads to this item of the strip."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "sidebar", Qt.Edge.TopEdge, parent)
        self._rows_shown = 1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        give_role(self, QAccessible.Role.StatusBar)
        self._name = Label(theme, "", TextRole.SMALL, "text", weight=STRONG)
        self._adapter = Label(theme, "", TextRole.SMALL, "text")
        self._adapter.hide()
        self._open = IconView(theme, IconName.CHEVRON_DOWN, 14)
        self._detail = Label(theme, "", TextRole.SMALL, "text2")
        self._memory_bar = Meter(theme, 48, "text2")
        self._memory = Label(theme, "", TextRole.SMALL, "text2", tabular=True)
        self._speed = Label(theme, "", TextRole.SMALL, "text2", tabular=True)
        self._context_bar = Meter(theme, 72)
        self._context = Label(theme, "", TextRole.SMALL, "text2", tabular=True)
        self._seal = Label(theme, "", TextRole.SMALL, "text2")
        self._kept = Label(theme, texts.text("ui.status.not_kept"), TextRole.SMALL, "text2")
        memory_icon = IconView(theme, IconName.MEMORY, 14)
        speed_icon = IconView(theme, IconName.GAUGE, 14)
        kept_icon = IconView(theme, IconName.EYE_OFF, 14)
        self._seal_icon = IconView(theme, IconName.UNPLUG, 14)
        self.model_group = StatusItem(theme, [self._name, self._adapter, self._open, self._detail], self)
        self.memory_group = StatusItem(theme, [memory_icon, self._memory_bar, self._memory], self)
        self.speed_group = StatusGroup([speed_icon, self._speed], self)
        self.context_group = StatusItem(theme, [self._context_bar, self._context], self)
        self.model_group.clicked.connect(self.model_menu_requested)
        self.kept_group = StatusGroup([kept_icon, self._kept], self)
        self.seal_group = StatusItem(theme, [self._seal_icon, self._seal], self)
        self.seal_group.clicked.connect(self.network_requested)
        self._themed: tuple[Themed, ...] = (
            *(self._name, self._adapter, self._detail, self._memory_bar, self._memory, self._speed),
            *(self._context_bar, self._context, self._kept, self._seal),
            *(memory_icon, speed_icon, kept_icon, self._seal_icon, self._open),
            *(self.model_group, self.memory_group, self.context_group, self.seal_group),
        )
        for group in (self.memory_group, self.speed_group, self.context_group, self.kept_group):
            group.hide()
        for label in (self._name, self._detail, self._memory, self._context, self._kept, self._seal):
            label.set_may_shrink(True)
        self.set_model("", "")
        self.set_seal(texts.text("seal.strip.never"))

    @property
    def items(self) -> list[StatusItem]:
        """The groups in sight that open something, in reading order."""
        every = (self.model_group, self.memory_group, self.context_group, self.seal_group)
        return [item for item in every if not item.isHidden()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move between the items by arrow keys; open the menu of models by Return or Space."""
        key = Qt.Key(event.key())
        items = self.items
        here = next((place for place, item in enumerate(items) if item.hasFocus()), -1)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        ahead, back = Qt.Key.Key_Right, Qt.Key.Key_Left
        if mirrored:
            ahead, back = back, ahead
        place = {
            ahead: min(here + 1, len(items) - 1),
            back: max(here - 1, 0),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(items) - 1,
        }.get(key)
        if place is not None:
            self.item_wanted.emit(items[place])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.model_menu_requested.emit()
        else:
            super().keyPressEvent(event)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(*self._themed)
        self._arrange()

    def set_model(self, name: str, detail: str) -> None:
        """Show the model's name and, quieter, a state or description; "" for no model."""
        self._name.set_text(name or texts.text("ui.status.no_model"))
        self._detail.set_text(detail)
        self._detail.setVisible(bool(detail))
        self._tell_model()

    def set_adapter(self, name: str) -> None:
        """Show, beside the model's name, the adapter that acts on it; "" for none."""
        shown = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        self._adapter.set_text(texts.text("ui.adapter.shown", name=shown) if name else "")
        self._adapter.setVisible(bool(name))
        self._tell_model()

    def _tell_model(self) -> None:
        words = (self._name.text(), self._adapter.text(), self._detail.text())
        said = ", ".join(part for part in words if part)
        self.model_group.tell(said, texts.text("ui.status.model_tip"))
        self._arrange()

    def set_memory(self, used_bytes: int, total_bytes: int) -> None:
        """Show the memory Cloister and its engine use, of the computer's; 0 total hides it."""
        share = used_bytes / total_bytes if total_bytes else 0.0
        used = texts.number(used_bytes / GIGABYTE, 1)
        total = ram_number(total_bytes / MEGABYTE)
        nearly_full = share >= NEARLY_FULL
        key = "ui.status.memory_high" if nearly_full else "ui.status.memory"
        self._memory.set_text(texts.text(key, used=used, total=total))
        self._memory.set_colour("warn" if nearly_full else "text2")
        self._memory_bar.set_colour("warn" if nearly_full else "text2")
        self._memory_bar.set_shares(share)
        self.memory_group.tell(
            texts.text("panels.strip.memory", words=self._memory.text()),
            texts.text("ui.status.memory_tip", used=used, total=total),
        )
        self.memory_group.setVisible(total_bytes > 0)
        self._arrange()

    def set_speed(self, tokens_per_second: float | None) -> None:
        """Show the speed of the answer before; None hides it."""
        self.speed_group.setVisible(tokens_per_second is not None)
        if tokens_per_second is not None:
            digits = 1 if tokens_per_second < 10 else 0
            speed = texts.number(tokens_per_second, digits)
            self._speed.set_text(texts.text("ui.status.speed", speed=speed))
            self.speed_group.setToolTip(plain_tip(texts.text("ui.status.speed_tip", speed=speed)))
        self._arrange()

    def set_context(self, used: int, total: int, kept_free: int = 0, left_out: int = 0) -> None:
        """Show tokens read of the context, tokens kept free for the answer, messages left out."""
        self.context_group.setVisible(total > 0)
        if total > 0:
            shown = {"used": tokens(used), "total": window(total)}
            self._context.set_text(texts.plural("ui.status.context", left_out, **shown))
            self._context_bar.set_shares(used / total, kept_free / total)
            self.context_group.tell(
                texts.text("panels.strip.context", words=self._context.text()),
                texts.text("ui.status.context_tip", **shown, free=tokens(kept_free)),
            )
        self._arrange()

    def set_nothing_kept(self) -> None:
        """Show that nothing outlives this run."""
        self.kept_group.setToolTip(plain_tip(texts.text("ui.status.not_kept_tip")))
        self.kept_group.show()
        self._arrange()

    def set_seal(self, text: str, network: Network = Network.OFFLINE) -> None:
        """Show what proves that nothing is connected, or that something is."""
        icon, colour = network.value
        self._seal.set_text(text)
        self._seal.set_colour(colour)
        self._seal_icon.set_icon(icon, colour)
        said = texts.text("seal.strip.accessible", words=text)
        self.seal_group.tell(said, texts.text("seal.strip.tip"))
        self._arrange()

    def summary(self) -> str:
        """Return all of the strip as one line, as a screen reader says it."""
        parts = [self._name.text(), self._adapter.text(), self._detail.text()]
        for group, label in (
            (self.memory_group, self._memory),
            (self.speed_group, self._speed),
            (self.context_group, self._context),
            (self.kept_group, self._kept),
        ):
            if not group.isHidden():
                parts.append(label.text())
        parts.append(self._seal.text())
        return ", ".join(part for part in parts if part)

    def height_for(self, width: int) -> int:
        """Return how high the strip is when it is ``width`` wide."""
        return len(self._rows(width)) * self.theme.px(HEIGHT)

    def sizeHint(self) -> QSize:
        """Return the height of as many rows as the width asks for."""
        return QSize(self.theme.px(400), self.height_for(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the groups in the new width."""
        super().resizeEvent(event)
        self._arrange()

    def _shown(self) -> list[StatusGroup | StatusItem]:
        groups = (
            *(self.model_group, self.memory_group, self.speed_group),
            *(self.context_group, self.kept_group),
        )
        return [group for group in groups if not group.isHidden()]

    def _rows(self, width: int) -> list[list[StatusGroup | StatusItem]]:
        """Return the groups row by row; in one row the seal is the last."""
        groups = [*self._shown(), self.seal_group]
        room = width - 2 * SIDE
        if self._width_of(groups) <= room:
            return [groups]
        # What must not be missed comes first: what the model reads, that nothing is kept, the seal.
        foremost = (self.context_group, self.kept_group, self.seal_group)
        first: list[StatusGroup | StatusItem] = [group for group in groups if group in foremost]
        second = [group for group in groups if group not in first]
        if self._width_of(first) > room >= self._width_of([*second, self.seal_group]):
            return [first[:-1], [*second, self.seal_group]]  # whole there, where it would be cut here
        return [first, second]

    def _widths(self, groups: list[StatusGroup | StatusItem]) -> list[int]:
        """Return how wide each group of a row is: the longest words give way first."""
        found = [_words_width(group) for group in groups]
        over = self._width_of(groups) - (self.width() - 2 * SIDE)
        # The numbers of the context are looked for most: they are the last to be cut.
        order = sorted(
            range(len(groups)), key=lambda place: (groups[place] is self.context_group, -found[place])
        )
        for place in order:
            given = max(0, min(over, found[place] - self.theme.px(LEAST)))
            found[place] -= given
            over -= given
        return found

    def _width_of(self, groups: list[StatusGroup | StatusItem]) -> int:
        apart = self.theme.gap(APART)
        return sum(_words_width(group) for group in groups) + apart * (len(groups) - 1)

    def _arrange(self) -> None:
        for group in (*self._shown(), self.seal_group):
            group.row.invalidate()
        rows = self._rows(self.width())
        high = self.theme.px(HEIGHT)
        for place, groups in enumerate(rows):
            self._place_row(groups, place * high, high)
        if len(rows) != self._rows_shown:
            self._rows_shown = len(rows)
            self.updateGeometry()
            self.height_changed.emit()
        self.setAccessibleName(texts.text("ui.status.name"))
        self.setAccessibleDescription(self.summary())

    def _place_row(self, groups: list[StatusGroup | StatusItem], top: int, high: int) -> None:
        x, end = SIDE, self.width() - SIDE
        for group, wide in zip(groups, self._widths(groups), strict=True):
            if isinstance(group, StatusItem):
                group.set_cut(wide < _words_width(group))
            at_end = group is self.seal_group and len(groups) > 1
            at = end - wide if at_end else x
            group.setGeometry(self._mirrored(at - group.reach, top, wide + 2 * group.reach, high))
            x += 0 if at_end else wide + self.theme.gap(APART)

    def _mirrored(self, x: int, y: int, width: int, height: int) -> QRect:
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            x = self.width() - x - width
        return QRect(x, y, width, height)


def _words_width(group: StatusGroup | StatusItem) -> int:
    """Return the width of what is read, without the ground around it."""
    return group.sizeHint().width() - 2 * group.reach
