"""What the terminal says of itself: every verb and option in a sentence, all in one form."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pytest

from app.cli.main import VERBS, parser_of


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Return a parser and all below it."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from parsers(below)


EVERY = tuple(parsers(parser_of(VERBS)))


@pytest.mark.parametrize("parser", EVERY, ids=[parser.prog for parser in EVERY])
def test_every_part_says_what_it_is_for_in_a_sentence(parser: argparse.ArgumentParser) -> None:
    said = [parser.description]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            said += [choice.help for choice in action._choices_actions]
        elif not isinstance(action, argparse._HelpAction):  # argparse's own words
            said.append(action.help)
    assert len(said) > 1
    for words in said:
        assert words
        assert words[0].isupper(), words
        assert words.endswith("."), words


@pytest.mark.parametrize("parser", EVERY, ids=[parser.prog for parser in EVERY])
def test_no_option_is_understood_by_its_beginning(parser: argparse.ArgumentParser) -> None:
    assert not parser.allow_abbrev
