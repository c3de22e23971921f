"""The pages of figures."""

from reports.views.overview import Overview, days, period_figures
from reports.views.targets import MissedFile, Targets, TargetsFile
from reports.views.time import TimeEntriesFile, TimeFile, TimeSpent

__all__ = [
    "MissedFile",
    "Overview",
    "Targets",
    "TargetsFile",
    "TimeEntriesFile",
    "TimeFile",
    "TimeSpent",
    "days",
    "period_figures",
]
