"""``chat``: one conversation, many turns, nothing kept.

Job: read questions line by line and answer each within one conversation. Rule: a bad line is answered
by an error and the conversation goes on; the input's end is the conversation's end.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from app.cli import exits, parsers
from app.cli.talking.long_conversation import Choice
from app.cli.talking.talk import Talk, add_options
from app.cli.terminal import say
from app.core.conversation.message import Effort
from app.core.errors import UserError
from app.core.texts import text

LINE_LIMIT_MIB = 16


def add_parser(subparsers: parsers.Parsers) -> None:
    """Add the verb."""
    about = f"{text('cli.chat.about')} {text('cli.chat.json_input')}"
    parser = parsers.add_parser(subparsers, "chat", about, text("cli.chat.help"))
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Answer lines until they end; returns 0, 1 when loading failed, 130 when interrupted."""
    with Talk(args) as talk:
        try:
            talk.load()
        except UserError as error:
            talk.printer.error(error)
            return exits.INTERRUPTED if talk.interrupted else exits.TROUBLE
        for line in _lines(invite=not args.json):
            try:
                choice = _choice(line, args, waits=talk.waits)
                if choice is not None:
                    talk.make_room(choice)
                else:
                    talk.ask(*_question(line, args))
            except UserError as error:
                talk.printer.error(error)
            # At a terminal Ctrl-C ends the answer only; pressed again, it ends the conversation.
            if talk.interrupted and not sys.stdin.isatty():
                return exits.INTERRUPTED
    return 0


def _lines(*, invite: bool) -> Iterator[bytes]:
    """Yield the lines of standard input without blank ones; a line that is too long as empty text."""
    limit = LINE_LIMIT_MIB * 2**20
    while True:
        if invite and sys.stdin.isatty():
            say(text("cli.chat.you"), aside=True, end=" ")
        line = sys.stdin.buffer.readline(limit)
        if not line:
            return
        if len(line) == limit and not line.endswith(b"\n"):
            while rest := sys.stdin.buffer.readline(limit):
                if rest.endswith(b"\n"):
                    break
            yield b""
        elif line.strip():
            yield line


def _question(line: bytes, args: argparse.Namespace) -> tuple[str, Effort]:
    """Return the question and its effort. Raises UserError for a line in another form."""
    if not line:
        raise UserError("cli.input_too_large", limit=LINE_LIMIT_MIB)
    if not args.json:
        return line.decode("utf-8", "replace").rstrip("\r\n"), args.effort
    data = _object(line)
    question = data.get("text")
    if not isinstance(question, str):
        raise UserError("cli.not_a_question")
    effort = data.get("effort", args.effort)
    if effort not in list(Effort):
        raise UserError("cli.bad_effort")
    return question, Effort(effort)


def _choice(line: bytes, args: argparse.Namespace, *, waits: bool) -> Choice | None:
    """Return the way to make room that a line names; None for a question.

    In words it counts only right after a question did not fit: else it is what somebody asks.
    """
    if not args.json:
        return Choice.said(line.decode("utf-8", "replace")) if waits else None
    named = _object(line).get("choice") if line else None
    if named is None:
        return None
    if named not in list(Choice):
        raise UserError("cli.bad_choice")
    return Choice(named)


def _object(line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise UserError("cli.not_a_question")
    return data
