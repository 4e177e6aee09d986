"""Forecasts from the dates since which less than a year has passed, and the months before."""
