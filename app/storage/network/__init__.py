"""The list of connections: kept with a vault, noted without one, and as a file to take away."""
