"""Classical forecasts of later prices, for the same leave-future-out table as the laws."""

from analysis.baselines.forecasts import BASELINES, BaselineForecasts, baseline_forecasts
from analysis.baselines.predictive import BaselineForecast

__all__ = ["BASELINES", "BaselineForecast", "BaselineForecasts", "baseline_forecasts"]
