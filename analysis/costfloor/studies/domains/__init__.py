"""Training against inference: gains at a fixed task."""
