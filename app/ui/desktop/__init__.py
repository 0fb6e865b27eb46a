"""What the program shows on the desktop outside its windows: progress and a call, never content.

And the way to its file manager, and what is kept from staying there: the folders that a file dialog has
seen, the scripts that no font could write.
"""
