"""Controllers: what happens between a click and the vault, the engine and the transcript.

Views emit signals and are told what to show; the rules of a conversation are here. ``turns`` are the
conversation and its answers, ``choice`` what answers, ``ledger`` what the next turn reads, ``care`` what
is done for the engine meanwhile, ``reading`` what is done with an answer; ``library`` is about model
files, ``window`` about what is true whatever answers; ``notices`` says what any of them has to say.
``start`` opens a vault and ``session`` joins them all for as long as it is open. ``tasks`` is the only
way off the GUI thread and back. The order of the rooms is a contract in `pyproject.toml`.
"""
