"""What an exported text says, and what hostile words cannot make it do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from app.core.conversation.message import Effort, Part, PartKind, assistant_message, user_message
from app.export.as_markdown import as_markdown
from app.export.as_page import as_page
from app.export.record import Export
from app.export.saving import file_name
from app.markup.atoms import Body
from app.markup.writing import plain_all
from app.storage.records import AnswerFacts, MessageRecord, MessageState

HOSTILE = """# <script>alert(1)</script>

<img src="http://evil.example/p.png" onerror="alert(1)"> and ![x](http://evil.example/t.png "t")
and ![y](file:///etc/passwd) [click](javascript:alert(1)) [ok](https://example.org/?a=1&b="2")

<style>@import url(http://evil.example/s.css)</style>

```html
</code></pre><script>alert(2)</script>
```

| <b>h</b> | `</td><script>` |
|---|---|
| <iframe src=//evil> | "quoted" |

$\\text{</svg><script>alert(3)</script>}$

```"><script>alert(4)</script>
x
```
"""
_VOID = {"meta", "br", "hr"}
_ALLOWED = {
    "href",
    "class",
    "dir",
    "rel",
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "scope",
    "start",
}
_ALLOWED |= {"xmlns", "role", "aria-label", "width", "height", "viewbox", "fill", "d"}


class Reader(HTMLParser):
    """Reads a page as a browser would, and remembers what it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"{tag} closes what it did not open"


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert not reader.open
    return reader


def record(number: int, *parts: Part, **more: object) -> MessageRecord:
    message = user_message(parts[0].text) if parts[0].kind is PartKind.TEXT else assistant_message(parts)
    facts = AnswerFacts("gpt-oss-20b", Effort.HIGH)
    return MessageRecord(number, 1, None, message, MessageState.DONE, 1.7e9, facts, **more)  # type: ignore[arg-type]


def question(words: str) -> MessageRecord:
    return record(1, Part(PartKind.TEXT, words))


def answer(words: str, notes: str = "", **more: object) -> MessageRecord:
    parts = [Part(PartKind.REASONING, notes)] if notes else []
    return record(2, *parts, Part(PartKind.ANSWER, words), **more)


def export(*messages: MessageRecord, notes: bool = False, title: str = "Title") -> Export:
    return Export(title, 1.7e9, 1.8e9, messages, notes)


def test_a_page_says_who_when_and_what_was_not_read() -> None:
    page = as_page(export(question("Q?"), answer("**A**", left_out=True, sibling=2, siblings=3)))
    for words in ("gpt-oss-20b", "effort high", "does not read this message", "Version 2 of 3"):
        assert words in page
    assert "outside your encrypted history" in page
    assert "<strong>A</strong>" in page


@pytest.mark.parametrize("make", [as_page, as_markdown])
def test_the_manual_s_page_is_named_as_the_answer_s_source(make: Callable[[Export], str]) -> None:
    page = Part(PartKind.MANUAL, "Manual: Exporting\n\nPress Ctrl+Shift+E.", name="export")
    asked = replace(question("How?"), message=user_message("How?", page))
    text = make(export(asked, answer("So."), question("And?"), answer("Thus.")))
    order = [text.index(words) for words in ("How?", "So.", "From the manual: Exporting", "And?")]
    assert order == sorted(order)
    assert text.count("From the manual") == 1
    assert "Ctrl+Shift+E" not in text
    assert "From the manual" not in make(export(asked)), "nothing was written from it"


def test_notes_stay_behind_unless_asked_for() -> None:
    messages = (question("Q?"), answer("A", "private musing"))
    for make in (as_page, as_markdown):
        assert "musing" not in make(export(*messages))
        assert "musing" in make(export(*messages, notes=True))


def test_hostile_words_bring_no_element_no_script_and_no_address_into_a_page() -> None:
    page = as_page(
        export(question(HOSTILE), answer(HOSTILE, HOSTILE), title="</title><script>", notes=True)
    )
    reader = read(page)
    assert not {"script", "img", "iframe", "object", "link", "b", "embed", "form"} & set(reader.tags)
    assert reader.tags.count("style") == 1
    assert reader.attributes <= _ALLOWED
    assert set(reader.links) <= {
        "https://example.org/?a=1&b=%222%22",
        "http://evil.example/t.png",
    }, "links to click, and none that is fetched or run"
    assert "default-src 'none'" in page


@pytest.mark.parametrize(
    "words",
    [
        "Look\\![x](http://evil.example/p.png)",
        "| a |\n|---|\n| \\![x](http://evil.example/p.png) |",
        "- \\![x](http://evil.example/p.png)",
        "\\(a ![x](http://evil.example/p.png)\\) and $b ![x][c] ![y](http://evil.example/p.png)$",
        "\\[\n![x](http://evil.example/p.png)\n\\]",
        "```|c\n|---|---|\n| ![x](http://evil.example/p.png) | <b> |\n```",
        "~~~ `a`\n<img src=http://evil.example/p.png>\n\n<b>\n~~~",
    ],
)
def test_nothing_becomes_a_picture_or_html_by_being_written_anew(words: str) -> None:
    written = as_markdown(export(answer(words)))
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(written)
    kinds = {each.type for token in tokens for each in (token, *(token.children or ()))}
    assert not kinds & {"image", "html_block", "html_inline"}, written


def test_hostile_words_bring_no_element_into_markdown() -> None:
    written = as_markdown(export(question(HOSTILE), answer(HOSTILE), title="# <script>"))
    from markdown_it import MarkdownIt

    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(written)
    reader = read(page)
    assert not {"script", "img", "iframe", "style", "svg"} & set(reader.tags)
    assert not [link for link in reader.links if link.startswith(("javascript:", "file:"))]


@pytest.mark.parametrize(
    "words",
    [
        "one\ntwo\n\nthree",
        "# not a heading\n- no list\n1. no number\n> no quote\n---\n===",
        "    indented\n\tTab *stars* _lines_ `ticks` [a](b) <b> \\ |",
    ],
)
def test_what_was_typed_reads_as_it_was_typed(words: str) -> None:
    written = as_markdown(export(question(words)))
    body = written.split("\n## ", 1)[1].split("\n\n", 1)[1]
    shown = plain_all(Body(body).sources)
    wanted = [line.strip() for line in words.replace("\t", " ").splitlines() if line.strip()]
    assert [line.strip("\u00a0 ") for line in shown.splitlines() if line.strip("\u00a0 ")] == wanted


def test_lists_quotes_and_tables_are_elements_of_their_own() -> None:
    words = (
        "1. one\n2. two\n   - inner\n\n     more\n3. three\n\n> quoted\n> > twice\n\n- x\n\n"
        "5. five\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |"
    )
    page = as_page(export(answer(words)))
    read(page)
    body = re.sub(r"\s+", "", page.split("</h2>")[1])
    assert body.count("<ol") == 2
    assert '<olstart="5">' in body
    assert body.count("<li>") == 6
    assert body.count("<blockquote") == 2
    assert '<thclass="center"' in body or 'scope="col"' in body


NOTED = "# Heading\n\nSo it is.[^1]\n\n- [x] done\n- [ ] open\n\n[^1]: Because of the {0}."


def test_a_footnote_is_numbered_once_and_a_task_has_no_bullet() -> None:
    page = as_page(export(answer(NOTED.format("clause"))))
    read(page)
    body = re.sub(r"\s+", "", page.split("</h2>")[1])
    assert "<ol" not in body
    assert '<pclass="note"dir="auto"><sup>1</sup>Becauseoftheclause.</p>' in body
    assert body.count('<liclass="task">') == 2
    assert "li.task { list-style: none; }" in page


def test_footnotes_of_several_answers_stay_apart_and_headings_below_those_of_the_file() -> None:
    answers = [answer(NOTED.format(word)) for word in ("clause", "notice", "lease")]
    written = as_markdown(export(*answers))
    assert re.findall(r"^(#+) Heading", written, re.MULTILINE) == ["###"] * 3
    for label, word in (("1", "clause"), ("1-2", "notice"), ("1-3", "lease")):
        assert written.count(f"So it is.[^{label}]") == 1
        assert written.count(f"[^{label}]: Because of the {word}.") == 1


def test_formulas_are_drawn_code_is_coloured_and_every_block_finds_its_direction() -> None:
    page = as_page(
        export(
            answer(
                "Let $x^2$.\n\n$$\\frac{a}{b}$$\n\n```python\nreturn 'x'\n```\n\n"
                "\u05e9\u05dc\u05d5\u05dd"
            )
        )
    )
    assert page.count("<svg") == 2
    assert re.search(r"\.lower-\d+ \{ vertical-align: -0\.\d+em; \}", page)
    assert '<span class="keyword">return</span>' in page
    assert '<p dir="auto">\u05e9\u05dc\u05d5\u05dd</p>' in page


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ('A/B: "C" <d>|e?*', "A B C d e"),
        ("CON", "_CON"),
        ("..", ""),
        ("x" * 300, "x" * 80),
        ("Okafor v Brightwater", "Okafor v Brightwater"),
        ("half a sign \ud800 of two", "half a sign of two"),
        ("Terms \u202efdp.exe\u200b", "Terms fdp.exe"),
        ("\U0001f600" * 80, "\U0001f600" * 50),
    ],
)
def test_a_title_becomes_a_name_for_every_system(title: str, name: str) -> None:
    assert file_name(title) == name
