"""The verbs, one module each: its arguments (``add_parser``) and what comes of them (``run``)."""
