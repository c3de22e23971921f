"""The REST interface of figures."""
