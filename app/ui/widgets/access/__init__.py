"""What every control owes to keyboard and screen reader: the focus ring, its role, and being heard."""
