"""The command line: which verb is meant, and what comes of it.

Job: find the verb's module, let it parse its own arguments and run it. Rule: only the module of the
verb that was asked for is imported; all of them only to list them. Exit codes: 0 done, 1 trouble (one
plain sentence on standard error), 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import io
import os
import sys
from collections.abc import Callable, Iterable, Sequence

import app
from app.cli import exits
from app.cli.terminal import say
from app.core.errors import UserError
from app.core.texts import text

NO_OUTPUT = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
VERBS = ("ask", "chat", "doctor", "export", "harmony", "kit", "models", "plan", "release")


def main(argv: Sequence[str]) -> int:
    """Run the verb that ``argv`` names; returns the exit code."""
    _speak_utf8()
    wanted = [argv[0]] if argv and argv[0] in VERBS else VERBS
    parser = parser_of(wanted)
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as ending:  # argparse ends the program itself; a caller wants the code
        return exits.USAGE if ending.code else 0
    verb = importlib.import_module(f"app.cli.verbs.{arguments.verb}")
    return carried_out(lambda: int(verb.run(arguments)))


def carried_out(command: Callable[[], int]) -> int:
    """Run what prints on a terminal; returns its exit code, or that of what came in its way."""
    try:
        return command()
    except UserError as error:
        say(error.sentence, aside=True)
        return exits.TROUBLE
    except BrokenPipeError:  # the reader of our output had enough
        _drop_output()
        return exits.TROUBLE
    except OSError as error:  # print raises it; files and children are handled where they are used
        if error.errno not in NO_OUTPUT:
            raise
        _drop_output()
        say(UserError("cli.output_failed").sentence, aside=True)
        return exits.TROUBLE
    except KeyboardInterrupt:
        return exits.INTERRUPTED


def parser_of(verbs: Iterable[str]) -> argparse.ArgumentParser:
    """Return the parser of the whole command line with these verbs (the manual page is made from it)."""
    parser = argparse.ArgumentParser(
        prog=text("cli.main.program"), description=text("cli.main.about"), allow_abbrev=False
    )
    parser.add_argument(
        "--version", action="version", version=app.__version__, help=text("cli.main.version")
    )
    # Handled before any verb is looked for; here for those who read the help.
    parser.add_argument("--self-check", action="store_true", help=text("selfcheck.help"))
    subparsers = parser.add_subparsers(
        dest="verb", required=True, title=text("cli.main.verbs"), metavar="VERB"
    )
    for verb in verbs:
        importlib.import_module(f"app.cli.verbs.{verb}").add_parser(subparsers)
    return parser


def _drop_output() -> None:
    """Forget what could not be written, which the end of the program would try once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _speak_utf8() -> None:
    """Print any text on any terminal; what it cannot show is replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
