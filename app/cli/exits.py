"""Exit codes of the command line, the same for every verb. 0 is done."""

TROUBLE = 1
"""One plain sentence on standard error says what."""
USAGE = 2
"""The arguments, or a file given as one, could not be understood."""
INTERRUPTED = 130
"""Ctrl-C, as shells count it: 128 and the signal's number."""
