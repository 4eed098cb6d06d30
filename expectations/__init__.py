"""The rule book: templates as data, rules as values, the Great Expectations suites built from them."""
