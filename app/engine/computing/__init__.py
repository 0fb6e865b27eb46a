"""llama.cpp behind plain methods.

``llama_backend`` is the door, ``llama_library`` the one file that imports llama_cpp; the rooms below are
for these two alone. Their order is a contract in `pyproject.toml`.
"""
