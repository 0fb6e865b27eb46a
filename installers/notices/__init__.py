"""Whose work is in the program, and under which licence: the lists that are installed with it."""
