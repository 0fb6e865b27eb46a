"""Files as attachments: what they are is told by what is in them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.core.conversation.message import Part, PartKind
from app.core.conversation.text_files import Room, read_text_file
from app.core.errors import UserError

ROOM = Room(100_000, 16_384)
WORDS = "Straße, Αθήνα, 東京\n\tand code: if (a <= b) { return; }\n"


def refusal(path: Path, room: Room = ROOM) -> str:
    with pytest.raises(UserError) as caught:
        read_text_file(path, room)
    assert path.name in caught.value.sentence or not path.name.isprintable()
    assert caught.value.sentence.startswith("Your message is kept.")
    return caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["notes.txt", "a.py", "LICENSE", "says.pdf"])
def test_text_is_taken_whatever_its_name(tmp_path: Path, encoding: str, name: str) -> None:
    words = WORDS if encoding != "utf-16-le" and encoding != "utf-16-be" else "Plain words\n" * 9
    path = tmp_path / name
    path.write_bytes(words.replace("\n", "\r\n").encode(encoding))
    assert read_text_file(path, ROOM) == Part(PartKind.ATTACHMENT, words, name=name)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7\n...", "attach.pdf"),
        (b"PK\x03\x04" + bytes(60), "attach.office"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "attach.picture"),
        (bytes(range(256)) * 8, "attach.not_text"),
        (b"words\x00words", "attach.not_text"),
        ("Stra\u00dfe und \u00c4rger\n".encode("latin-1"), "attach.encoding"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "attach.encoding"),
        (b"\xff\xfe\x00", "attach.encoding"),
        (b"", "attach.empty"),
        (b" \n\t\n", "attach.empty"),
        (b"x" * 100_001, "attach.too_large"),
    ],
)
def test_what_is_not_text_says_what_can_be_done(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(data)
    assert refusal(path) == code


def test_a_large_pdf_is_called_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "bundle.pdf"
    path.write_bytes(b"%PDF-1.7" + bytes(200_000))
    assert refusal(path) == "attach.pdf"


def test_without_a_model_the_limit_is_a_number_of_bytes(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"x" * 11)
    assert refusal(path, Room(10)) == "attach.far_too_large"


def test_folders_and_what_is_gone_are_named(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "attach.folder"
    assert refusal(tmp_path / "gone.txt") == "attach.missing"


@pytest.mark.skipif(sys.platform == "win32", reason="no such files there")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == "attach.unreadable"


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_a_name_cannot_steer_what_is_around_it(tmp_path: Path) -> None:
    path = tmp_path / "a\n\u202egnp.txt"
    path.write_text("words")
    assert read_text_file(path, ROOM).name == "a\ufffd\ufffdgnp.txt"


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf \r\n"])
def test_a_mark_of_the_encoding_alone_is_no_text(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "mark.txt"
    path.write_bytes(mark)
    assert refusal(path) == "attach.empty"


def test_what_is_not_text_is_found_behind_a_long_beginning(tmp_path: Path) -> None:
    path = tmp_path / "late.txt"
    path.write_bytes(b"words " * 12_000 + bytes(10))
    assert refusal(path) == "attach.not_text"
