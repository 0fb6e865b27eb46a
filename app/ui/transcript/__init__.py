"""The transcript: one scrolling view of a conversation, drawn segment by segment.

What lives here: the item model, incremental Markdown, the layouts of messages and the view itself.
Nothing here knows the vault, the engine's client or a window.
"""
