"""Django's registration of the conclusions."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    """Snapshots, data sets, endpoints."""

    name = "analytics"
    verbose_name = _("Conclusions")

    def ready(self) -> None:
        from analytics import tasks
        from trial import beat
        from trial.context import navigation
        from trial.signals import data_changed

        data_changed.connect(tasks.nudge, dispatch_uid="analytics.nudge")
        beat.defaults.append(beat.Every("Look for changed data", "analytics.tasks.poll", tasks.LOOK_EVERY))
        navigation += [
            (_("Endpoints"), "endpoints", "bar-chart-line", "endpoints"),
            (_("Published"), "published", "journal-check", "endpoints"),
            (_("Jobs"), "jobs", "cpu", "jobs"),
        ]
        post_migrate.connect(_mark, sender=self)
        _give_tables_to_exports()


def _mark(*, using: str, **kwargs: Any) -> None:
    from analytics.marks import install

    if using == "owner":
        install(using=using)


def _give_tables_to_exports() -> None:
    """The periodic export holds the endpoint tables too; the forms below do not know of them, so they are handed down."""
    try:
        from crf.exports import extra
    except ImportError:
        return
    from analytics.exports import tables

    extra.append(tables)
