"""A law fitted to observations: its receipt, its draws, what it reports."""
