"""Verbs and their actions, as argparse knows them.

Job: add one to the command line by what is said of it. Rule: no option is understood by its beginning,
because one that comes later would change what a script means.
"""

from __future__ import annotations

import argparse
from typing import TypeAlias

Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no other name
"""What verbs are added to, or the actions of a verb."""


def add_parser(parsers: Parsers, name: str, about: str, line: str = "") -> argparse.ArgumentParser:
    """Add a verb or an action; in the list above it stands ``line``, or else what it is ``about``."""
    return parsers.add_parser(name, help=line or about, description=about, allow_abbrev=False)


def add_actions(verb: argparse.ArgumentParser) -> Parsers:
    """Let the verb have actions, of which one must be named."""
    return verb.add_subparsers(dest="action", required=True, metavar="ACTION")
