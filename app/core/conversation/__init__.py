"""What a conversation is: messages, what is not sent yet, what goes with it, what the model reads of it.

``message`` is the vocabulary of every floor; ``sampling`` is how the next word of an answer is chosen.
"""
