"""The child that tries what a confined one must not, and what it tries to reach."""
