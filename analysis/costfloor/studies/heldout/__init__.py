"""Targeted predictive checks on months that the fits had not seen."""
