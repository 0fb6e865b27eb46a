"""Headers of files nobody has checked yet, read in the confined Engine before llama.cpp loads them."""
