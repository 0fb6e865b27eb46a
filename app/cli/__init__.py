"""Headless verbs: everything the program can do without a window. Each verb is one module."""
