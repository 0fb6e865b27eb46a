"""What is known of the library as the plain values that its views show.

``shown`` is the door, ``offer`` the one in an empty conversation. What lives here decides nothing.
"""
