"""One figure per file. Each has `draw(study)`, which returns a matplotlib figure."""
