"""What a person looks at: windows, regions and pages, built from widgets, without rules of their own.

One room for each thing that is looked at as a whole; nothing lies loose here.
"""
