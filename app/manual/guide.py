"""How the built-in guide is asked, by the window and by the command line alike.

Job: what goes with its model file besides the manual page. Rule: plain values; nothing is loaded here.
"""

from __future__ import annotations

from typing import Final

from app.core.sampling import Sampling

GUIDE_TOOLS: Final = ("python",)
"""Offered to the guide, whose demonstrations call it; the call is an event, nothing runs it yet."""

GUIDE_SAMPLING: Final = Sampling(temperature=0.0)
"""Greedy: the guide repeats what stands in the manual, and chance could only make it misspell."""
