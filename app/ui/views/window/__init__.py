"""The main window and its regions: header, find bar, notice, empty conversation, status strip.

``main_window`` holds them, ``frame`` divides their room, ``regions`` leads the keyboard between them and
``commands`` does what the window itself can do. A region of several parts has a room of its own.
"""
