"""What a person can tell the window to do, declared once.

``table`` names every command with its menu, its keys and when it can be given; ``keymap`` knows the
keys of now (a person may change them), ``actions`` makes them work in a window, ``menu_bar`` shows
them. Keyboard sheet, settings and docs/keyboard.md derive from the same table. No rules live here:
what a command does is connected by whoever can do it.
"""
