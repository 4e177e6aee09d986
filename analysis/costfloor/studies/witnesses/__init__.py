"""Witnesses of the fall at a fixed graph, each by itself, beside what changing the graph brings."""
