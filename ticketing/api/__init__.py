"""The REST interface as a whole: its routes, its errors, its description."""
