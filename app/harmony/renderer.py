"""A Harmony conversation as token ids.

Job: write messages as the ids the model reads. Rule: control ids come from this module alone, as
integers; every piece of text, also roles, names, channels and tool schemas, goes through
``Vocabulary.encode``, which cannot produce one. Old reasoning is left out of what the model reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from app.core.errors import UserError
from app.harmony.messages import CONSTRAIN, Content, DeveloperContent, HarmonyMessage, SystemContent
from app.harmony.prompt_text import developer_text, system_text
from app.harmony.vocabulary import Vocabulary


class Renderer:
    """Writes conversations with one model's vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def completion(
        self, conversation: Sequence[HarmonyMessage], *, auto_drop_analysis: bool = True
    ) -> list[int]:
        """Return the prompt: the history and the opening ``<|start|>assistant`` of the next message."""
        return [*self.history(conversation, auto_drop_analysis=auto_drop_analysis), *self.opening()]

    def opening(self) -> list[int]:
        """Return ``<|start|>assistant``, after which the model writes."""
        return [self._vocabulary.special["start"], *self._vocabulary.encode("assistant")]

    def history(
        self, conversation: Sequence[HarmonyMessage], *, auto_drop_analysis: bool = True
    ) -> list[int]:
        """Return every message, each closed by ``<|end|>`` or ``<|call|>``.

        With ``auto_drop_analysis`` reasoning that a later answer made superfluous is left out
        (:func:`without_old_reasoning`). Raises UserError ``harmony.tool_without_name`` or
        ``harmony.content_misplaced`` for a conversation that has no Harmony form.
        """
        kept = without_old_reasoning(conversation) if auto_drop_analysis else conversation
        function_tools = any(_offers_functions(message) for message in conversation)
        return [token for message in kept for token in self.message(message, function_tools)]

    def training(
        self, conversation: Sequence[HarmonyMessage], *, auto_drop_analysis: bool = True
    ) -> list[int]:
        """Return the history as training text: a last answer ends in ``<|return|>``."""
        ids = self.history(conversation, auto_drop_analysis=auto_drop_analysis)
        if conversation and conversation[-1].is_final:
            ids[-1] = self._vocabulary.special["return"]
        return ids

    def message(self, message: HarmonyMessage, function_tools: bool = False) -> list[int]:
        """Return one message with its end; ``function_tools``: the conversation offers functions.

        Raises as :meth:`history` does.
        """
        special, encode = self._vocabulary.special, self._vocabulary.encode
        ids = [special["start"]]
        if message.role == "tool":
            if not message.name:
                raise UserError("harmony.tool_without_name")
            ids += encode(message.name)
        else:
            ids += encode(message.role)
            ids += encode(f":{message.name}") if message.name else []
        if message.recipient is not None and message.recipient != "all":
            ids += encode(f" to={message.recipient}")
        if message.channel is not None:
            ids += [special["channel"], *encode(message.channel)]
        if message.content_type is not None:
            ids += self._content_type(message.content_type)
        ids.append(special["message"])
        for content in message.contents:
            ids += encode(_text(content, message.role, function_tools))
        is_call = message.role == "assistant" and message.recipient is not None
        ids.append(special["call" if is_call else "end"])
        return ids

    def _content_type(self, content_type: str) -> list[int]:
        encode = self._vocabulary.encode
        if not content_type.startswith(CONSTRAIN):
            return encode(f" {content_type}")
        rest = content_type.removeprefix(CONSTRAIN)
        return [*encode(" "), self._vocabulary.special["constrain"], *encode(rest)]


def without_old_reasoning(conversation: Sequence[HarmonyMessage]) -> list[HarmonyMessage]:
    """Return the conversation without reasoning that has a later answer.

    Calls, results and preambles stay, and so does all reasoning of a tool chain that has not been
    answered yet. The reference keeps more: all reasoning between the first and the last answer, and
    during a tool chain that of every earlier turn; the format's description and the model's authors
    ask for what is done here.
    """
    keep: list[bool] = []
    answered = False
    for message in reversed(conversation):
        keep.append(not (answered and message.is_reasoning))
        answered = answered or message.is_final
    return list(compress(conversation, reversed(keep)))


def _offers_functions(message: HarmonyMessage) -> bool:
    return any(
        isinstance(content, DeveloperContent)
        and content.tools is not None
        and "functions" in content.tools
        and bool(content.tools["functions"].tools)
        for content in message.contents
    )


def _text(content: Content, role: str, function_tools: bool) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, SystemContent):
        if role != "system":
            raise UserError("harmony.content_misplaced")
        return system_text(content, function_tools=function_tools)
    if role != "developer":
        raise UserError("harmony.content_misplaced")
    return developer_text(content)
