"""Planted faults, a module a family of rules."""
