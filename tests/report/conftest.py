"""One fake study for all tests of the report."""

from fake_study import study

__all__ = ["study"]
