"""Where the messages stand: which are laid out, how tall the others are, and the reader's place."""
