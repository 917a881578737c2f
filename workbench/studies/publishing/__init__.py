"""What is published, and how good was it? Freezing runs, opening what was frozen, scoring it when the truth arrives."""

from workbench.studies.publishing.release import forecasts, parameters, publish, saved_run

__all__ = ["forecasts", "parameters", "publish", "saved_run"]
