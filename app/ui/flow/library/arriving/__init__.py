"""Model files on their way: downloads, files brought in by hand, and the trial that both end with.

What lives here: who leads such a job, its state (``jobs``), and the signing in that it may need.
"""
