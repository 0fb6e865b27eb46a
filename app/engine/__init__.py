"""Inference: what the Interface may say to an engine (protocol, client) and what runs in the child.

``protocol`` and ``client`` are the doors for the floors above; ``planning`` is arithmetic both sides may
use below the window; ``host``, ``turns`` and ``computing`` run only in the Engine process.
"""
