"""Write docs/keyboard.md from the table of commands.

    python -m tests.support.keyboard_page

A test compares the page with the table, so that neither runs away from the other.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.ui.commands import table
from app.ui.commands.command import Menu

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "keyboard.md"
_HEAD = """# Keys and menus

Written by `python -m tests.support.keyboard_page` from `app/ui/commands/table.py`, which menu bar,
keyboard sheet (F1) and settings derive from too. On a Mac, Ctrl is the Command key. What has "fixed"
beside it is understood by a part of the window itself; all other keys can be changed in the settings.
"""


def page() -> str:
    """Return the page as it should be."""
    parts = [_HEAD]
    for menu in Menu:
        rows = [command for command in table.ALL if command.menu is menu]
        parts.append(f"## {menu.words.replace('&', '')}\n")
        parts.append("| command | keys | on a Mac | on Windows | |\n|---|---|---|---|---|")
        for command in rows:
            mac = command.keys if command.mac_keys is None else command.mac_keys
            windows = command.keys if command.windows_keys is None else command.windows_keys
            cells = (
                command.name,
                " or ".join(f"`{one}`" for one in command.keys),
                " or ".join(f"`{one}`" for one in mac) if mac != command.keys else "",
                " or ".join(f"`{one}`" for one in windows) if windows != command.keys else "",
                "" if command.can_change else "fixed",
            )
            parts.append(f"| {' | '.join(cells)} |")
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
