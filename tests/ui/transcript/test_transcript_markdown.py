"""Incremental Markdown: at every prefix and for every split, what streams is what one parse gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from app.markup.atoms import Body
from app.markup.markdown import MarkdownStream, make_parser
from app.markup.sanitise import NewlineFilter
from app.markup.sources import CodeSource, Source, TableSource, TextSource

FRAGMENTS = (
    "1. a\n", "2. b\n", "2", "\n", "- x\n", "  - y\n", "    code\n", "```py\n", "```\n", "````\n",
    "~~~\n", "> q\n", "lazy\n", "# h\n", "setext\n===\n", "---\n", "| a | b |\n", "|---|---|\n",
    "| 1 | 2 |\n", "[foo] and [bar][baz]\n", "[foo]: http://x.y/z\n", "[baz]: <u> 'title'\n", "[ Foo ]",
    "[foo]:\n", " /url\n", "**b", "**", " `c` ", "text ", "<div>\n", "\\[esc\\]\n", "![i](s)\n",
    "&#0; &amp;", "a  \nb\n", "* * *\n", "   3) z\n", "\t tab\n", "\u00e9\U0001f600", "[a\\]b]: u\n",
    "[a\\]b]", " ", "`", "$$\n", "$$ a\n", "$$x$$\n", "$$", "$", "$a$", "\\[\n",
    "\\[ x^2", "\\]\n", "\\]", "\\(y\\)", "\\(",
    "[^1]", "[^1]: n\n", "[^1]:", "- [ ] t\n", "- [x] ", "\r\n", "\r", "\u2028", "\x00",
)  # fmt: skip
documents = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=25).map("".join)


def shape(tokens: list[Token]) -> list[Any]:
    return [
        (each.type, each.tag, each.content, each.markup, each.info, each.attrs, each.level, each.hidden,
         [(child.type, child.content, str(child.attrs)) for child in each.children or []])
        for each in tokens
    ]  # fmt: skip


def whole(text: str) -> list[Token]:
    """Parse in one go what the stream has released so far of ``text``."""
    return make_parser().parse(
        NewlineFilter().feed(text).replace("\u2028", " ").replace("\x00", "\ufffd"), {}
    )


def pieces(text: str, sizes: list[int]) -> list[str]:
    cut: list[str] = []
    place = 0
    for size in sizes * (len(text) // max(1, sum(sizes)) + 1):
        cut.append(text[place : place + size])
        place += size
    return [piece for piece in cut if piece]


@settings(max_examples=400)
@given(documents, st.lists(st.integers(1, 7), min_size=1, max_size=5))
def test_every_prefix_equals_one_parse(text: str, sizes: list[int]) -> None:
    stream = MarkdownStream()
    frozen: list[Token] = []
    seen = ""
    for piece in pieces(text, sizes):
        seen += piece
        change = stream.feed(piece)
        frozen = change.frozen if change.restart else frozen + change.frozen
        assert shape(frozen + change.tail) == shape(whole(seen))


@settings(max_examples=100)
@given(documents, st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_streamed_segments_equal_loaded_ones(text: str, sizes: list[int]) -> None:
    streamed = Body()
    for piece in pieces(text, sizes):
        streamed.feed(piece)
    streamed.finish()
    assert streamed.sources == Body(text).sources


def test_a_late_definition_turns_settled_text_into_a_link() -> None:
    body = Body()
    for (
        piece
    ) in "See [the act][act].\n\nMore text.\n\nYet more.\n\n[act]: https://example.org/a\n\nEnd.\n":
        body.feed(piece)
    first = body.sources[0]
    assert isinstance(first, TextSource)
    assert [run.href for run in first.paragraphs[0].runs] == ["", "https://example.org/a", ""]


def test_an_open_fence_is_not_parsed_again() -> None:
    stream = MarkdownStream()
    stream.feed("```python\n")
    before = stream.parses
    for number in range(500):
        stream.feed(f"line_{number} = `x`\n")
    assert stream.parses == before
    change = stream.feed("```\n")
    assert change.tail[0].type == "fence"
    assert change.tail[0].content.count("\n") == 500


def test_the_closing_fence_never_flashes_up() -> None:
    body = Body()
    shown: list[str] = []
    for piece in "```py\nx = 1\n```\n":
        body.feed(piece)
        code = [source for source in body.sources if isinstance(source, CodeSource)]
        if code:
            shown.append(code[0].text)
            assert "`" not in code[0].text
            assert code[0].language in {"", "py"}
    assert shown[-1] == "x = 1"


def test_work_per_update_follows_the_block_not_the_answer() -> None:
    text = "\n\n".join(
        f"Paragraph {number} has some words in it, and a few more." for number in range(400)
    )
    stream = MarkdownStream()
    updates = 0
    for place in range(0, len(text), 12):
        stream.feed(text[place : place + 12])
        updates += 1
    assert stream.parsed_characters / updates < 300
    assert stream.longest_tail < 3 * 60


@pytest.mark.parametrize("size", [1, 7, 100, 5000])
def test_a_paragraph_without_end_is_cut_the_same_way_however_it_comes(size: int) -> None:
    text = "word " * 2000
    tokens = cut(text, size)
    assert shape(tokens) == shape(cut(text, len(text)))
    assert "".join(each.content for each in tokens if each.type == "inline").count("word") == 2000


def cut(text: str, size: int) -> list[Token]:
    """Return what a stream with short blocks makes of ``text`` in pieces of ``size``, before its end."""
    stream = MarkdownStream(max_block=3000)
    tokens: list[Token] = []
    tail: list[Token] = []
    for place in range(0, len(text), size):
        change = stream.feed(text[place : place + size])
        tokens = change.frozen if change.restart else tokens + change.frozen
        tail = change.tail
    return tokens + tail


def test_deep_nesting_is_shown() -> None:
    sources = Body("".join("  " * level + f"- level {level}\n" for level in range(30))).sources
    words = "\n".join(source.text for source in sources)
    assert all(f"level {level}" in words for level in range(30))


def test_tables_and_code_inside_lists_keep_their_place() -> None:
    sources: list[Source] = Body(
        "1. one\n\n   ```sh\n   ls\n   ```\n\n   | a | b |\n   |---|--:|\n   | 1 | 2 |\n\n2. two\n"
    ).sources
    assert [type(source).__name__ for source in sources] == [
        "TextSource", "CodeSource", "TableSource", "TextSource",
    ]  # fmt: skip
    code, table, last = sources[1], sources[2], sources[3]
    assert isinstance(code, CodeSource)
    assert (code.language, code.indent, code.text) == ("sh", 1, "ls")
    assert isinstance(table, TableSource)
    assert (table.aligns, table.text) == (("left", "right"), "a\tb\n1\t2")
    assert isinstance(last, TextSource)
    assert last.paragraphs[0].marker == "2."
