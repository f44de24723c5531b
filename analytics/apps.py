"""Django's registration of the conclusions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    """Snapshots, data sets, endpoints."""

    name = "analytics"
    verbose_name = _("Conclusions")
