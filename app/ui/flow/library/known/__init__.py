"""What the library knows: its surroundings, what the disk holds (``state``), what fits this computer."""
