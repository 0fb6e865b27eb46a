"""From a double click to an open vault: ``controller`` opens it, ``pages`` ask for what it needs."""
