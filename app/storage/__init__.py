"""The vault: the person's conversations, encrypted at rest, and the keys that open them.

``vault`` is the door for the floors above; ``records`` the values that pass through it. Only this
folder imports sqlcipher3, only ``keystore`` imports keyring.
"""
