"""Classical forecasts of later prices, for the same leave-future-out table as the laws."""

from costfloor.forecast.baselines.forecasts import BASELINES, TITLES, BaselineForecasts, baseline_forecasts
from costfloor.forecast.baselines.predictive import BaselineForecast

__all__ = ["BASELINES", "TITLES", "BaselineForecast", "BaselineForecasts", "baseline_forecasts"]
