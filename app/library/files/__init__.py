"""Long files of any kind: opened safely, hashed, copied, and the room and names that they need."""
