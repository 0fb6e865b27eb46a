"""A program that makes and confirms recovery codes until it is killed; the kill test runs it.

Run as ``python -m tests.storage.code_writer PROFILE``. Every line on standard output follows a call that
has returned: ``shown CODE`` a renewal, ``kept CODE`` its confirmation.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.storage import harness
from tests.storage.vault_writer import acknowledge


def main(profile: Path) -> None:
    """Renew and confirm without end."""
    vault = harness.by_passphrase(profile)
    assert vault.recovery is not None
    acknowledge("opened")
    while True:
        code = vault.recovery.renew()
        acknowledge(f"shown {code}")
        vault.recovery.confirm()
        acknowledge(f"kept {code}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
