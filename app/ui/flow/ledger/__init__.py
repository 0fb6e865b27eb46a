"""What the next turn reads: counted, read ahead, shown, and made room in.

``ledger_flow`` is the door; ``next_turn`` says what would be asked if Send were pressed.
"""
