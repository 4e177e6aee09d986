"""The fake study of the report, for the chapters of studies."""

from fake_study import study

__all__ = ["study"]
