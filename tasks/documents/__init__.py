"""The files that go out of the house: lists of problems, notices, circulars, a report's result as PDF."""
