"""The words inside system and developer messages.

Job: turn their fields into the exact text gpt-oss was trained on. Rule: these are the model's words,
not a person's; the layout follows the reference renderer to the character and is checked against its
published test data.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.harmony.messages import DeveloperContent, ResponseFormat, SystemContent, ToolNamespace
from app.harmony.typescript import compact_json, type_of

_FUNCTIONS_SENTENCE = "Calls to these tools must go to the commentary channel: 'functions'."


def system_text(content: SystemContent, *, function_tools: bool) -> str:
    """Return the system message's text; ``function_tools`` adds the sentence about calling them."""
    top = [content.model_identity] if content.model_identity is not None else []
    if content.knowledge_cutoff is not None:
        top.append(f"Knowledge cutoff: {content.knowledge_cutoff}")
    if content.conversation_start_date is not None:
        top.append(f"Current date: {content.conversation_start_date}")
    sections = ["\n".join(top)] if top else []
    if content.reasoning_effort is not None:
        sections.append(f"Reasoning: {content.reasoning_effort}")
    if content.tools:
        sections.append(_tools_section(content.tools))
    config = content.channel_config
    if config is not None and config.valid_channels:
        line = f"# Valid channels: {', '.join(config.valid_channels)}."
        if config.channel_required:
            line += " Channel must be included for every message."
        if function_tools:
            line += f"\n{_FUNCTIONS_SENTENCE}"
        sections.append(line)
    return "\n\n".join(sections)


def developer_text(content: DeveloperContent) -> str:
    """Return the developer message's text: instructions, tools, response formats, in that order."""
    sections: list[str] = []
    if content.instructions is not None:
        sections += ["# Instructions", content.instructions]
    if content.tools:
        sections.append(_tools_section(content.tools))
    if content.response_formats:
        sections.append("# Response Formats")
        sections += map(_response_format, content.response_formats)
    return "\n\n".join(sections)


def _response_format(item: ResponseFormat) -> str:
    comment = "".join(f"// {line}\n" for line in _lines(item.description or ""))
    return f"## {item.name}\n\n{comment}{compact_json(item.schema)}"


def _tools_section(tools: Mapping[str, ToolNamespace]) -> str:
    return "\n\n".join(["# Tools", *(_namespace(tools[key]) for key in sorted(tools))])


def _namespace(group: ToolNamespace) -> str:
    lines = [f"## {group.name}\n"]
    mark = "// " if group.tools else ""
    lines += [f"{mark}{line}" for line in _lines(group.description or "")]
    if group.tools:
        lines.append(f"namespace {group.name} {{\n")
        for tool in group.tools:
            lines += [f"// {line}" for line in _lines(tool.description)]
            argument = "" if tool.parameters is None else f"_: {type_of(tool.parameters)}"
            lines.append(f"type {tool.name} = ({argument}) => any;\n")
        lines.append(f"}} // namespace {group.name}")
    return "\n".join(lines)


def _lines(text: str) -> list[str]:
    """Split at line feeds only, dropping a carriage return before one and an empty last line."""
    lines = text.split("\n")
    last = lines.pop()
    kept = [line.removesuffix("\r") for line in lines]
    return [*kept, last] if last else kept
