"""Static pages of a sweep, free of network and server."""
