"""The verb ``release``: checks a release list that a person put on disk.

Job: say whose it is, which version, and whether the files beside it are whole. Rule: opens no
connection and installs nothing.
"""

from __future__ import annotations

import argparse

import app
from app.cli import arguments, exits, parsers
from app.cli.terminal import say
from app.core.texts import text
from app.library import release


def add_parser(subparsers: parsers.Parsers) -> None:
    """Add the verb."""
    parser = parsers.add_parser(subparsers, "release", text("release.about"), text("release.help"))
    actions = parsers.add_actions(parser)
    action = parsers.add_parser(actions, "verify", text("release.verify"))
    action.add_argument("file", metavar="FILE", type=arguments.path, help=text("release.file"))


def run(args: argparse.Namespace) -> int:
    """Print what is found; returns 1 when a file beside the list is damaged."""
    found = release.verify(args.file)
    for line in release.lines_of(found, app.__version__):
        say(line, aside=bool(found.damaged))
    return exits.TROUBLE if found.damaged else 0
