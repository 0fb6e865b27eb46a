"""From a conversation to tokens and back: prompts, the cache of what is read, sampling, streamed parts.

Works on ids and values behind protocols of its own; no llama.cpp, no frames.
"""
