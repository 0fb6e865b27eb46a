"""Model files: GGUF headers and what may be said of a file before it is loaded."""
