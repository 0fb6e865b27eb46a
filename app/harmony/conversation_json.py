"""Reads a conversation from the JSON openai-harmony writes (``Conversation.to_json``).

Job: turn plain data into ``app.harmony.messages``. Rule: strict about shapes, silent about unknown
keys, as the original is; a key that is absent leaves its line out of the prompt. Everything wrong is a
UserError that names the place, never the content.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from app.core.errors import UserError
from app.harmony.messages import (
    ROLES,
    ChannelConfig,
    Content,
    DeveloperContent,
    HarmonyMessage,
    ResponseFormat,
    SystemContent,
    ToolDescription,
    ToolNamespace,
)

_EFFORTS = frozenset({"low", "medium", "high"})
_Item = TypeVar("_Item")


def conversation_from_json(data: Any) -> tuple[HarmonyMessage, ...]:
    """Return the messages of ``{"messages": [...]}``.

    Raises UserError ``harmony.input_missing`` or ``harmony.input_wrong``, naming the key.
    """
    messages = _required(_Node(data, "conversation"), "messages")
    return messages.items(_message)


class _Node:
    """A piece of the JSON and where it stands, for the sentence when it is wrong."""

    def __init__(self, value: Any, place: str) -> None:
        self.value = value
        self.place = place

    def wrong(self) -> UserError:
        return UserError("harmony.input_wrong", place=self.place)

    def mapping(self) -> Mapping[str, Any]:
        if not isinstance(self.value, dict):
            raise self.wrong()
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong()
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.wrong()
        return self.value

    def items(self, read: Callable[[_Node], _Item]) -> tuple[_Item, ...]:
        if not isinstance(self.value, list):
            raise self.wrong()
        return tuple(
            read(_Node(item, f"{self.place}[{index}]")) for index, item in enumerate(self.value)
        )


def _required(node: _Node, key: str) -> _Node:
    mapping = node.mapping()
    place = f"{node.place}.{key}"
    if key not in mapping:
        raise UserError("harmony.input_missing", place=place)
    return _Node(mapping[key], place)


def _optional(node: _Node, key: str, read: Callable[[_Node], _Item]) -> _Item | None:
    """Return the key's value read, None where it is absent or null."""
    value = node.mapping().get(key)
    return None if value is None else read(_Node(value, f"{node.place}.{key}"))


def _text(node: _Node, key: str) -> str | None:
    return _optional(node, key, _Node.text)


def _message(node: _Node) -> HarmonyMessage:
    role = _required(node, "role")
    if role.text() not in ROLES:
        raise role.wrong()
    content = _required(node, "content")
    name = _text(node, "name")
    if role.value == "tool" and not name:
        raise UserError("harmony.input_missing", place=f"{node.place}.name")
    return HarmonyMessage(
        role=role.value,
        content=content.value if isinstance(content.value, str) else content.items(_content),
        name=name or "",
        channel=_text(node, "channel"),
        recipient=_text(node, "recipient"),
        content_type=_text(node, "content_type"),
    )


def _content(node: _Node) -> Content:
    kind = _required(node, "type")
    if kind.value == "text":
        return _required(node, "text").text()
    if kind.value == "system_content":
        return _system(node)
    if kind.value == "developer_content":
        return DeveloperContent(
            instructions=_text(node, "instructions"),
            tools=_optional(node, "tools", _tools),
            response_formats=_optional(node, "response_formats", _formats) or (),
        )
    raise kind.wrong()


def _system(node: _Node) -> SystemContent:
    effort = _text(node, "reasoning_effort")
    if effort is not None and effort.lower() not in _EFFORTS:
        raise _required(node, "reasoning_effort").wrong()
    return SystemContent(
        model_identity=_text(node, "model_identity"),
        reasoning_effort=None if effort is None else effort.lower(),
        conversation_start_date=_text(node, "conversation_start_date"),
        knowledge_cutoff=_text(node, "knowledge_cutoff"),
        channel_config=_optional(node, "channel_config", _channel_config),
        tools=_optional(node, "tools", _tools),
    )


def _channel_config(node: _Node) -> ChannelConfig:
    channels = _required(node, "valid_channels").items(_Node.text)
    return ChannelConfig(channels, _required(node, "channel_required").flag())


def _tools(node: _Node) -> dict[str, ToolNamespace]:
    return {
        key: _namespace(_Node(value, f"{node.place}.{key}")) for key, value in node.mapping().items()
    }


def _namespace(node: _Node) -> ToolNamespace:
    return ToolNamespace(
        name=_required(node, "name").text(),
        description=_text(node, "description"),
        tools=_required(node, "tools").items(_tool),
    )


def _tool(node: _Node) -> ToolDescription:
    return ToolDescription(
        name=_required(node, "name").text(),
        description=_required(node, "description").text(),
        parameters=node.mapping().get("parameters"),
    )


def _formats(node: _Node) -> tuple[ResponseFormat, ...]:
    return node.items(
        lambda item: ResponseFormat(
            name=_required(item, "name").text(),
            schema=_required(item, "schema").value,
            description=_text(item, "description"),
        )
    )
