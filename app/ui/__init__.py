"""The only floor that imports PySide6: views, widgets, item models, theme, tasks."""
