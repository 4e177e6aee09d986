"""Is the machinery right? Known truths in, and what comes out: simulation-based calibration, error rates of the verdict."""
