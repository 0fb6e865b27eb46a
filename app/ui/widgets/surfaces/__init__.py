"""What holds others: grounds and cards, and the columns and strips they stand in."""
