"""What is read and not pressed: labels, how their lines are laid out, figures, values that are fixed."""
