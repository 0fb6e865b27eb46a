"""What is typed into, and what is dropped there."""
