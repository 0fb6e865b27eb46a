"""What goes on around the conversation: the sidebar's list, the windows beside, the network, the end.

Here are controllers of the window itself: each would be the same whatever model answers.
"""
