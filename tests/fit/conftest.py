"""The small fits, shared with the tests of forecasts."""

from small_fits import small_fits, small_frame, small_obs

__all__ = ["small_fits", "small_frame", "small_obs"]
