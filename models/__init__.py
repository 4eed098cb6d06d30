"""Plain values and stored tables: what a report is, what was read from it, what was found.

Imports nothing of ours; every other package may import this one.
"""
