"""Small building blocks that know the theme and nothing of conversations."""
