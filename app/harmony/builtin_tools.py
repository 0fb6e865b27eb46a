"""The tools gpt-oss was trained to call, as the system message announces them.

Job: the words the model knows each built-in tool by. Rule: these are the model makers' own words (from
the gpt-oss and openai-harmony repositories, Apache-2.0) and must not be changed: the model was trained
on them. The stateless form is used for python, because every call starts afresh here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.harmony.messages import ToolNamespace

PYTHON = ToolNamespace(
    "python",
    "Use this tool to execute STATELESS Python code in your chain of thought. The code will not be "
    "shown to the user. This tool should be used for internal reasoning, but not for code that is "
    "intended to be visible to the user (e.g. when creating plots, tables, or files).\n"
    "When you send a message containing python code to python, it will be executed in a stateless "
    "docker container, and the stdout of that process will be returned to you. You have to use print "
    "statements to access the output.\n"
    "\n"
    "IMPORTANT: Your python environment is not shared between calls. You will have to pass your entire "
    "code each time.",
)

BUILT_IN: Mapping[str, ToolNamespace] = MappingProxyType({"python": PYTHON})
"""The built-in tools this program can offer, by the name the model calls."""
