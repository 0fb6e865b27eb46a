"""The Interface's side of the engine: what talks to it, and what the status strip says of it."""
