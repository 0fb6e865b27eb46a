"""The keychain that a build machine signs with.

Job: put the certificate of ``MAC_CERTIFICATE`` (base64 of a .p12, ``MAC_CERTIFICATE_PASSWORD``) into a
keychain of its own, and the notary's key where Briefcase looks for it. Rule: without the variables
nothing is done and the build is signed for nobody; the keychain is gone with the machine.
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from preparing import run

_FAILED = "The certificate could not be put into a keychain; nothing was signed."
NEEDED = (
    "MAC_CERTIFICATE",
    "MAC_CERTIFICATE_PASSWORD",
    "MAC_TEAM",
    "MAC_NOTARY_APPLE_ID",
    "MAC_NOTARY_PASSWORD",
)


def main() -> int:
    """Prepare the keychain, or say that there is no certificate."""
    there = [name for name in NEEDED if os.environ.get(name)]
    if not there:
        print("No certificate here: the image will be signed for nobody.")
        return 0
    if len(there) != len(NEEDED):
        missing = ", ".join(sorted(set(NEEDED) - set(there)))
        raise SystemExit(f"Of the certificate's variables {missing} is missing. Nothing was signed.")
    chain, password = Path(tempfile.gettempdir(), "cloister.keychain-db"), secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory() as folder:
        certificate = Path(folder, "certificate.p12")
        certificate.write_bytes(base64.b64decode(os.environ["MAC_CERTIFICATE"]))
        for command in (
            ("security", "create-keychain", "-p", password, chain),
            ("security", "set-keychain-settings", "-lut", "7200", chain),
            ("security", "unlock-keychain", "-p", password, chain),
            ("security", "import", certificate, "-P", os.environ["MAC_CERTIFICATE_PASSWORD"],
             "-T", "/usr/bin/codesign", "-k", chain),
            ("security", "set-key-partition-list", "-S", "apple-tool:,apple:", "-s", "-k", password,
             chain),
            ("security", "list-keychains", "-d", "user", "-s", chain, "login.keychain-db"),
            ("xcrun", "notarytool", "store-credentials", f"briefcase-macOS-{os.environ['MAC_TEAM']}",
             "--apple-id", os.environ["MAC_NOTARY_APPLE_ID"], "--team-id", os.environ["MAC_TEAM"],
             "--password", os.environ["MAC_NOTARY_PASSWORD"]),
        ):  # fmt: skip
            run(*command, sentence=_FAILED)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
