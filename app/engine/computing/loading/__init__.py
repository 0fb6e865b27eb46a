"""How weights and adapters come into memory, what a load would take, and what llama.cpp says of it."""
