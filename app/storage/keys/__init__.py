"""Keys: the slots that hold the data key, their file, and the system's key store.

Only ``keystore`` imports keyring; of cryptography only ``slots`` and ``files.sealed_stream`` know.
"""
