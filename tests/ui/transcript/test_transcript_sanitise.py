"""Nothing a model writes is opened, loaded or followed on its own, and characters cannot lie."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTextDocument

from app.core.conversation.message import Part, PartKind, Role
from app.markup.atoms import Body
from app.markup.sanitise import NewlineFilter, allowed_link, clean, clean_code, light
from app.markup.sources import TextSource
from app.ui.theme import TextRole, Theme
from app.ui.transcript.model import TranscriptItem, TranscriptModel
from app.ui.transcript.segments.documents import SafeDocument, Wrap, draw_document
from app.ui.transcript.segments.text import TextSegment
from app.ui.transcript.style import TranscriptStyle
from app.ui.transcript.view import TranscriptView

RED = QColor(255, 0, 0)


@given(st.text(alphabet=st.characters(), max_size=200))
def test_cleaning_keeps_offsets_and_leaves_nothing_unsafe(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) == len(text)
    assert not set(cleaned) & set("\x00\u2028\u2029\ufdd0\ufdd1\ufffc")
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned


@given(st.lists(st.sampled_from(["a", "\r", "\n", "\r\n", "\n\r"]), max_size=20), st.integers(1, 4))
def test_line_ends_are_the_same_however_they_arrive(parts: list[str], size: int) -> None:
    text = "".join(parts)
    newlines = NewlineFilter()
    streamed = "".join(newlines.feed(text[at : at + size]) for at in range(0, len(text), size))
    assert streamed + newlines.finish() == text.replace("\r\n", "\n").replace("\r", "\n")


def test_code_spells_out_what_would_reorder_it() -> None:
    assert clean_code("if a\u202e{\u2066") == "if a[U+202E]{[U+2066]"


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        ("https://example.org/a?b=c", True),
        ("http://example.org", True),
        ("mailto:someone@example.org", True),
        ("HTTPS://example.org", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("smb://host/share", False),
        ("ms-msdt:/id", False),
        ("\\\\host\\share", False),
        ("//host/share", False),
        ("https:///nohost", False),
        ("relative/path", False),
        ("mailto:", False),
        ("https://ex ample.org", False),
        ("https://example.org/" + "a" * 5000, False),
        ("https://[broken", False),
    ],
)
def test_only_plain_web_and_mail_links_may_be_followed(target: str, allowed: bool) -> None:
    assert allowed_link(target) is allowed


def test_a_refused_link_shows_where_it_points() -> None:
    source = Body("[click](smb://host/share) and ![alt](file:///etc/passwd)").sources[0]
    assert isinstance(source, TextSource)
    assert "smb://host/share" in source.text
    assert "file:///etc/passwd" in source.text
    assert all(not run.href for paragraph in source.paragraphs for run in paragraph.runs)


def test_a_picture_becomes_a_link_in_words() -> None:
    source = Body("![a chart](https://example.org/c.png)").sources[0]
    assert isinstance(source, TextSource)
    assert source.paragraphs[0].runs[0].href == "https://example.org/c.png"
    assert source.text == "Picture: a chart"


@pytest.fixture
def red_picture(tmp_path: Path) -> Path:
    path = tmp_path / "red.png"
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(RED)
    assert image.save(str(path))
    (tmp_path / "red.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40"'
        ' fill="#ff0000"/></svg>',
        "utf-8",
    )
    (tmp_path / "red.css").write_text("p { background: #ff0000 }", "utf-8")
    return path


def resource_cases(path: Path) -> list[str]:
    folder = path.parent
    return [
        f'<img src="{path.as_uri()}">',
        f'<img src="{path}">',
        f'<img src="{path.name}">',
        '<img src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ">',
        f'<img src="{folder / "red.svg"}">',
        '<img src="http://127.0.0.1:9/red.png">',
        '<img src="\\\\127.0.0.1\\share\\red.png">',
        f'<body background="{path}">text</body>',
        f'<table><tr><td background="{path}" width="40" height="40">x</td></tr></table>',
        f'<style>@import "{folder / "red.css"}";</style><p>text</p>',
        f'<link rel="stylesheet" href="{folder / "red.css"}"><p>text</p>',
        f'<ul style="list-style-image: url({path})"><li>x</li></ul>',
        f'<object data="{path}">x</object>',
    ]


def has_red(image: QImage) -> bool:
    return any(
        image.pixelColor(x, y).red() > 200 and image.pixelColor(x, y).green() < 60
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    )


def test_an_ordinary_document_does_open_the_file(theme: Theme, red_picture: Path) -> None:
    """What the next test guards against is real, and the picture would be seen."""
    document = QTextDocument()
    document.setHtml(resource_cases(red_picture)[1])
    image = QImage(200, 120, QImage.Format.Format_RGB32)
    image.fill(theme.canvas)
    painter = QPainter(image)
    document.drawContents(painter)
    painter.end()
    assert has_red(image)


@pytest.mark.parametrize("number", range(13))
def test_even_rich_text_would_load_nothing(
    theme: Theme, red_picture: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second lock: if HTML ever reached a document, its resources stay empty."""
    monkeypatch.chdir(red_picture.parent)
    document = SafeDocument(theme.font(TextRole.READING), Wrap.WORDS)
    document.setHtml(resource_cases(red_picture)[number])
    document.fit(200)
    image = QImage(200, 120, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    draw_document(painter, document, TranscriptStyle(theme), QRectF(0, 0, 200, 120))
    painter.end()
    assert not has_red(image)


@pytest.mark.parametrize("number", range(13))
def test_the_transcript_asks_for_no_resource(
    theme: Theme, red_picture: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first lock: what looks like a picture or a tag is text before it reaches a document."""
    monkeypatch.chdir(red_picture.parent)
    html = resource_cases(red_picture)[number]
    words = (
        f"{html}\n\n![p]({red_picture})\n\n![q](<{red_picture.as_uri()}>)\n\n| {html} |\n|---|\n| x |"
    )
    model = TranscriptModel()
    view = TranscriptView(theme, model)
    view.resize(800, 600)
    item = TranscriptItem(1, Role.ASSISTANT, (Part(PartKind.ANSWER, words),))
    user = TranscriptItem(2, Role.USER, (Part(PartKind.TEXT, words),))
    model.reset([item, user])
    assert not has_red(view.grab().toImage())
    documents = [
        segment.document
        for layout in view.realiser.layouts.values()
        for segment in layout.segments
        if isinstance(segment, TextSegment)
    ]
    assert documents
    assert sum(document.refused for document in documents) == 0


@pytest.mark.parametrize(
    "text",
    [
        "Donau\u00addampf\u00adschiff " * 300,
        "e\u0301\u0323 \U0001f468\u200d\U0001f469\u200d\U0001f467 a\ufe0f",
        "\u05d0\u05b0 \u0915\u094d\u200d\u0937",
        "\u202e" * 64,
        "\u00ad" * 64,
        "plain",
    ],
)
def test_what_people_write_is_laid_out_as_it_is(text: str) -> None:
    assert light(text) == text


def test_what_nobody_sees_is_as_long_and_light() -> None:
    for sign in "\u00ad\u0301\u200d\u2068\ufe0f\U000e0041":
        heavy = f"a{sign * 1000}b"
        thin = light(heavy)
        assert len(thin.encode("utf-16-le")) == len(heavy.encode("utf-16-le"))
        assert thin[0] + thin[-1] == "ab"
        assert thin.count(sign) <= 64
    assert light("\u00ad\u05b0" * 1000).count("\u00ad") == 0
