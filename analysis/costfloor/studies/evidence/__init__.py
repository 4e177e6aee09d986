"""Evidence of every law by sequential Monte Carlo."""
