"""The REST interface of targets."""
