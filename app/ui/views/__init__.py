"""What fills the window: its regions and its pages, built from widgets, without rules of their own."""
