"""The model files that are here, with what is remembered, removed and half done of them.

``shelf`` is the door; ``load_gate`` asks it before a file is loaded.
"""
