"""LaTeX maths as outlines; ``drawing`` is the door.

What lives here: from the LaTeX of one formula to a filled path with its measures, for the screen and
for every form of export alike. No Qt, no Markdown, no colour; the typesetting library is at home here.
"""
