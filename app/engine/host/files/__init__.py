"""The files an engine is given: found, told from others, checked before anything is made of them."""
