"""The verb ``release``: checks a release list that a person put on disk.

Job: say whose it is, which version, and whether the files beside it are whole. Rule: opens no
connection and installs nothing.
"""

from __future__ import annotations

import argparse

import app
from app.cli import arguments, exits
from app.cli.terminal import say
from app.core.texts import text
from app.library import release


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = subparsers.add_parser(
        "release", help=text("release.help"), description=text("release.about"), allow_abbrev=False
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    about = text("release.verify")
    action = actions.add_parser("verify", help=about, description=about, allow_abbrev=False)
    action.add_argument("file", metavar="FILE", type=arguments.path, help=text("release.file"))


def run(args: argparse.Namespace) -> int:
    """Print what is found; returns 1 when a file beside the list is damaged."""
    found = release.verify(args.file)
    for line in release.lines_of(found, app.__version__):
        say(line, aside=bool(found.damaged))
    return exits.TROUBLE if found.damaged else 0
