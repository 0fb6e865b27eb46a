"""What is known of the library as the plain values that its views show.

``picture`` is all that is known, ``listing`` makes the rows of it and ``pages`` the page of each model;
``offer`` stands in an empty conversation. What lives here decides nothing.
"""
