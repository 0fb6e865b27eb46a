"""Model files, from what is known of them to what is loaded.

``known`` names them, the ``shelf`` holds those that were checked, ``carrying`` brings them in by hand,
the ``kit`` on a stick, ``fetch`` (the Fetcher) from the network; ``files`` is what all of these do with
long files. ``gguf`` reads a header, ``release`` judges a release of this program. The order of the rooms
is a contract in `pyproject.toml`.
"""
