"""Fixed graph against changed graph: which channel the decline comes from."""
