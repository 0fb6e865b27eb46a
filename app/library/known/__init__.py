"""Which models are known by name, and where model files are kept."""
