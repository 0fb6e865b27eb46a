"""Values and rules every floor shares: conversation, errors, wording, settings, places.

Standard library first; nothing here knows Qt, SQL, llama.cpp or a process border.
"""
