"""The settings window.

``window`` is the window with its search; ``section_list`` chooses a section, ``sections`` holds what a
section shows, ``rows`` are their rows. ``look``, ``engine`` and ``keyboard`` are sections of more than
a row or two. A new setting is a row in its section here and a declaration in
``app.core.rules.settings``.
"""
