"""What the program shows on the desktop outside its windows: progress and a call, never content."""
