"""Controllers: what happens between a click and the vault, the engine and the transcript.

Views emit signals and are told what to show; the rules of a conversation are here. ``tasks`` is the
only way off the GUI thread and the only way back.
"""
