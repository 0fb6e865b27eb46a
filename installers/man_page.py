"""The manual page of the command line, made from what the command line declares.

Job: walk the program's own parser and write a page in the language of man(7). Rule: runs in the
program's environment (``.venv``); no verb, option or sentence stands here a second time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_EXITS = (
    ("0", "Done."),
    ("1", "Trouble; one sentence on standard error says what is safe, what happened and what to do."),
    ("2", "Wrong usage."),
    ("130", "Interrupted."),
)
_FILES = (
    ("~/.local/share/Cloister", "What the person keeps. Removing the program leaves it."),
    ("/etc/cloister/policy.toml", "What the organisation decides for everyone on this computer."),
)


def page(parser: argparse.ArgumentParser, version: str, date: str) -> str:
    """Return the page of ``parser`` and of the verbs and actions below it."""
    name = parser.prog
    lines = [
        f'.TH {name.upper()} 1 "{date}" "{name} {version}" "User commands"',
        ".SH NAME",
        f"{name} \\- {_plain(parser.description or '').split('.')[0].lower()}",
        ".SH SYNOPSIS",
        f".B {name}",
        ".br",
        f".B {name}",
        r"[\fIOPTION\fR] \fIVERB\fR [\fIARGUMENT\fR ...]",
        ".SH DESCRIPTION",
        _plain(parser.description or ""),
        ".SH OPTIONS",
        *_options(parser),
        ".SH VERBS",
    ]
    for verb, below in _below(parser):
        lines += _verb(verb, below)
    lines += [".SH EXIT STATUS", *_pairs(_EXITS), ".SH FILES", *_pairs(_FILES)]
    return "\n".join(lines) + "\n"


def _verb(title: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    """Write a verb and, each under its own heading, the actions below it."""
    yield f".SS {_plain(title)}"
    usage = parser.format_usage().split(None, 1)[1]
    yield f".B {_plain(' '.join(usage.split()))}"
    yield ".PP"
    if parser.description:
        yield _plain(parser.description)
    yield from _options(parser)
    for name, below in _below(parser):
        yield from _verb(f"{title} {name}", below)


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in _actions(parser):
        if isinstance(action, argparse._SubParsersAction) or action.dest == "help":  # noqa: SLF001
            continue
        words = ", ".join(rf"\fB{_plain(option)}\fR" for option in action.option_strings)
        value = "" if action.nargs == 0 else rf"\fI{_plain(_metavar(action))}\fR"
        yield ".TP"
        yield " ".join(part for part in (words, value) if part)
        yield _plain(action.help or "")


def _metavar(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    return "|".join(map(str, action.choices)) if action.choices else action.dest.upper()


def _below(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in _actions(parser):
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            helps = {choice.dest: choice.help for choice in action._choices_actions}  # noqa: SLF001
            for name, below in action.choices.items():
                below.description = below.description or helps.get(name)
                yield name, below


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    # argparse offers no other way to ask a parser what it was told.
    return parser._actions  # noqa: SLF001


def _pairs(pairs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for term, meaning in pairs:
        yield from (".TP", rf"\fB{_plain(term)}\fR", _plain(meaning))


def _plain(text: str) -> str:
    """Escape what man(7) would read as a command."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def main(target: Path, date: str) -> None:
    """Write the page to ``target``."""
    sys.path.insert(0, str(ROOT))
    import app
    from app.cli.main import VERBS, parser_of

    target.write_text(page(parser_of(VERBS), app.__version__, date), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
