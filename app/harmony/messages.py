"""A conversation in the terms of the Harmony format.

Job: frozen values for what the renderer writes: messages with channels and recipients, the system
message's fields, the developer message's tools. Rule: values only, no token ids; their JSON form is
read by ``app.harmony.conversation_json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

IDENTITY = "You are ChatGPT, a large language model trained by OpenAI."
"""The identity gpt-oss was trained with; a person's own instructions go into the developer message."""
KNOWLEDGE_CUTOFF = "2024-06"
CHANNELS = ("analysis", "commentary", "final")
ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})
CONSTRAIN = "<|constrain|>"
"""How a content type says that the control token stands before it (``<|constrain|>json``)."""


@dataclass(frozen=True, slots=True)
class ToolDescription:
    """One function: ``parameters`` is a JSON Schema, or None for a function without arguments."""

    name: str
    description: str
    parameters: Any = None


@dataclass(frozen=True, slots=True)
class ToolNamespace:
    """A group of tools under one name; without functions the description is plain text."""

    name: str
    description: str | None = None
    tools: tuple[ToolDescription, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseFormat:
    """A JSON Schema the answer should follow; it advises the model and enforces nothing."""

    name: str
    schema: Any
    description: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """Which channels the system message names, and whether each message must carry one."""

    valid_channels: tuple[str, ...] = CHANNELS
    channel_required: bool = True


@dataclass(frozen=True, slots=True)
class SystemContent:
    """The system message's fields; a field that is None leaves its line out.

    ``reasoning_effort`` is ``low``, ``medium`` or ``high``; ``conversation_start_date`` an ISO date.
    """

    model_identity: str | None = IDENTITY
    reasoning_effort: str | None = "medium"
    conversation_start_date: str | None = None
    knowledge_cutoff: str | None = KNOWLEDGE_CUTOFF
    channel_config: ChannelConfig | None = field(default_factory=ChannelConfig)
    tools: Mapping[str, ToolNamespace] | None = None


@dataclass(frozen=True, slots=True)
class DeveloperContent:
    """The developer message's fields: instructions, function tools by namespace, response formats."""

    instructions: str | None = None
    tools: Mapping[str, ToolNamespace] | None = None
    response_formats: tuple[ResponseFormat, ...] = ()


Content = str | SystemContent | DeveloperContent


@dataclass(frozen=True, slots=True)
class HarmonyMessage:
    """One message. ``name`` is the tool's name for role ``tool``, else an optional author's name.

    ``content`` is text, system or developer fields, or a tuple of them. ``content_type`` may begin
    with ``<|constrain|>``, which is rendered as the control token.
    """

    role: str
    content: Content | tuple[Content, ...]
    name: str = ""
    channel: str | None = None
    recipient: str | None = None
    content_type: str | None = None

    @property
    def contents(self) -> tuple[Content, ...]:
        """The content as a tuple."""
        return self.content if isinstance(self.content, tuple) else (self.content,)

    @property
    def is_final(self) -> bool:
        """Whether this is an answer of the assistant."""
        return self.role == "assistant" and self.channel == "final"

    @property
    def is_reasoning(self) -> bool:
        """Whether this is the assistant's reasoning; a tool call on the analysis channel is not."""
        return (
            self.role == "assistant"
            and self.channel == "analysis"
            and self.recipient in (None, "all", "assistant")
        )
