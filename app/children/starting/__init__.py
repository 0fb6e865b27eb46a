"""How this program starts itself again, on each system."""
