"""The real program, used as a person uses it."""
