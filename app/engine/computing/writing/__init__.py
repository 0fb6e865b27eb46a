"""From a context to the next token: batches, samplers, a grammar, and a small context beside."""
