"""Headless verbs: everything the program can do without a window.

``main`` finds the verb; each is one module of ``verbs``, imported only when it was asked for.
"""
