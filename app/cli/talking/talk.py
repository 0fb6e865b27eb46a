"""What ``ask`` and ``chat`` share: their options, the engine, and the guide's manual.

Job: from parsed arguments to answered questions, without a vault and without a file written. Rule: the
printer decides what a person sees; Ctrl-C ends the running answer and is never lost.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Self

from app.cli import arguments
from app.cli.arguments import GUIDE
from app.cli.shelf.named_file import NamedFile
from app.cli.talking.long_conversation import Choice, LongConversation
from app.cli.talking.printers import JsonPrinter, PlainPrinter, Printer
from app.core.conversation.leaving_out import SUMMARY_TOKENS
from app.core.conversation.message import (
    Effort,
    Message,
    Part,
    assistant_message,
    manual_page_before,
    user_message,
)
from app.core.conversation.sampling import Sampling
from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.core.texts import text
from app.core.there import is_file, is_there
from app.engine.client import EngineClient
from app.engine.protocol.events import TurnDone
from app.engine.protocol.plan import Wishes
from app.engine.protocol.requests import LedgerRequest, LoadRequest, TurnRequest
from app.manual.finder import ManualFinder
from app.manual.guide import GUIDE_SAMPLING, guide_tools

_ABOUT_A_WINDOW = {
    "engine.prompt_too_long": "cli.too_long",
    "engine.prompt_far_too_long": "cli.far_too_long",
}
"""Refusals whose advice is about pages and buttons, and what they are called in a terminal."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options both verbs have."""
    parser.add_argument("--model", default=GUIDE, metavar="guide|FILE", help=text("cli.options.model"))
    parser.add_argument(
        "--effort",
        type=arguments.effort,
        default=Effort.MEDIUM,
        metavar="low|medium|high",
        help=text("cli.options.effort"),
    )
    parser.add_argument(
        "--temperature",
        type=arguments.temperature,
        metavar="T",
        help=text("cli.options.temperature"),
    )
    parser.add_argument("--seed", type=arguments.seed, metavar="N", help=text("cli.options.seed"))
    parser.add_argument(
        "--max-tokens", type=arguments.tokens, metavar="N", help=text("cli.options.max_tokens")
    )
    parser.add_argument(
        "--context", type=arguments.context, default=0, metavar="N", help=text("cli.options.context")
    )
    parser.add_argument("--force", action="store_true", help=text("cli.options.force"))
    parser.add_argument("--system", default="", metavar="TEXT", help=text("cli.options.system"))
    parser.add_argument(
        "--adapter", type=arguments.file_name, metavar="FILE", help=text("cli.options.adapter")
    )
    parser.add_argument(
        "--adapter-scale",
        type=arguments.adapter_scale,
        default=1.0,
        metavar="X",
        help=text("cli.options.adapter_scale"),
    )
    parser.add_argument("--json", action="store_true", help=text("cli.options.json"))
    parser.add_argument("--ledger", action="store_true", help=text("cli.options.ledger"))
    parser.add_argument("--no-manual", action="store_true", help=text("cli.options.no_manual"))


class Talk:
    """One conversation on the command line. Use as a context: leaving it ends the engine."""

    def __init__(
        self, args: argparse.Namespace, client: EngineClient | None = None, schema: str = ""
    ) -> None:
        self._args = args
        self._schema = schema
        self._named = NamedFile()
        self._client = client or EngineClient(check_file=self._named.check)
        self._is_guide = args.model == GUIDE
        self._path = guide_model_path() if self._is_guide else Path(args.model)
        self._finder: ManualFinder | None = None
        self._said = LongConversation()
        self._interrupted = False
        self.printer: Printer = JsonPrinter() if args.json else PlainPrinter()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the engine."""
        self._client.close()

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C was pressed while the engine last worked."""
        return self._interrupted

    def load(self) -> None:
        """Start the engine. Raises UserError."""
        if self._is_guide:
            if not is_file(self._path):
                raise UserError("cli.no_guide")
            if not self._args.no_manual:
                self._finder = ManualFinder.open()
        adapter = self._args.adapter
        if adapter and not is_there(Path(adapter)):
            raise UserError("engine.adapter_missing")
        with self._ctrl_c_cancels():
            if self._schema:
                self._client.try_schema(self._schema)
            wishes = Wishes(context=self._args.context, force=self._args.force)
            self._client.load(
                LoadRequest(str(self._path), wishes, (adapter,) if adapter else ()), self.printer.event
            )
        self._named.say()

    def ask(self, question: str, effort: Effort) -> TurnDone:
        """Answer one question of the conversation; what came of it stays in the conversation.

        Raises UserError; the conversation is then as it was.
        """
        asked = user_message(question, *self._placed(question))
        request = self._request((*self._said.messages, asked), effort, question)
        with self._ctrl_c_cancels():
            if self._args.ledger or self._said.messages:
                ledger = self._client.count(LedgerRequest(request))
                if self._args.ledger:
                    self.printer.ledger(ledger)
                self._said.check(ledger, asked, effort)
            done = self._client.generate(request, self.printer.event)
        self._said.messages += [asked, assistant_message(done.parts)]
        self.printer.done(done)
        return done

    @property
    def waits(self) -> bool:
        """Whether a question waits for room, and with it for a choice."""
        return self._said.waiting is not None

    def make_room(self, choice: Choice) -> None:
        """Do what was chosen, and ask the question that waits. Raises UserError."""
        waiting = self._said.waiting
        if waiting is None:
            raise UserError("cli.nothing_waits")
        if choice is Choice.LEAVE_OUT:
            self._said.leave_out()
        elif choice is Choice.NEW:
            self._said.begin_anew()
        else:
            self._summarise()
        self.ask(*waiting)

    def _summarise(self) -> None:
        places = self._said.to_summarise()
        asked = user_message(text("ledger.summary.request"))
        messages = (*(self._said.messages[place] for place in places), asked)
        request = replace(self._request(messages, Effort.LOW, ""), tools=(), schema="", left_out=())
        request = replace(request, sampling=replace(request.sampling, max_tokens=SUMMARY_TOKENS))
        with self._ctrl_c_cancels():
            done = self._client.generate(request, lambda _: None)
        words = assistant_message(done.parts).answer.strip()
        if not words:
            raise UserError("ledger.no_summary")
        self._said.summarised(places, words)
        self.printer.summary(words)

    def _request(self, messages: tuple[Message, ...], effort: Effort, question: str) -> TurnRequest:
        usual = GUIDE_SAMPLING if self._is_guide else Sampling()
        temperature = usual.temperature if self._args.temperature is None else self._args.temperature
        sampling = replace(
            usual, temperature=temperature, seed=self._args.seed, max_tokens=self._args.max_tokens
        )
        return TurnRequest(
            messages=messages,
            effort=effort,
            sampling=sampling,
            instructions=self._args.system,
            date=date.today().isoformat(),  # noqa: DTZ011 - the person's own calendar day is meant
            # A call instead of an answer would leave whoever asked for a form without one.
            tools=guide_tools(question) if self._is_guide and not self._schema else (),
            schema=self._schema,
            adapter=self._args.adapter or "",
            adapter_scale=self._args.adapter_scale,
            left_out=self._said.left_out,
        )

    def _placed(self, question: str) -> tuple[Part, ...]:
        if self._finder is None:
            return ()
        return (self._finder.place(question, manual_page_before(self._said.messages)),)

    @contextlib.contextmanager
    def _ctrl_c_cancels(self) -> Iterator[None]:
        """While the engine works, Ctrl-C asks it to stop; pressed again, it ends this program.

        Raises UserError of the engine, in words for a terminal.
        """

        def cancel(_number: int, _frame: FrameType | None) -> None:
            if self._interrupted:
                self._client.kill()  # it had its time, and leaving would grant it another
                raise KeyboardInterrupt
            self._interrupted = True
            self._client.cancel()

        self._interrupted = False
        before = signal.signal(signal.SIGINT, cancel)
        try:
            yield
        except UserError as error:
            if error.code not in _ABOUT_A_WINDOW:
                raise
            raise UserError(_ABOUT_A_WINDOW[error.code], **error.values) from error
        finally:
            signal.signal(signal.SIGINT, before)
