"""The panels that open above the status strip, and what they say in words.

``popover`` is the card all of them are, ``popovers`` opens one at a time and leads the keyboard.
"""
