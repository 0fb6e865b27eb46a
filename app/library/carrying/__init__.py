"""Bringing a model file in by hand: which one is meant, what it is, and how it comes onto the shelf."""
