"""Inference: what the Interface may say to an engine (protocol, client) and what runs in the child.

``protocol`` and ``client`` are the doors for the floors above; ``host`` and below run only in the
Engine process. ``llama_backend`` is the one file that imports llama_cpp.
"""
