"""A conversation as a file of its own.

What lives here: what an export says, its form as Markdown and as one self-contained page, and how a
file is written so that it is whole or not there. No Qt; the printed form is drawn by the transcript.
"""
