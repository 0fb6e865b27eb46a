"""Where a message is written: its words, what is attached to it, and what waits to be sent."""
