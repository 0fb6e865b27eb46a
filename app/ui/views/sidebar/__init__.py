"""The sidebar: its search, its two lists and what stands at its foot."""
