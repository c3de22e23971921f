"""Measurements of the desk; see README.md."""
