"""The conversation on screen and its turns: from what is typed to the last token in the vault.

``chat_controller`` knows which conversation is meant. ``composing`` is before it: what is typed; behind
it the ``stages`` of one turn, the ``answer`` while it is made, and the ``conversation`` on screen. The
order of the rooms is a contract in `pyproject.toml`.
"""
