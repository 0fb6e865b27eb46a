"""Starting, confining, watching and talking to a child process.

``child`` is the parent's side of one, ``entry`` what every child does first, ``probing`` the child that
tries the others' confinement. The order of the rooms is a contract in `pyproject.toml`.
"""
