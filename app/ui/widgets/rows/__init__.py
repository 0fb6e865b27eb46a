"""What stands below each other in lists and columns of figures, and how such a row is drawn."""
