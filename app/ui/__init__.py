"""The only floor that imports PySide6: theme, widgets, item models, views, transcript, controllers."""
