"""What a conversation without a message offers to begin with."""

from __future__ import annotations

from itertools import pairwise

from pytestqt.qtbot import QtBot

from app.ui.theme import Theme
from app.ui.views.library.values import OfferShown
from app.ui.views.window.empty_state import BESIDE_OFFER, MOST_SUGGESTIONS, EmptyState

OFFER = OfferShown("gpt-oss-20b fits this computer.", "Expect about 12 tokens a second.", ())


def test_an_offer_leaves_room_for_fewer_questions_and_all_come_back(qtbot: QtBot, theme: Theme) -> None:
    page = EmptyState(theme)
    qtbot.addWidget(page)
    page.show()
    page.set_suggestions([f"Question {number}?" for number in range(MOST_SUGGESTIONS)])
    assert shown(page) == MOST_SUGGESTIONS
    page.offer.show_offer(OFFER)
    assert shown(page) == BESIDE_OFFER
    page.set_suggestions([f"Another {number}?" for number in range(MOST_SUGGESTIONS)])
    assert shown(page) == BESIDE_OFFER
    page.offer.show_offer(None)
    assert shown(page) == MOST_SUGGESTIONS


def test_the_entries_of_the_legend_stand_together(qtbot: QtBot, theme: Theme) -> None:
    page = EmptyState(theme)
    qtbot.addWidget(page)
    page.resize(1000, 800)
    page.show()
    shares = (
        ("accent", "Model 11.3 GB", 113),
        ("hatch", "Working space", 7),
        ("track", "Left 4 GB", 40),
    )
    page.offer.show_offer(OfferShown("It fits.", "Expect speed.", (), (("Memory", "16 GB"),), shares))
    entries = page.offer._made[page.offer._legend]
    qtbot.waitUntil(lambda: entries[-1].x() > 0)
    for before, after in pairwise(entries):
        assert after.x() - before.geometry().right() - 1 == 16
        assert before.width() == before.sizeHint().width()


def shown(page: EmptyState) -> int:
    """Return how many questions can be seen."""
    return sum(row.isVisibleTo(page) for row in page.rows)


def test_the_mark_gives_way_to_what_can_be_pressed(qtbot: QtBot, theme: Theme) -> None:
    page = EmptyState(theme)
    qtbot.addWidget(page)
    page.set_suggestions([f"Question {number}?" for number in range(MOST_SUGGESTIONS)])
    page.resize(700, 500)
    page.show()
    assert page._mark.isVisible()
    page.resize(700, 340)
    assert not page._mark.isVisible()
    page.set_suggestions([])
    assert page._mark.isVisible()
