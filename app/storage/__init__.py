"""The vault: the person's conversations, encrypted at rest, and the keys that open them.

``profile_state`` says what is there, ``unlock`` makes and opens a vault, ``vault`` is the door for the
floors above, ``records`` the values that pass through it, ``snapshots`` what the model had read; the
rooms below are for these.
"""
