"""What the next load of the model file asks for.

Job: join what was asked for, what the settings say and what memory allows into one request. Rule: what
was given up stays given up until it is asked for again or another load is begun.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.engine.protocol.requests import LoadRequest

SMALL_MICRO_BATCH = 64
"""Reads prompts more slowly, with a quarter of the buffers."""


@dataclass(slots=True)
class LoadWishes:
    """The wishes for one model file; ``context`` and ``micro_batch`` are 0 until memory was short.

    ``forced``: the person wants it loaded although the plan refuses.
    """

    request: LoadRequest
    settings: Settings
    forced: bool = False
    context: int = 0
    micro_batch: int = 0

    def shrink(self, context: int, micro_batch: int = 0) -> None:
        """Ask for less from now on; ``micro_batch`` 0 leaves it to the plan.

        Attention takes the least memory with it, too: with flash, where the plan had a choice.
        """
        self.context, self.micro_batch = context, micro_batch

    def grow(self) -> None:
        """Ask for what was wanted in the first place."""
        self.context = self.micro_batch = 0

    def now(self, *, smaller: bool = False) -> LoadRequest:
        """Return the request for a load that begins now.

        ``smaller``: it takes the place of a larger one. What it needs was ours a moment ago, so a plan
        that finds too little free must not refuse it.
        """
        wishes = self.request.wishes
        wanted = wishes.context or int(self.settings.number(declared.CONTEXT_TOKENS))
        return replace(
            self.request,
            wishes=replace(
                wishes,
                context=self.context or wanted,
                micro_batch=self.micro_batch or wishes.micro_batch,
                flash_attention=True if self.context else wishes.flash_attention,
                force=smaller or self.forced or wishes.force,
            ),
        )
