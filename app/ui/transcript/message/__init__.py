"""One message laid out: what stands around its segments, and the segments one below the other."""
