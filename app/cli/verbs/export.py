"""The verb ``export``: a conversation as a file, without a window.

Job: list the conversations, or write one as a web page or as Markdown. Rule: the vault is opened as the
window opens it, and not while a window has it; a passphrase is typed into a terminal and read from
nowhere else. A PDF is drawn by the window alone.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime
from pathlib import Path

from app.cli import arguments, parsers
from app.cli.terminal import ask_hidden, say
from app.core import paths
from app.core.errors import UserError
from app.core.shown_name import shown_name
from app.core.texts import text
from app.core.there import is_there
from app.export.as_markdown import as_markdown
from app.export.as_page import as_page
from app.export.record import Export
from app.export.saving import save
from app.storage import unlock
from app.storage.profile_state import ProfileState, profile_trouble, state_before_opening
from app.storage.vault import Vault

FORMS = {".html": as_page, ".htm": as_page, ".md": as_markdown, ".markdown": as_markdown}


def add_parser(subparsers: parsers.Parsers) -> None:
    """Add the verb."""
    parser = parsers.add_parser(subparsers, "export", text("cli.export.about"), text("cli.export.help"))
    parser.add_argument("number", metavar="NUMBER", nargs="?", type=int, help=text("cli.export.number"))
    parser.add_argument(
        "file", metavar="FILE", nargs="?", type=arguments.path, help=text("cli.export.file")
    )
    parser.add_argument("--notes", action="store_true", help=text("cli.export.notes"))
    parser.add_argument("--replace", action="store_true", help=text("cli.export.replace"))


def run(args: argparse.Namespace) -> int:
    """List the conversations, or write one; returns 0."""
    path: Path | None = args.file
    if args.number is not None and path is None:
        raise UserError("cli.export.no_file")
    if path is not None:
        _check(path, replace=args.replace)
    vault = _open(paths.profile_dir())
    try:
        if path is None:
            _list(vault)
        else:
            _write(vault, args.number, path, notes=args.notes)
    finally:
        vault.close()
    return 0


def _check(path: Path, *, replace: bool) -> None:
    if path.suffix.lower() not in FORMS:
        raise UserError("cli.export.no_form")
    if is_there(path) and not replace:
        raise UserError("cli.export.is_there")


def _open(profile: Path) -> Vault:
    state = state_before_opening(profile)
    if state is ProfileState.NEW:
        raise UserError("cli.export.nothing")
    if state is ProfileState.DAMAGED:
        raise profile_trouble(profile) or UserError("storage.header_damaged")
    if state is ProfileState.LOCKED_OS:
        return unlock.open_with_os_key(profile)
    if state is not ProfileState.LOCKED_PASSPHRASE:
        raise UserError("cli.export.needs_window")
    if not sys.stdin.isatty():
        raise UserError("cli.export.needs_terminal")
    return unlock.open_with_passphrase(profile, ask_hidden(text("cli.export.passphrase")))


def _list(vault: Vault) -> None:
    for each in vault.conversations():
        day = f"{datetime.fromtimestamp(each.updated).astimezone():%Y-%m-%d}"
        say(f"{each.id:6}  {day}  {shown_name(each.title)}")


def _write(vault: Vault, number: int, path: Path, *, notes: bool) -> None:
    found = next((one for one in vault.conversations() if one.id == number), None)
    if found is None:
        raise UserError("cli.export.no_such", number=number)
    messages = vault.path(number)
    export = Export(found.title, found.created, time.time(), messages, notes)
    save(path, FORMS[path.suffix.lower()](export).encode("utf-8", "replace"))
    say(text("cli.export.done", name=shown_name(path.name)))
