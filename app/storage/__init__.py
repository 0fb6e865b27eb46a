"""The vault: the person's conversations, encrypted at rest, and the keys that open them.

``vault`` is the door for the floors above; ``records`` the values that pass through it. Only
``keystore`` imports keyring, only ``slots`` cryptography; the manual's own index is elsewhere.
"""
