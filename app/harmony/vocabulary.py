"""Text to token ids and back, from a model file's own token list.

Job: build the byte-pair encoding of a model from the tokens it names, and find its control tokens by
their text. Rule: untrusted text can never become a control id (the encoding knows no control token at
all), and a vocabulary whose control tokens are missing or misplaced is refused before it is used.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import tiktoken

from app.core.errors import UserError

NORMAL, CONTROL, USER_DEFINED = 1, 3, 4
"""Token types as a GGUF numbers them (unknown 2, unused 5 and byte 6 are never ordinary text)."""

REQUIRED = ("start", "end", "message", "channel", "constrain", "return", "call", "endoftext")
"""The control tokens without which a Harmony conversation can be neither written nor read."""

OFFICIAL_BPE = 199_998
OFFICIAL_SIZE = 201_088
OFFICIAL_CONTROLS: Mapping[str, int] = MappingProxyType(
    {
        "startoftext": 199_998,
        "endoftext": 199_999,
        "return": 200_002,
        "constrain": 200_003,
        "channel": 200_005,
        "start": 200_006,
        "end": 200_007,
        "message": 200_008,
        "call": 200_012,
    }
)

# How o200k cuts text into words before byte pairs are merged. Part of the format, like the ids.
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_SUFFIX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_PATTERN = "|".join(
    (
        rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_SUFFIX}",
        rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_SUFFIX}",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)

_CONTROL_TEXT = re.compile(r"<\|([A-Za-z0-9_]+)\|>")
_SURROGATE = re.compile("[\ud800-\udfff]")
# The look-ahead in the pattern overflows tiktoken's stack on very long blank runs, and the overflow is
# not an ordinary exception. Such runs are cut; shorter ones are encoded exactly as everywhere else.
_BLANK_RUN = re.compile(r"\s{8192}(?=\s\s)")


def _byte_table() -> dict[int, str]:
    """Return the translation from the printable stand-ins of a GGUF to latin-1 characters.

    Byte-level vocabularies write every byte as one printable character: printable latin-1 stands for
    itself, the other bytes are numbered from U+0100. Characters that stand for nothing are mapped out
    of latin-1, so that encoding them fails.
    """
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = [byte for byte in range(256) if byte not in printable]
    table = {0x100 + index: chr(byte) for index, byte in enumerate(others)}
    return table | dict.fromkeys(others, "\uffff")


class Vocabulary:
    """The tokens of one model: ``encode`` for text, ``special`` for control ids by bare name.

    Ids below ``control_floor`` are ordinary text, all others are not. ``size`` counts every id.
    Build one with :meth:`from_gguf_tokens` or :meth:`from_tiktoken_file`.
    """

    def __init__(self, pieces: Sequence[bytes], controls: Mapping[str, int], size: int) -> None:
        ranks = {piece: rank for rank, piece in enumerate(pieces)}
        if len(ranks) != len(pieces) or any(bytes((byte,)) not in ranks for byte in range(256)):
            raise UserError("harmony.vocabulary_damaged")
        missing = [name for name in REQUIRED if name not in controls]
        if missing:
            raise UserError("harmony.vocabulary_incomplete", name=missing[0])
        if len(pieces) == OFFICIAL_BPE and any(
            controls.get(name, number) != number for name, number in OFFICIAL_CONTROLS.items()
        ):
            raise UserError("harmony.vocabulary_misplaced")
        self._encoding = tiktoken.Encoding(
            "model-file", pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens={}
        )
        # It has tables of its own and keeps ours for its copies only, of which none is made: with the
        # tokens' bytes, which it knows too, they are 26 MiB of 200,000 tokens.
        ranks.clear()
        self._marks = hashlib.sha256()
        for piece in pieces:
            self._marks.update(len(piece).to_bytes(4, "big") + piece)
        self.special: Mapping[str, int] = MappingProxyType(dict(controls))
        self._names = {number: name for name, number in controls.items()}
        self._beginnings: dict[bytes, frozenset[int]] = {}
        self.control_floor = len(pieces)
        self.size = size

    @classmethod
    def from_gguf_tokens(cls, tokens: Sequence[str], types: Sequence[int]) -> Vocabulary:
        """Build from ``tokenizer.ggml.tokens`` and ``tokenizer.ggml.token_type``.

        The ordinary tokens must come first and without a gap; everything from the first other token on
        is out of reach of text. llama.cpp reports some Harmony tokens as user defined (4) although the
        file says control (3), so both count. Raises UserError ``harmony.vocabulary_*``.
        """
        if len(tokens) != len(types) or not tokens:
            raise UserError("harmony.vocabulary_damaged")
        floor = next((index for index, kind in enumerate(types) if kind != NORMAL), len(types))
        if any(kind == NORMAL for kind in types[floor:]):
            raise UserError("harmony.vocabulary_misplaced")
        wanted = {f"<|{name}|>" for name in REQUIRED}
        if not wanted.isdisjoint(tokens[:floor]):
            raise UserError("harmony.vocabulary_misplaced")
        controls: dict[str, int] = {}
        for number in range(floor, len(tokens)):
            match = _CONTROL_TEXT.fullmatch(tokens[number])
            if match is None or types[number] not in (CONTROL, USER_DEFINED):
                continue
            if match[1] in controls:
                raise UserError("harmony.vocabulary_misplaced")
            controls[match[1]] = number
        table = _byte_table()
        try:
            pieces = [token.translate(table).encode("latin-1") for token in tokens[:floor]]
        except UnicodeEncodeError:
            raise UserError("harmony.vocabulary_damaged") from None
        return cls(pieces, controls, len(tokens))

    @classmethod
    def from_tiktoken_file(cls, path: Path) -> Vocabulary:
        """Build from an ``o200k_base.tiktoken`` file; the control tokens are the official ones.

        Raises UserError ``harmony.vocabulary_foreign`` for any other content and
        ``harmony.file_unreadable`` if the file cannot be read.
        """
        try:
            with path.open("rb") as file:
                data = file.read(16 * 2**20)
        except OSError:
            raise UserError("harmony.file_unreadable") from None
        pieces: list[bytes] = []
        try:
            for line in data.splitlines():
                piece, rank = line.split()
                if int(rank) != len(pieces):
                    raise UserError("harmony.vocabulary_foreign")
                pieces.append(base64.b64decode(piece, validate=True))
        except (ValueError, binascii.Error):
            raise UserError("harmony.vocabulary_foreign") from None
        if len(pieces) != OFFICIAL_BPE:
            raise UserError("harmony.vocabulary_foreign")
        taken = set(OFFICIAL_CONTROLS.values())
        reserved = {
            f"reserved_{number}": number
            for number in range(OFFICIAL_BPE, OFFICIAL_SIZE)
            if number not in taken
        }
        return cls(pieces, {**OFFICIAL_CONTROLS, **reserved}, OFFICIAL_SIZE)

    def digest(self) -> str:
        """Return what tells this vocabulary from any other: the same ids mean the same text."""
        marks = self._marks.copy()
        marks.update(repr((sorted(self.special.items()), self.size)).encode())
        return marks.hexdigest()

    def encode(self, text: str) -> list[int]:
        """Return the ids of ``text``, every one below ``control_floor``.

        Control tokens spelled out stay the letters they are; lone surrogates become U+FFFD.
        """
        if _SURROGATE.search(text):
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if _BLANK_RUN.search(text) is None:
            return self._encoding.encode_ordinary(text)
        ids: list[int] = []
        begin = 0
        for match in _BLANK_RUN.finditer(text):
            for piece in (text[begin : match.start()], match[0]):
                ids += self._encoding.encode_ordinary(piece)
            begin = match.end()
        return ids + self._encoding.encode_ordinary(text[begin:])

    def piece(self, token: int) -> bytes | None:
        """Return the bytes of an ordinary token, None for any other number."""
        known = 0 <= token < self.control_floor
        return self._encoding.decode_single_token_bytes(token) if known else None

    def is_control(self, token: int) -> bool:
        """Return whether ``token`` is in the vocabulary but not ordinary text."""
        return self.control_floor <= token < self.size

    def describe(self, ids: Iterable[int]) -> str:
        """Return ids as text with control tokens spelled out, for reports and tests only.

        Broken UTF-8 and numbers outside the vocabulary appear as U+FFFD.
        """
        pieces: list[bytes] = []
        for token in ids:
            piece = self.piece(token)
            if piece is None and self.is_control(token):
                piece = f"<|{self._names.get(token, f'reserved_{token}')}|>".encode()
            pieces.append("\ufffd".encode() if piece is None else piece)
        return b"".join(pieces).decode("utf-8", "replace")

    def starting_with(self, prefix: bytes) -> frozenset[int]:
        """Return the ordinary ids whose bytes begin with ``prefix``."""
        if prefix not in self._beginnings:  # to look through them all takes some 70 ms
            bytes_of = self._encoding.decode_single_token_bytes
            found = (i for i in range(self.control_floor) if bytes_of(i).startswith(prefix))
            self._beginnings[prefix] = frozenset(found)
        return self._beginnings[prefix]
