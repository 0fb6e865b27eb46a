"""The pages obey the rules, and the parser refuses what does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.manual.pages import MAX_PASSAGES, MAX_WORDS, MIN_WORDS, Page, PageError, load_pages, parse_page
from app.manual.suggestions import suggested_questions

GOOD = "---\ntitle: A title\nkeywords: one, two words\n---\n\n" + "word " * 20 + "\n"
PAGES = load_pages()


def test_there_are_enough_pages_and_titles_are_unique() -> None:
    assert len(PAGES) >= 70
    assert len({page.title.casefold() for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_every_page_is_short_plain_and_in_whole_sentences(page: Page) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", page.slug)
    assert 1 <= len(page.passages) <= MAX_PASSAGES
    for passage in page.passages:
        assert MIN_WORDS <= len(passage.split()) <= MAX_WORDS
        assert passage[-1] in ".?`", passage
        assert len(re.findall(r"[.?](?:\s|$)", passage)) <= 4, passage
        assert passage.count("`") % 2 == 0
        assert not re.match(r"(yes|no)\b[.,]", passage, re.IGNORECASE), "it may answer another question"
        assert not re.search(r"\b(oops|sorry|please wait)\b", passage, re.IGNORECASE)


def test_pages_name_no_feature_under_two_names() -> None:
    text = " ".join(passage for page in PAGES for passage in page.passages).casefold()
    for word in ("chain of thought", "thinking budget", "click here"):
        assert word not in text


def test_a_good_page_is_read() -> None:
    page = parse_page("good", GOOD)
    assert page.keywords == ("one", "two words")
    assert page.names == ("A title", "one", "two words")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "title: no fence\n",
        "---\ntitle: never closed\n",
        GOOD.replace("title: A title", "title:"),
        GOOD.replace("keywords: one, two words", "keywords: ,"),
        GOOD.replace("title: A title", "heading: A title"),
        GOOD.replace("keywords:", "title: again\nkeywords:"),
        GOOD.replace("word " * 20, "too short"),
        GOOD.replace("word " * 20, "word " * (MAX_WORDS + 1)),
        GOOD.replace("word " * 20, ""),
        GOOD.replace("word " * 20, "**word** " * 20),
        GOOD.replace("word " * 20, "<|start|> " * 20),
        GOOD.replace("word " * 20, "word! " * 20),
        GOOD + "\n" + GOOD.split("---\n\n")[1],
        GOOD + "\n\n".join(["", *("other " * 20 + str(i) for i in range(MAX_PASSAGES))]),
    ],
)
def test_a_bad_page_is_refused(text: str) -> None:
    with pytest.raises(PageError):
        parse_page("bad", text)


def test_two_pages_may_not_share_a_title(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text(GOOD, "utf-8")
    with pytest.raises(PageError, match="share"):
        load_pages(tmp_path)


@pytest.mark.parametrize("name", ["phrases.toml", "related.toml"])
def test_a_list_of_a_page_that_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.md").write_text(GOOD, "utf-8")
    (tmp_path / name).write_text('b = "hello"\n', "utf-8")
    with pytest.raises(PageError, match="no page"):
        load_pages(tmp_path)


def test_the_lists_beside_the_pages_belong_to_their_page(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD, "utf-8")
    (tmp_path / "phrases.toml").write_text('a = """\nwhere is it\nshow it\n"""\n', "utf-8")
    (tmp_path / "related.toml").write_text('a = "place spot"\n', "utf-8")
    (page,) = load_pages(tmp_path)
    assert page.phrases == ("where is it", "show it")
    assert page.related == ("place", "spot")
    assert all(page.related for page in PAGES), "every page of the manual has related words"


def test_a_missing_manual_is_a_readable_failure(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load_pages(tmp_path / "nothing")
    assert caught.value.code == "manual.missing"
    assert "manual" in caught.value.sentence


def test_four_to_six_questions_are_suggested() -> None:
    asked = suggested_questions(PAGES)
    assert 4 <= len(asked) <= 6
    assert all(question.endswith("?") for question in asked)
    assert asked[0] == "What is Cloister?"
