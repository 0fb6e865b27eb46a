"""The pages before a conversation: first start, unlocking, and a profile that cannot be opened."""
