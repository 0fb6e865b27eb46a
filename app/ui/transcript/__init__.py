"""The transcript: one scrolling view of a conversation, drawn segment by segment.

``model`` holds the messages, ``content`` sorts what each consists of; ``segments`` are the pieces of a
``message``, ``placing`` keeps them where they belong, ``streaming`` adds what is being written, and
``reader`` is what the person does with it all in ``view``. The order of the rooms is a contract in
`pyproject.toml`. Nothing here knows the vault, the engine's client or a window.
"""
