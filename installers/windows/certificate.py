"""The certificate that a build machine signs with.

Job: put the certificate of ``WINDOWS_CERTIFICATE`` (base64 of a .pfx, ``WINDOWS_CERTIFICATE_PASSWORD``)
into this account's store. Rule: without the variables nothing is done and the installer stays unsigned;
the store is gone with the machine.
"""

from __future__ import annotations

import base64
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from preparing import run


def main() -> int:
    """Put the certificate into the store, or say that there is none."""
    content = os.environ.get("WINDOWS_CERTIFICATE", "")
    password = os.environ.get("WINDOWS_CERTIFICATE_PASSWORD", "")
    if not content:
        print("No certificate here: the installer will not be signed.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        certificate = Path(folder, "certificate.pfx")
        certificate.write_bytes(base64.b64decode(content))
        run("certutil", "-user", "-f", "-p", password, "-importpfx", certificate,
            sentence="The certificate could not be put into the store; nothing was signed.")  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
