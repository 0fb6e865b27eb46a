"""A sealed stream by itself: its size, its keys, and the name it is sealed to."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest

from app.storage.files import sealed_stream
from app.storage.files.sealed_stream import (
    PIECE,
    SealBrokenError,
    SealedReader,
    SealedWriter,
    sealed_size,
)
from tests.storage.kept_snapshots import KEY, OTHER_KEY


def sealed(*parts: bytes, key: bytes = KEY, name: bytes = b"1") -> bytes:
    file = BytesIO()
    writer = SealedWriter(file, key, name)
    for part in parts[:-1]:
        writer.write(part)
        writer.end_piece()
    writer.write(parts[-1])
    writer.finish()
    return file.getvalue()


def opened(raw: bytes, key: bytes = KEY, name: bytes = b"1") -> list[bytes]:
    return [bytes(piece) for piece in SealedReader(BytesIO(raw), key, name).pieces()]


def test_the_size_is_known_beforehand() -> None:
    for parts in ((b"",), (b"a", b""), (b"a" * 100, b"b" * (2 * PIECE + 1)), (b"a", b"b" * PIECE)):
        raw = sealed(*parts)
        assert len(raw) == sealed_size(*map(len, parts))
        assert b"".join(opened(raw)) == b"".join(parts)


@pytest.mark.parametrize("change", [{"key": OTHER_KEY}, {"name": b"2"}, {"name": b""}])
def test_key_and_name_belong_to_the_seal(change: dict[str, bytes]) -> None:
    raw = sealed(b"words")
    assert opened(raw) == [b"words"]
    with pytest.raises(SealBrokenError):
        opened(raw, **change)


def test_derived_keys_differ_by_purpose() -> None:
    keys: list[Callable[[], bytes]] = [
        lambda: sealed_stream.derived_key(KEY, b"a"),
        lambda: sealed_stream.derived_key(KEY, b"b"),
        lambda: sealed_stream.derived_key(OTHER_KEY, b"a"),
        lambda: sealed_stream.derived_key(KEY, b"a", b"salt"),
    ]
    assert len({make() for make in keys} | {KEY}) == 5
