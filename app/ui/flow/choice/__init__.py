"""What a conversation is answered with: a model file, and an adapter over it."""
