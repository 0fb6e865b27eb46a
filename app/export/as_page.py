"""An export as one page of HTML that needs nothing else.

Job: the whole conversation with its style in one file, fit to be read on a screen and to be printed.
Rule: every word is escaped, the page holds no script and no address that a browser would fetch by
itself, and says so to the browser as well.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape

from app.core.conversation.message import Role
from app.core.paths import resources_dir
from app.core.texts import text
from app.export.blocks import LOWERED, blocks_of
from app.export.record import Export, name_of, remarks_of, sections_of
from app.markup.sanitise import clean
from app.storage.records import MessageRecord


def as_page(export: Export) -> str:
    """Return the whole file."""
    body = "\n".join(_body(export))
    return "\n".join((*_head(export, _style(body)), body, "</html>")) + "\n"


def _style(body: str) -> str:
    """Return the page's style, with a rule for each depth of a formula: attributes may not style."""
    style = (resources_dir() / "export" / "page.css").read_text("utf-8")
    depths = sorted({int(depth) for depth in LOWERED.findall(body)})
    return style + "".join(f".lower-{each} {{ vertical-align: -{each / 100}em; }}\n" for each in depths)


def _head(export: Export, style: str) -> Iterator[str]:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield "<!DOCTYPE html>"
    yield f'<html lang="{escape(text("export.language"))}">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="referrer" content="no-referrer">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_one_line(export.title)}</title>"
    yield f"<style>{style}</style>"
    yield "</head>"


def _body(export: Export) -> Iterator[str]:
    yield "<body>"
    yield "<main>"
    yield f'<header><h1 dir="auto">{_one_line(export.title)}</h1>'
    yield from (f'<p dir="auto">{escape(line)}</p>' for line in export.heading())
    yield "</header>"
    before: MessageRecord | None = None
    for record in export.messages:
        yield from _message(record, before, notes=export.notes)
        before = record
    yield "</main>"
    yield "</body>"


def _message(record: MessageRecord, before: MessageRecord | None, *, notes: bool) -> Iterator[str]:
    kind = "question" if record.message.role is Role.USER else "answer"
    yield f'<article class="{kind}{" unread" if record.left_out else ""}">'
    yield f'<h2 dir="auto">{escape(name_of(record))}</h2>'
    yield from (f'<p class="remark">{escape(remark)}</p>' for remark in remarks_of(record))
    for section in sections_of(record, before, notes=notes):
        if section.title:
            yield f'<section class="aside"><h3 dir="auto">{escape(section.title)}</h3>'
        if section.warning:
            yield f'<p class="remark">{escape(section.warning)}</p>'
        yield from blocks_of(section.sources)
        if section.title:
            yield "</section>"
    yield "</article>"


def _one_line(words: str) -> str:
    return escape(" ".join(clean(words).split()))
