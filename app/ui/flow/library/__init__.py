"""Controllers of the library window: models on this computer and to be had."""
