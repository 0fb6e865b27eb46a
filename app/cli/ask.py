"""``ask``: one question, one answer, nothing kept.

Job: the shortest way from a terminal to the model, and the way programs test it. Rule: no vault is
touched and no file is written.
"""

from __future__ import annotations

import argparse
import sys

from app.cli import exits
from app.cli.talk import Talk, add_options
from app.core.conversation import Stop
from app.core.errors import UserError
from app.core.texts import text

INPUT_LIMIT_MIB = 16


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = subparsers.add_parser(
        "ask", help=text("cli.ask.help"), description=text("cli.ask.about"), allow_abbrev=False
    )
    add_options(parser)
    parser.add_argument("prompt", metavar="PROMPT", help=text("cli.ask.prompt"))


def run(args: argparse.Namespace) -> int:
    """Print the answer; returns 0, 1 after trouble, 130 when it was interrupted."""
    with Talk(args) as talk:
        try:
            question = _question(args.prompt)
            talk.load()
            done = talk.ask(question, args.effort)
        except UserError as error:
            talk.printer.error(error)
            return exits.INTERRUPTED if talk.interrupted else exits.TROUBLE
    return exits.INTERRUPTED if done.stop is Stop.CANCELLED else 0


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
