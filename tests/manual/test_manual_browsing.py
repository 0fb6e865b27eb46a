"""The manual leafed through: what is listed, what is found, and which passage an answer was given."""

from __future__ import annotations

import pytest

from app.core.conversation.message import Part, PartKind
from app.manual.browsing import (
    FIRST_PAGE,
    SMALL_TALK,
    Kept,
    first_page,
    found,
    listed,
    passage_read,
)
from app.manual.finder import ManualFinder, placed_text


@pytest.fixture(scope="module")
def finder() -> ManualFinder:
    return ManualFinder.open()


def titles(finder: ManualFinder, words: str) -> list[str]:
    return [page.title for page in found(finder, words)]


def test_every_page_is_listed_but_small_talk(finder: ManualFinder) -> None:
    shown = listed(finder.pages)
    assert {page.slug for page in finder.pages} - {page.slug for page in shown} == SMALL_TALK
    names = [page.title.casefold() for page in shown]
    assert names == sorted(names)
    assert first_page(shown).slug == FIRST_PAGE


def test_a_word_is_found_while_it_is_typed(finder: ManualFinder) -> None:
    for typed in ("stopp", "stopping an ans", "Stopping an answer"):
        assert titles(finder, typed)[0] == "Stopping an answer"
    assert "Stopping an answer" in titles(finder, "sto")


def test_a_question_and_a_misspelt_word_find_their_page(finder: ManualFinder) -> None:
    assert titles(finder, "how do I stop an answer?")[0] == "Stopping an answer"
    assert titles(finder, "bakcup")[0] == "Making a backup"
    assert titles(finder, "passphrase")[0] == "The passphrase"


def test_what_no_page_is_about_finds_none(finder: ManualFinder) -> None:
    for typed in ("", "  ", "?", "qqqq zzz", "\x00\U0001f600"):
        assert titles(finder, typed) == []
    assert not {page.slug for page in found(finder, "hello")} & SMALL_TALK


def test_the_passage_of_each_page_is_found_again(finder: ManualFinder) -> None:
    for page in finder.pages:
        for place in range(len(page.passages)):
            part = Part(PartKind.MANUAL, placed_text(page, place), name=page.slug)
            read = passage_read(finder, part)
            assert (read.page, read.passage, read.kept) == (page, place, Kept.SAME)
            assert (read.title, read.passages) == (page.title, page.passages)


def test_a_page_that_changed_is_shown_as_it_is_now(finder: ManualFinder) -> None:
    part = Part(PartKind.MANUAL, "Manual: Stopping an answer\nPull the plug.", name="stop")
    read = passage_read(finder, part)
    assert (read.kept, read.passage) == (Kept.CHANGED, None)
    assert read.page is finder.page("stop")
    assert "Pull the plug." not in read.passages


def test_of_a_page_that_is_gone_the_passage_is_left(finder: ManualFinder) -> None:
    part = Part(PartKind.MANUAL, "Manual: Fax machines\nPress Send twice.", name="fax")
    read = passage_read(finder, part)
    assert (read.title, read.passages, read.passage) == ("Fax machines", ("Press Send twice.",), 0)
    assert (read.kept, read.page) == (Kept.GONE, None)
    bare = passage_read(finder, Part(PartKind.MANUAL, "Manual: Fax machines", name="fax"))
    assert (bare.title, bare.passages, bare.passage) == ("Fax machines", (), None)
