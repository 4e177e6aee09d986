"""The small fits, shared with the tests of forecasts."""

from small_fits import fit_folder, small_fits, small_frame, small_obs

__all__ = ["fit_folder", "small_fits", "small_frame", "small_obs"]
