"""Starting, confining, supervising and talking to a child process."""
