"""Draws from PyMC models, and the gates they must pass. Knows nothing of prices."""
