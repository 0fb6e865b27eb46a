"""What was attached to a question is in the export, whole and under its name."""

from __future__ import annotations

from app.core.conversation.draft import Draft
from app.core.conversation.message import Message, Part, PartKind, Role
from app.export.as_markdown import as_markdown
from app.export.as_page import as_page
from app.export.record import Export
from app.storage.records import MessageRecord, MessageState


def test_attachments_are_exported() -> None:
    parts = (
        Part(PartKind.ATTACHMENT, "print('<b>')", name="a.py"),
        Part(PartKind.ATTACHMENT, "a letter"),
    )
    asked = Message(Role.USER, Draft("What is it?", parts).parts)
    record = MessageRecord(1, 1, None, asked, MessageState.DONE, 0.0)
    export = Export("Title", 0.0, 0.0, (record,))
    text = as_markdown(export)
    assert "a.py, 12 characters, attached" in text
    assert "print('<b>')" in text
    assert text.index("a letter") < text.index("What is it?")
    page = as_page(export)
    assert "Pasted text, 8 characters, attached" in page
    assert "<b>" not in page.split("attached", 1)[1].split("</pre>", 1)[0]
