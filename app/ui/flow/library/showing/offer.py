"""The offer of a larger model, where a conversation is still empty.

Job: states 1 to 3 of the visual language, while the built-in guide is all there is. Rule: an offer, not
a page in the way: the guide answers meanwhile, and nothing connects from here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject

from app.core.computer.programs import RunningProgram, closing_words, largest_programs
from app.core.texts import plural, text
from app.engine.protocol.plan import Plan, Verdict
from app.library.known.catalogue import CatalogueEntry
from app.ui.flow.library.known.state import RECOMMENDED, entry_key
from app.ui.flow.library.showing.pages import sealed_words
from app.ui.flow.library.showing.picture import Known
from app.ui.flow.library.showing.steps import action
from app.ui.flow.library.showing.words import needs_mib, size
from app.ui.flow.tasks import Lane
from app.ui.theme.style_sheet import Kind
from app.ui.views.library.offer_card import OfferCard
from app.ui.views.library.values import Action, OfferShown
from app.ui.widgets.drawings.segment_bar import HATCH
from app.ui.widgets.words.figures import pace, ram, short_size

GUIDE = "open_guide"
TOKENS_OF_A_PAGE = 530
"""About what a page of prose takes, in English."""


class ModelOffer(QObject):
    """Keeps ``card`` true; ``act`` gets the key of the model and a code.

    On ``lane`` it is looked up what could be closed where memory is short.
    """

    def __init__(
        self,
        card: OfferCard,
        act: Callable[[str, str], None],
        lane: Lane,
        parent: QObject | None = None,
        programs: Callable[[], tuple[RunningProgram, ...]] = largest_programs,
    ) -> None:
        super().__init__(parent)
        self._card, self._act, self._lane, self._look = card, act, lane, programs
        self._key = ""
        self._declined = False
        self._programs: tuple[RunningProgram, ...] | None = None
        card.acted.connect(self._acted)

    def _acted(self, code: str) -> None:
        if code == GUIDE:  # it answers here already: the offer makes way
            self._declined = True
            self._card.show_offer(None)
        if code == "check_again":
            self._programs = None
        self._act(self._key, code)

    def show_known(self, known: Known) -> None:
        """Offer what is worth it, or nothing."""
        entry = None if self._declined else wanted(known)
        plan = known.plan(entry_key(entry.name)) if entry is not None else None
        if entry is None or plan is None:
            self._card.show_offer(None)
            return
        self._key = entry_key(entry.name)
        shown = offer(entry, plan, known, self._programs or ())
        if shown != self._card.shown or self._card.isHidden():
            self._card.show_offer(shown)
        if _verdict(plan, known) == "tight" and self._programs is None:
            self._programs = ()
            self._lane.run(self._look, lambda found: self._name_programs(found, known))

    def _name_programs(self, programs: tuple[RunningProgram, ...], known: Known) -> None:
        self._programs = programs
        self.show_known(known)


def wanted(known: Known) -> CatalogueEntry | None:
    """Return the model to offer; None where a model is here or on its way already."""
    if known.in_use is not None or known.library.files or known.downloads or known.imports:
        return None
    chat = [entry for entry in known.library.entries if entry.purpose == "chat" and entry.files]
    named = (entry for entry in chat if entry.name == RECOMMENDED)
    return next(named, chat[0] if chat else None)


def _verdict(plan: Plan, known: Known) -> str:
    if plan.verdict is Verdict.REFUSED:
        return "small" if needs_mib(plan) > known.ram_mib else "tight"
    return "tight" if plan.verdict is Verdict.TIGHT and plan.missing_mib else "fits"


def offer(
    entry: CatalogueEntry, plan: Plan, known: Known, programs: Sequence[RunningProgram] = ()
) -> OfferShown:
    """Return what is said, and what can be done."""
    verdict = _verdict(plan, known)
    needs = needs_mib(plan)
    names = {"name": entry.name, "ram": ram(known.ram_mib, needs), "needs": short_size(needs)}
    strong = text(f"models.offer.{verdict}", **names)
    if verdict == "small":
        guide = Action(GUIDE, text("models.offer.guide"), None, Kind.PRIMARY)
        return OfferShown(
            strong, text("models.offer.small_rest"), (guide, _import()), _facts(plan, known)
        )
    if verdict == "tight":
        rest = text("models.offer.tight_rest", missing=short_size(plan.missing_mib))
        closing = closing_words(tuple(programs)) if programs else ""
        check = Action("check_again", text("models.offer.check"), None, Kind.PRIMARY)
        anyway = Action("look", text("models.offer.anyway"), None, Kind.SECONDARY)
        said = f"{rest} {closing}".strip()
        buttons = (check, _import() if known.sealed else anyway)
        note = sealed_words(known) if known.sealed else ""
        return OfferShown(strong, said, buttons, _facts(plan, known), _shares(plan, known), note)
    speed = plan.expected_tokens_per_second
    rest = text("models.offer.fits_rest", speed=pace(speed)) if speed else ""
    total = sum(file.size for file in entry.editions[0])
    guide = Action(GUIDE, text("models.offer.guide"), None, Kind.SECONDARY)
    fetch = action("download", Kind.PRIMARY, size=size(total) if total else "")
    ways: tuple[Action, ...] = (Action("look", fetch.words, None, Kind.PRIMARY), _import(), guide)
    note = text("models.offer.network")
    if known.sealed:
        ways, note = (replace(_import(), kind=Kind.PRIMARY), guide), sealed_words(known)
    return OfferShown(strong, rest, ways, _facts(plan, known), _shares(plan, known), note)


def _import() -> Action:
    return Action("import", text("models.import"), None, Kind.SECONDARY)


def _facts(plan: Plan, known: Known) -> tuple[tuple[str, str], ...]:
    short = needs_mib(plan) if plan.verdict is Verdict.REFUSED else 0.0
    facts = [(text("models.offer.memory"), ram(known.ram_mib, short))]
    if known.library.free is not None:
        facts.append((text("models.offer.disk"), size(known.library.free)))
    if plan.context and _verdict(plan, known) != "small":
        pages = max(1, round(plan.context / TOKENS_OF_A_PAGE))
        facts.append((text("models.offer.at_once"), plural("models.offer.pages", pages)))
    return tuple(facts)


def _shares(plan: Plan, known: Known) -> tuple[tuple[str, str, float], ...]:
    """Return how memory would be divided; nothing where the plan is not about the computer's own."""
    weights = sum(device.weights_mib for device in plan.devices)
    work = sum(device.cache_mib + device.compute_mib for device in plan.devices)
    left = known.ram_mib - weights - work
    if not weights or left <= 0:
        return ()
    return (
        ("accent", text("models.offer.weights", size=short_size(weights)), weights),
        (HATCH, text("models.offer.work", size=short_size(work)), work),
        ("track", text("models.offer.left", size=short_size(left)), left),
    )
