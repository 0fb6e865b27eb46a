"""The installer for Windows: one MSI for all users of a computer, and the templates for its policy."""
