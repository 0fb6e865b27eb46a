"""The offer of a larger model, where a conversation is still empty.

Job: states 1 to 3 of the visual language, while the built-in guide is all there is. Rule: an offer, not
a page in the way: the guide answers meanwhile, and nothing connects from here.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.core.texts import number, text
from app.engine.protocol.plan import Plan, Verdict
from app.library.catalogue import CatalogueEntry
from app.ui.flow.library.shown import Known
from app.ui.flow.library.state import entry_key
from app.ui.flow.library.steps import action
from app.ui.flow.library.words import needs_mib, size
from app.ui.theme.style_sheet import Kind
from app.ui.views.library_values import Action
from app.ui.widgets.figures import short_size
from app.ui.widgets.remark_card import RemarkCard

RECOMMENDED = "gpt-oss-20b"


class ModelOffer(QObject):
    """Keeps ``card`` true; ``act`` gets the key of the model and a code."""

    def __init__(
        self, card: RemarkCard, act: Callable[[str, str], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._card, self._act = card, act
        self._key = ""
        card.acted.connect(lambda code: self._act(self._key, code))

    def show_known(self, known: Known) -> None:
        """Offer what is worth it, or nothing."""
        entry = wanted(known)
        if entry is None:
            self._card.show_remark("")
            return
        self._key = entry_key(entry.name)
        plan = known.plan(self._key)
        if plan is None:
            self._card.show_remark("")
            return
        sentence, actions = offer(entry, plan, known)
        self._card.show_remark(sentence, [each.wish for each in actions])


def wanted(known: Known) -> CatalogueEntry | None:
    """Return the model to offer; None where a model is here or on its way already."""
    if known.in_use is not None or known.library.files or known.downloads or known.imports:
        return None
    chat = [entry for entry in known.library.entries if entry.purpose == "chat" and entry.files]
    named = (entry for entry in chat if entry.name == RECOMMENDED)
    return next(named, chat[0] if chat else None)


def offer(entry: CatalogueEntry, plan: Plan, known: Known) -> tuple[str, tuple[Action, ...]]:
    """Return what is said, and what can be done."""
    ways = Action("import", text("models.import"), None, Kind.SMALL)
    total = sum(file.size for file in entry.editions[0])
    speed = number(plan.expected_tokens_per_second)
    if plan.verdict is Verdict.REFUSED:
        key = "small" if needs_mib(plan) > known.ram_mib else "tight"
    else:
        key = "tight" if plan.verdict is Verdict.TIGHT and plan.missing_mib else "fits"
    if key == "fits" and not plan.expected_tokens_per_second:
        key = "fits_plain"
    sentence = text(
        f"models.offer.{key}",
        name=entry.name,
        speed=speed,
        missing=short_size(plan.missing_mib),
        needs=short_size(needs_mib(plan)),
        ram=short_size(known.ram_mib),
    )
    if key == "small":
        return sentence, (ways,)
    if key == "tight":
        check = Action("check_again", text("models.offer.check"), None, Kind.SMALL)
        return sentence, (check, Action("look", text("models.offer.anyway"), None, Kind.SMALL))
    fetch = action("download", Kind.PRIMARY, size=size(total) if total else "")
    return sentence, (Action("look", fetch.words, None, Kind.PRIMARY), ways)
