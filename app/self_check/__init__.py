"""``--self-check``: proof that an installation works, in one call.

Beside ``bootstrap`` on the highest floor, because a check may use every floor below it. ``report``
runs the checks; the other files hold them, and each imports what it tries, so that what is broken in
one place fails one check. A check uses the real thing and returns facts; whatever it raises is a
failure.
"""
