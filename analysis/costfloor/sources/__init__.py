"""Readers from an outside format to a tidy table, one file each."""
