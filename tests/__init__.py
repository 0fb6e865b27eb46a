"""Tests; each folder is a room of the house."""
