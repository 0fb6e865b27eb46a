"""Windows beside the main one: the frame they share, and what stands in each of them.

``side_window`` is the frame. The settings are such a window too, in a room of their own.
"""
