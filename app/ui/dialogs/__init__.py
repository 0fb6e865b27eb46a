"""Questions that stand in front of the window, each with a verb on every button."""
