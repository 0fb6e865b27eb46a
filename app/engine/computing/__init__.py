"""llama.cpp behind plain methods: the one file that imports llama_cpp, and what only it uses."""
