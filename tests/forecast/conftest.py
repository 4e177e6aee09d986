"""The table of the small fits, shared with the tests of fits."""

from small_fits import small_frame, small_obs

__all__ = ["small_frame", "small_obs"]
