"""Django's registration of the measured tables."""

from django.apps import AppConfig


class BenchConfig(AppConfig):
    """Tables equal to the CRS assessment's, each with another audit."""

    name = "tests.bench"
    label = "bench"
