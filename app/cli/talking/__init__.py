"""What ``ask`` and ``chat`` share: a turn on the command line, and how it looks."""
