"""How words become bytes in the history, and back.

Job: one rule for text that is not clean Unicode. Rule: what was said is kept exactly, including NUL
and lone surrogates (JSON in UTF-8 with surrogates passed through); what is searched or shown in a
list is made clean: those characters, which SQLite and fonts cannot carry, become U+FFFD or go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any, Final

from app.core.conversation.draft import Draft
from app.core.conversation.message import Effort, Message, Part, PartKind
from app.storage.records import AnswerFacts

TITLE_LIMIT: Final = 200
"""Characters a title may have."""

JOINT: Final = "\u200b"
"""Zero width space: put around characters of scripts written without spaces, so that a word inside a
run can be found. It is invisible and taken out again before a text is shown."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DIRECTION_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Thai to Lao, Tibetan, Myanmar, Khmer, kana, Han (with its extensions).
_UNSPACED = re.compile(
    "([\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
_SHOWN_KINDS: Final = (PartKind.TEXT, PartKind.PREAMBLE, PartKind.ANSWER, PartKind.SUMMARY)


def encode_draft(draft: Draft) -> bytes:
    """Return a draft as bytes; one of words alone as earlier versions wrote them."""
    plain = draft.text if draft == Draft(draft.text) else draft.to_json()
    return json.dumps(plain, ensure_ascii=False).encode("utf-8", "surrogatepass")


def decode_draft(data: bytes) -> Draft:
    """Return the draft of :func:`encode_draft`, or of an earlier version's text."""
    plain = json.loads(data.decode("utf-8", "surrogatepass"))
    return Draft.from_json(plain) if isinstance(plain, dict) else Draft(str(plain))


def encode_parts(parts: Iterable[Part]) -> bytes:
    """Return the parts of a message as bytes, losslessly."""
    data = [part.to_json() for part in parts]
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def decode_parts(data: bytes) -> tuple[Part, ...]:
    """Return the parts of :func:`encode_parts`."""
    return tuple(Part.from_json(part) for part in json.loads(data.decode("utf-8", "surrogatepass")))


def encode_facts(facts: AnswerFacts) -> bytes:
    """Return the facts of an answer as bytes."""
    return json.dumps(asdict(facts), ensure_ascii=False).encode("utf-8", "surrogatepass")


def decode_facts(data: bytes) -> AnswerFacts:
    """Return the facts of :func:`encode_facts`; names this version does not know are left out."""
    known = {field.name for field in fields(AnswerFacts)}
    values: dict[str, Any] = {
        name: value
        for name, value in json.loads(data.decode("utf-8", "surrogatepass")).items()
        if name in known
    }
    if "effort" in values:
        values["effort"] = Effort(values["effort"])
    return AnswerFacts(**values)


def searchable(text: str) -> str:
    """Return ``text`` as the search index holds it: clean Unicode, unspaced scripts parted."""
    clean = _CONTROLS.sub(" ", _SURROGATES.sub("\ufffd", text.replace(JOINT, "")))
    return _UNSPACED.sub(JOINT + r"\1" + JOINT, clean)


def searchable_words(message: Message) -> str:
    """Return what of a message a search looks at: the words that are shown, never the reasoning."""
    names = [part.name for part in message.parts if part.kind is PartKind.ATTACHMENT and part.name]
    return searchable("\n\n".join([message.text_of(*_SHOWN_KINDS), *names]).strip())


def clean_title(title: str) -> str:
    """Return ``title`` as one line of clean Unicode of at most :data:`TITLE_LIMIT` characters."""
    one_line = " ".join(_CONTROLS.sub(" ", _SURROGATES.sub("\ufffd", title)).split())
    return _DIRECTION_OVERRIDES.sub("", one_line)[:TITLE_LIMIT].strip()
