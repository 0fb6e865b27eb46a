"""The signature of a release list.

Job: ``new-key FILE`` makes a private key outside the checkout and writes its public half into
``resources/release``; ``sign FILE LIST`` writes ``LIST.sig``. Rule: run in ``.venv`` where the key is,
never on a build machine; a key inside the checkout is refused.
"""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from app.library.release import PURPOSE, key_file  # noqa: E402 - the checkout was just added


def new_key(path: Path, public: Path) -> None:
    """Write a private key to ``path``, readable by its owner only, and its public half to ``public``."""
    if path.resolve().is_relative_to(ROOT):
        raise SystemExit("The private key may not lie in the checkout. Nothing was written.")
    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    public.parent.mkdir(parents=True, exist_ok=True)
    public.write_bytes(base64.b64encode(key.public_key().public_bytes_raw()) + b"\n")


def sign(path: Path, listed: Path) -> Path:
    """Sign ``listed`` with the key at ``path``; returns the signature's path."""
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise SystemExit("This is no Ed25519 key. Nothing was signed.")
    target = listed.with_name(listed.name + ".sig")
    target.write_bytes(base64.b64encode(key.sign(PURPOSE + listed.read_bytes())) + b"\n")
    return target


if __name__ == "__main__":
    verb, first, *rest = sys.argv[1:]
    if verb == "new-key":
        new_key(Path(first), key_file())
    else:
        print(sign(Path(first), Path(rest[0])))
