"""Forecasts from past origins, their scores, and what follows: comparison, verdict, refit."""
