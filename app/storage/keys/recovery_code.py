"""The recovery code: 160 bits a person can write down.

Job: write the code as eight groups of four letters and a ninth that checks them, and read
back what a person typed. Rule: a typing mistake is found here, before any key is tried.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets

from app.core.errors import UserError

CODE_BYTES = 20
_GROUP = 4
_CHECK_CHARACTERS = 4
_LOOK_ALIKES = str.maketrans({"0": "O", "1": "I", "8": "B"})


def new_secret() -> bytes:
    """Return 160 fresh random bits."""
    return secrets.token_bytes(CODE_BYTES)


def written(secret: bytes) -> str:
    """Return the code as shown to the person: eight groups and a ninth that checks them."""
    letters = base64.b32encode(secret).decode("ascii") + _check(secret)
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def read(typed: str) -> bytes:
    """Return the 160 bits of a code as typed: case, spaces and dashes do not matter.

    Raises UserError("storage.code_malformed") when a character is missing or mistyped.
    """
    letters = "".join(typed.split()).replace("-", "").upper().translate(_LOOK_ALIKES)
    body, check = letters[:-_CHECK_CHARACTERS], letters[-_CHECK_CHARACTERS:]
    try:
        secret = base64.b32decode(body)
    except (binascii.Error, ValueError):
        raise UserError("storage.code_malformed") from None
    if len(secret) != CODE_BYTES or check != _check(secret):
        raise UserError("storage.code_malformed")
    return secret


def _check(secret: bytes) -> str:
    digest = hashlib.sha256(b"cloister recovery code" + secret).digest()
    return base64.b32encode(digest).decode("ascii")[:_CHECK_CHARACTERS]
