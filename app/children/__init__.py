"""Starting, confining, watching and talking to a child process.

``child`` is the parent's side of one, ``entry`` what every child does first.
"""
