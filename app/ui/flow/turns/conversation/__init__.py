"""The branch that is worked on, and which conversation is on screen."""
