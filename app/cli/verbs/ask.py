"""``ask``: one question, one answer, nothing kept.

Job: the shortest way from a terminal to the model, and the way programs test it. Rule: no vault is
touched and no file is written, but for the note of a profile that a model file was checked.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.cli import arguments, exits, parsers
from app.cli.talking.printers import JsonPrinter, PlainPrinter
from app.cli.talking.talk import Talk, add_options
from app.cli.terminal import say
from app.core.conversation.message import Stop
from app.core.errors import UserError
from app.core.texts import text
from app.engine.protocol.errands import LONGEST_SCHEMA_KIB

INPUT_LIMIT_MIB = 16


def add_parser(subparsers: parsers.Parsers) -> None:
    """Add the verb."""
    parser = parsers.add_parser(subparsers, "ask", text("cli.ask.about"), text("cli.ask.help"))
    add_options(parser)
    parser.add_argument(
        "--schema", type=arguments.file_name, metavar="FILE", help=text("cli.ask.schema")
    )
    parser.add_argument("prompt", metavar="PROMPT", help=text("cli.ask.prompt"))


def run(args: argparse.Namespace) -> int:
    """Print the answer; returns 0, 1 after trouble, 130 when it was interrupted."""
    try:
        schema = _schema(Path(args.schema)) if args.schema else ""
    except UserError as error:
        (JsonPrinter() if args.json else PlainPrinter()).error(error)
        return exits.TROUBLE
    with Talk(args, schema=schema) as talk:
        try:
            question = _question(args.prompt)
            talk.load()
            done = talk.ask(question, args.effort)
        except UserError as error:
            talk.printer.error(error)
            return exits.INTERRUPTED if talk.interrupted else exits.TROUBLE
    if done.stop is Stop.CANCELLED:
        return exits.INTERRUPTED
    if schema and done.stop is not Stop.RETURN:
        say(UserError("cli.form_incomplete").sentence, aside=True)
        return exits.TROUBLE
    return 0


def _schema(path: Path) -> str:
    """Return the text of a schema file, a little more than is allowed of one that is too long."""
    try:
        if not path.is_file():  # a pipe would be waited for
            raise UserError("cli.schema_unreadable")
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return file.read(LONGEST_SCHEMA_KIB * 1024 + 1) or " "
    except OSError:
        raise UserError("cli.schema_unreadable") from None


def _question(prompt: str) -> str:
    question = _from_input() if prompt == "-" else prompt
    if not question.strip():
        raise UserError("engine.empty_prompt")
    return question


def _from_input() -> str:
    data = sys.stdin.buffer.read(INPUT_LIMIT_MIB * 2**20 + 1)
    if len(data) > INPUT_LIMIT_MIB * 2**20:
        raise UserError("cli.input_too_large", limit=INPUT_LIMIT_MIB)
    return data.decode("utf-8", "replace")
