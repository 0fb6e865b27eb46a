"""Working with what stands in the transcript: finding, and exporting.

What lives here: controllers that begin with a conversation as it is. Nothing here changes one.
"""
