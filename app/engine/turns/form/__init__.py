"""The form an answer must have: from a JSON Schema to a grammar, and an answer held to it.

``answer_form`` follows a generation; the others turn a schema into the notation of llama.cpp.
"""
