"""One piece of a message on screen: words, code, a table, a formula, notes, and what each is made of.

``segment`` says what every piece can do. A piece knows its width and nothing of its neighbours.
"""
