"""The Markdown of a model, read into plain values and written out again.

What lives here: cleaning, incremental parsing, the values that screen and export are made from, and
their form as plain text and Markdown. No Qt, no vault: the same reading serves the transcript, the
clipboard and an exported file.
"""
