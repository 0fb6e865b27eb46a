"""The conversation on screen and its turns: from what is typed to the last token in the vault.

``chat_controller`` knows which conversation is meant, ``turn_runner`` leads one turn through its stages.
"""
