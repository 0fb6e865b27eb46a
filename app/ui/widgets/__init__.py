"""Small building blocks that know the theme and nothing of conversations.

``surfaces`` hold what is written in ``words`` and ``drawings``, typed into ``fields``, pressed in
``controls`` or listed in ``rows``; ``access`` is what each owes to keyboard and screen reader,
``arranging`` how parts leave a layout and turn in it, and ``borrowed`` asks Qt for what stays Qt's. The
order of the rooms is a contract in `pyproject.toml`.
"""
