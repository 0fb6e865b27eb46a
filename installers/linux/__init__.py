"""What is built on Linux: a Debian package, and a portable archive of the same tree.

A file here makes one thing; ``make`` puts them in order. macOS and Windows have no folder like this:
Briefcase makes the whole of theirs.
"""
