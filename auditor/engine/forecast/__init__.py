"""What a round will cost: time, requests and disk, before anything is asked of any site."""

from auditor.engine.forecast.advice import Problem, problems_of
from auditor.engine.forecast.history import SiteHistory, read_history
from auditor.engine.forecast.rounds import Forecast, SharedAddress, SiteForecast, forecast
from auditor.engine.forecast.workload import Assumptions

__all__ = [
    "Assumptions",
    "Forecast",
    "Problem",
    "SharedAddress",
    "SiteForecast",
    "SiteHistory",
    "forecast",
    "problems_of",
    "read_history",
]
