"""This computer as the system tells it: memory, how short it is, who holds it, the battery."""
