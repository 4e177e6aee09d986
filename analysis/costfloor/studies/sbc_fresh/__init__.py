"""Simulation-based calibration of every law."""
