"""The first start: where the key to the history shall live.

Job: three ways to go, a form for a passphrase, the recovery code shown once. Rule: nothing is made
here; the page reports the choice and shows how it went.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSpacerItem, QStackedWidget, QVBoxLayout, QWidget

from app.core import texts
from app.storage.keys.slots import MIN_PASSPHRASE
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.views.start.choice_card import ChoiceCard, ChoiceRow
from app.ui.views.start.passphrase_form import PassphraseForm
from app.ui.views.start.recovery_form import RecoveryForm
from app.ui.views.window.notice_card import NoticeCard, NoticeKind
from app.ui.widgets.drawings.arch import Arcade, Mark
from app.ui.widgets.surfaces.cover_column import CoverColumn
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.label import Label
from app.ui.widgets.words.remark_line import RemarkLine

SIDE, COLUMN, ARCADE = 416, 616, 348
SIDE_FROM = 1040
TOP, TOP_SMALL, TOP_FROM = 104, 32, 700


class WelcomeSide(Panel):
    """The mark, the name, one sentence, and the arcade."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "sidebar", Qt.Edge.RightEdge, parent)
        self._mark = Mark(theme, 40)
        self._name = Label(theme, texts.text("ui.first_run.product"), TextRole.DISPLAY)
        self._pitch = Label(
            theme, texts.text("ui.first_run.pitch"), TextRole.READING, "text2", wrap=True
        )
        self._arcade = Arcade(theme, "sidebar", shift=-3.0)
        words = QVBoxLayout()
        words.setContentsMargins(48, 104, 64, 0)
        words.setSpacing(0)
        words.addWidget(self._mark)
        words.addSpacing(20)
        words.addWidget(self._name)
        words.addSpacing(8)
        words.addWidget(self._pitch)
        words.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        column.addLayout(words, 1)
        column.addWidget(self._arcade)
        self.setFixedWidth(SIDE)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self._mark, self._name, self._pitch, self._arcade)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the drawing the lower part, as far as the words leave room."""
        super().resizeEvent(event)
        self._arcade.setFixedHeight(max(0, min(ARCADE, self.height() - 330)))


class FirstRunPage(Panel):
    """One signal per choice, then ``recovery_code_kept``. ``key_store``: whether one can be used."""

    key_store_chosen = Signal()
    passphrase_chosen = Signal(str)
    nothing_chosen = Signal()
    recovery_code_kept = Signal()

    def __init__(
        self,
        theme: Theme,
        *,
        key_store: bool,
        least_characters: int = MIN_PASSPHRASE,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "canvas", None, parent)
        self.setAccessibleName(texts.text("ui.first_run.name"))
        self._side = WelcomeSide(theme)
        self._scroll = CoverColumn(theme, COLUMN)
        self._title = Label(theme, "", TextRole.DISPLAY, wrap=True)
        self._subtitle = Label(theme, "", TextRole.READING, "text2", wrap=True)
        self.notice = NoticeCard(theme)
        self.choices = ChoiceCard(theme)
        self._add_choices(theme, key_store)
        self._network = RemarkLine(theme, IconName.UNPLUG, texts.text("ui.first_run.network"))
        self.passphrase = PassphraseForm(theme, least_characters)
        self.recovery = RecoveryForm(theme)
        self._steps = QStackedWidget()
        self._top = QSpacerItem(0, TOP)
        self._row = QHBoxLayout(self)
        self._build(key_store)
        self.passphrase.given.connect(self.passphrase_chosen)
        self.passphrase.back.connect(self.show_choices)
        self.recovery.kept.connect(self.recovery_code_kept)
        self.show_choices()

    def _add_choices(self, theme: Theme, key_store: bool) -> None:
        ways = (
            ("os", IconName.FINGERPRINT, self.key_store_chosen.emit),
            ("pass", IconName.LOCK, self.ask_passphrase),
            ("none", IconName.EYE_OFF, self.nothing_chosen.emit),
        )
        first = "os" if key_store else "pass"
        for way, icon, chosen in ways:
            if way == "os" and not key_store:
                continue
            title, sentence, verb = (
                texts.text(f"ui.first_run.{way}_{part}") for part in ("title", "text", "button")
            )
            kind = Kind.PRIMARY if way == first else Kind.SECONDARY
            row = ChoiceRow(theme, icon, (title, sentence, verb), kind)
            row.chosen.connect(chosen)
            self.choices.add(row)

    def _build(self, key_store: bool) -> None:
        choices = QWidget()
        column = QVBoxLayout(choices)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(20)
        column.addWidget(self.choices)
        column.addWidget(self._network)
        column.addStretch(1)
        self._no_key_store = not key_store
        for step in (choices, self.passphrase, self.recovery):
            self._steps.addWidget(step)
        inside = self._scroll.column
        inside.addSpacerItem(self._top)
        inside.addWidget(self._title)
        inside.addSpacing(4)
        inside.addWidget(self._subtitle)
        inside.addSpacing(28)
        inside.addWidget(self.notice)
        inside.addSpacing(8)
        inside.addWidget(self._steps)
        inside.addStretch(1)
        inside.addSpacing(28)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self._side)
        self._row.addWidget(self._scroll, 1)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            *(self._side, self._scroll, self._title, self._subtitle, self.notice, self.choices),
            *(self._network, self.passphrase, self.recovery),
        )
        self._show_side()

    # --- steps --------------------------------------------------------------------------------

    def show_choices(self) -> None:
        """Show the ways to go."""
        self._go(0, "ui.first_run")
        if self._no_key_store:
            self._subtitle.set_text(texts.text("ui.first_run.no_key_store"))
        if self.choices.rows:
            self.choices.rows[0].button.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_passphrase(self) -> None:
        """Show the form for a passphrase."""
        self._go(1, "ui.passphrase")
        self.passphrase.start()

    def show_recovery_code(self, code: str, *, again: bool = False) -> None:
        """Show the code; the page then waits for ``recovery_code_kept``.

        ``again``: it replaces one that was shown before and not confirmed.
        """
        self._go(2, "ui.recovery")
        if again:
            self._subtitle.set_text(texts.text("ui.recovery.again"))
        self.recovery.show_code(code)

    def show_failure(self, sentence: str) -> None:
        """Show why the choice could not be carried out; the person can choose again."""
        self.set_waiting(False)
        self.notice.show_notice(NoticeKind.WARN, sentence)

    def set_waiting(self, waiting: bool) -> None:
        """Take no input while the vault is made."""
        self.choices.setEnabled(not waiting)
        self.passphrase.set_waiting(waiting)
        if waiting:
            self.notice.show_notice(NoticeKind.INFO, texts.text("ui.first_run.waiting"))
        else:
            self.notice.clear()

    def _go(self, step: int, words: str) -> None:
        self._title.set_text(texts.text(f"{words}.title"))
        self._subtitle.set_text(texts.text(f"{words}.subtitle"))
        self.set_waiting(False)
        self._steps.setCurrentIndex(step)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the drawing out where the words need the room."""
        super().resizeEvent(event)
        self._show_side()

    def _show_side(self) -> None:
        self._side.setVisible(self.width() >= SIDE_FROM and self.theme.scale < 1.5)
        roomy = self.height() >= self.theme.px(TOP_FROM)
        self._top.changeSize(0, TOP if roomy else TOP_SMALL)
        self._scroll.column.invalidate()
        self._row.activate()  # at once: else one picture is seen with the drawing's room left empty
