"""A conversation on paper: the transcript's own segments, broken into pages.

What lives here: pages and their breaks. The layouts are the transcript's; nothing here knows a window.
"""
