"""The library window: the list of models, the page of one, and the offer of a larger model.

``values`` is what it shows, as plain values; the controllers of `flow.library` fill them in.
"""
