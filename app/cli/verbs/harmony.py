"""``harmony render`` and ``harmony parse``: what the model reads, and how its tokens are understood.

Job: run the renderer and the parser on a JSON file, for bug reports and for conformance. Rule: a JSON
array is answered by an array; trouble is one plain sentence on standard error and exit code 2.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from app.cli import exits, parsers
from app.cli.terminal import say, say_json
from app.core import texts
from app.core.errors import UserError
from app.harmony.conversation_json import conversation_from_json
from app.harmony.parser import parse
from app.harmony.renderer import Renderer
from app.harmony.vocabulary import Vocabulary
from app.library.gguf import is_gguf, read_token_list

MAX_INPUT_MIB = 64


def add_parser(subparsers: parsers.Parsers) -> None:
    """Add the verb ``harmony`` with its two actions."""
    verb = parsers.add_parser(
        subparsers, "harmony", texts.text("harmony.cli.about"), texts.text("harmony.cli.help")
    )
    actions = parsers.add_actions(verb)
    for action in ("render", "parse"):
        parser = parsers.add_parser(actions, action, texts.text(f"harmony.cli.{action}"))
        parser.add_argument(
            "file", type=Path, metavar="FILE.json", help=texts.text(f"harmony.cli.file_{action}")
        )
        parser.add_argument(
            "--vocabulary",
            type=Path,
            required=True,
            metavar="FILE",
            help=texts.text("harmony.cli.vocabulary"),
        )


def run(args: argparse.Namespace) -> int:
    """Print the answer as one line of JSON; return the exit code."""
    try:
        data = _read_json(args.file)
        vocabulary = load_vocabulary(args.vocabulary)
        answer = _parsed if args.action == "parse" else _rendered
        if isinstance(data, list):
            results: Any = [answer(vocabulary, item) for item in data]
        else:
            results = answer(vocabulary, data)
    except UserError as error:
        say(error.sentence, aside=True)
        return exits.USAGE
    say_json(results)
    return 0


def load_vocabulary(path: Path) -> Vocabulary:
    """Return the vocabulary of a model file or of an ``o200k_base.tiktoken`` file.

    Raises UserError from the rooms ``library`` and ``harmony``.
    """
    if is_gguf(path) or path.suffix.lower() == ".gguf":
        token_list = read_token_list(path)
        return Vocabulary.from_gguf_tokens(token_list.tokens, token_list.types)
    return Vocabulary.from_tiktoken_file(path)


def _read_json(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_INPUT_MIB * 2**20 + 1)
    except OSError:
        raise UserError("harmony.input_unreadable") from None
    if len(data) > MAX_INPUT_MIB * 2**20:
        raise UserError("harmony.input_too_large", limit=MAX_INPUT_MIB)
    try:
        return json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise UserError("harmony.input_not_json") from None


def _refuse(constant: str) -> Any:
    raise ValueError(constant)  # NaN and Infinity are not JSON


def _value(data: Any, key: str) -> Any:
    if not isinstance(data, dict):
        raise UserError("harmony.input_wrong", place=texts.text("harmony.cli.whole"))
    if key not in data:
        raise UserError("harmony.input_missing", place=key)
    return data[key]


def _rendered(vocabulary: Vocabulary, data: Any) -> dict[str, Any]:
    mode = _value(data, "mode")
    drop = data.get("auto_drop_analysis", True)
    if not isinstance(drop, bool):
        raise UserError("harmony.input_wrong", place="auto_drop_analysis")
    conversation = conversation_from_json(_value(data, "conversation"))
    renderer = Renderer(vocabulary)
    modes = {
        "completion": renderer.completion,
        "history": renderer.history,
        "training": renderer.training,
    }
    if not isinstance(mode, str) or mode not in modes:
        raise UserError("harmony.input_wrong", place="mode")
    tokens = modes[mode](conversation, auto_drop_analysis=drop)
    return {"tokens": tokens, "text": vocabulary.describe(tokens)}


def _parsed(vocabulary: Vocabulary, data: Any) -> dict[str, Any]:
    tokens = _value(data, "tokens")
    if not isinstance(tokens, list) or any(type(token) is not int for token in tokens):
        raise UserError("harmony.input_wrong", place="tokens")
    start_role = data.get("start_role")
    if start_role not in (None, "assistant"):
        raise UserError("harmony.input_wrong", place="start_role")
    parser = parse(vocabulary, tokens, start_role)
    return {"messages": [message.to_json() for message in parser.messages], "stray": parser.stray}
