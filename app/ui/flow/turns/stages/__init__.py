"""One turn from the wish to the last token: what it is asked with, whether it fits, its question kept.

``turn_runner`` leads it through its stages.
"""
