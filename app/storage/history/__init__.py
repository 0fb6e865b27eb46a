"""What the history holds: conversations, messages, drafts, what is left out, the bin, the search."""
