"""Model files on the command line: the shelf, a file that was named, a download in one line."""
