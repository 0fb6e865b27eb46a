"""What is done with model files that are here, ``sharing`` them with other users among it."""
