"""Working with what stands in the transcript: finding, exporting, saving code, following links.

What lives here: controllers that begin with a conversation as it is. Nothing here changes one;
``reading_flow`` is the door.
"""
