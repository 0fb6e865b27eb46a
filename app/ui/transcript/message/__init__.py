"""One message laid out: what stands around its segments, and the segments one below the other.

``layout`` is the door: ``making`` gives it segments, ``frame`` what stands around them.
"""
