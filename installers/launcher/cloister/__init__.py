"""The name the installed program goes by: ``cloister`` starts ``app``, and holds nothing of its own."""
