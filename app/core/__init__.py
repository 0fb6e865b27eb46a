"""Values and rules every floor shares: conversation, settings, this computer; errors, wording, places.

Standard library first; nothing here knows Qt, SQL, llama.cpp or a process border.
"""
