"""Moving in from the older system: its tables are read, nothing in them is changed."""
