"""What the program shows on the desktop outside its windows: progress and a call, never content.

And what is kept from staying there: the folders that a file dialog has seen.
"""
