"""What goes on around the conversation: the sidebar's list, the windows beside, the network, the end.

Deleting and the bin belong to the list. Here are controllers of the window itself: each would be the
same whatever model answers.
"""
