"""Downloads: one approved file at one commit, in a child process that alone may open sockets."""
