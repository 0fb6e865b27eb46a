"""What the reader does in the transcript: point, select, find, and act by control, key or menu."""
