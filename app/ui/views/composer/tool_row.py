"""What stands below the message: a way to attach, the effort, a hint, and Stop or Send.

Job: show them as the composer's state asks for, in the width there is. Rule: what has no room beside
the buttons is left out, never cut: first the hint, which repeats tooltips, then the slider's name.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.core import texts
from app.core.conversation.message import Effort
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.theme.type import STRONG
from app.ui.views.composer.effort_slider import EffortSlider
from app.ui.widgets.controls.buttons import IconButton, TextButton
from app.ui.widgets.words.label import Label, plain_tip

_GAP, _WORDS_GAP = 8, 12


class ToolRow(QWidget):
    """One row of the composer; its buttons and the slider are the composer's to connect."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.attach = IconButton(theme, IconName.PAPERCLIP, texts.text("attach.button"))
        self.label = Label(theme, texts.text("ui.effort.label"), TextRole.UI, "text2")
        self.effort_slider = EffortSlider(theme)
        self.value = Label(theme, self.effort_slider.word(), TextRole.UI, "text", weight=STRONG)
        self._estimate = Label(theme, "", TextRole.UI, "text3")
        self._estimate.set_may_shrink(True)
        self._estimate.hide()
        self.hint = Label(theme, "", TextRole.MICRO, "text3")
        self.hint.set_may_shrink(True)
        self.send = QPushButton()
        set_kind(self.send, Kind.SEND)
        self.send.setAccessibleName(texts.text("ui.composer.send"))
        self.stop = TextButton(theme, texts.text("ui.composer.stop"))
        words = QHBoxLayout()
        words.setSpacing(_WORDS_GAP)
        left: tuple[QWidget, ...] = (self.label, self.effort_slider, self.value, self._estimate)
        for part in left:
            words.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 6, 0, 0)
        row.setSpacing(_GAP)
        row.addWidget(self.attach, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words)
        row.addStretch(1)
        right: tuple[QWidget, ...] = (self.hint, self.stop, self.send)
        for part in right:
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        theme.dress(self.attach, self.label, self.effort_slider)
        theme.dress(self.value, self._estimate, self.hint, self.stop)
        side = theme.px(32)
        self.send.setFixedSize(side, side)
        self.send.setIcon(theme.icon(IconName.ARROW_UP, theme.on_accent, 20))
        self.send.setIconSize(QSize(theme.icon_size(20), theme.icon_size(20)))
        self.stop.setIcon(theme.stop_icon())
        self.stop.setIconSize(QSize(theme.icon_size(), theme.icon_size()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what the row has no room for."""
        super().resizeEvent(event)
        self._fit()

    def has_focus(self) -> bool:
        """Say whether the keyboard is at Stop or Send, of which one goes when the other comes."""
        return self.stop.hasFocus() or self.send.hasFocus()

    def set_effort(self, effort: Effort) -> None:
        """Show ``effort``."""
        self.effort_slider.set_effort(effort)
        self.show_effort()

    def show_effort(self) -> None:
        """Name the effort that the slider stands at."""
        self.value.set_text(self.effort_slider.word())
        self._fit()

    def set_estimate(self, words: str) -> None:
        """Show how long the effort lets the model think, by experience; "" for not known yet."""
        self._estimate.set_text(words)
        self._estimate.setVisible(bool(words))
        self._fit()

    def show_state(self, hint: str, *, ready: bool, busy: bool, load_may_stop: bool) -> None:
        """Show Stop while an answer is made or a load may be stopped, Send while none is.

        ``ready`` says that there is something to send.
        """
        self.send.setEnabled(ready)
        self.send.setVisible(not busy)
        self.stop.setVisible(busy or load_may_stop)
        of = "answering" if busy else "loading"
        self.stop.setText(texts.text("ui.composer.stop" if busy else "ui.composer.stop_loading"))
        self.stop.setAccessibleName(texts.text(f"ui.composer.stop_{of}"))
        self.send.setToolTip(plain_tip(texts.text(f"ui.composer.{'send' if ready else 'send_empty'}")))
        self.send.setAccessibleDescription("" if ready else texts.text("ui.composer.send_empty"))
        self.hint.set_text(hint)
        self._fit()

    def _fit(self) -> None:
        left = (self.attach, self.effort_slider, self.value, self._estimate)
        taken = sum(part.sizeHint().width() + _WORDS_GAP for part in left if not part.isHidden())
        buttons = (part for part in (self.stop, self.send) if not part.isHidden())
        taken += sum(max(part.sizeHint().width(), part.minimumWidth()) + _GAP for part in buttons)
        named = taken + self.label.sizeHint().width() + _WORDS_GAP
        self.label.setVisible(named <= self.width())
        self.hint.setVisible(named + self.hint.sizeHint().width() + 2 * _GAP <= self.width())
