"""The manual: help pages for people, and the search that finds the page a question is about."""
