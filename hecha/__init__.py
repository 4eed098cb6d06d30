"""The command `hecha`."""
