"""The Engine process, from its first frame to its end: joins protocol, turns and computing."""
