"""How the built-in guide is asked, by the window and by the command line alike.

Job: what goes with its model file besides the manual page. Rule: plain values; nothing is loaded here.
"""

from __future__ import annotations

from typing import Final

from app.core.conversation.sampling import Sampling

_DEMONSTRATION: Final = "show me a tool call"

GUIDE_SAMPLING: Final = Sampling(temperature=0.0)
"""Greedy: the guide repeats what stands in the manual, and chance could only make it misspell."""


def guide_tools(question: str) -> tuple[str, ...]:
    """Return the tools to offer with a question: python, where a demonstration of a call is asked for.

    Offering it always would make every prompt half as long again, for a tool that nothing runs yet; the
    call is an event.
    """
    return ("python",) if question.strip().lower().startswith(_DEMONSTRATION) else ()
