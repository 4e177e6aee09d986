"""Error rates of the verdict rule in worlds whose answer is known."""
