"""Great Expectations expectations of our own, each with its metric; imported only to build suites."""
