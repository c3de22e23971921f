"""Pages about oneself: signing in, registering, passwords, addresses, sessions."""
