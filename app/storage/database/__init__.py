"""The history as a database: the one way to its file, its tables, and the look at its log beforehand."""
