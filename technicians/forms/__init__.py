"""Shapes of what technicians type and choose; the services decide whether it may happen."""
