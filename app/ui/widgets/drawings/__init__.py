"""What is only looked at: marks, icons and bars. The words beside them say the same."""
