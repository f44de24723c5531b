"""What runs by the clock: default schedules, made once after a migrate and then the data manager's to edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Every:
    """A task every so many seconds."""

    name: str
    task: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Daily:
    """A task once a day at this hour and minute, in a time zone."""

    name: str
    task: str
    hour: int
    minute: int
    zone: str = "Asia/Shanghai"


# Packages above add theirs in their AppConfig.ready().
defaults: list[Every | Daily] = [Every("Tend jobs", "trial.tasks.tend_jobs", 5)]


def install(*, using: str = "owner", **_: Any) -> None:
    """Creates the schedules that are not there; an edited one is left as it is."""
    from django.db import connections
    from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

    if PeriodicTask._meta.db_table not in connections[using].introspection.table_names():
        return
    for entry in defaults:
        if PeriodicTask.objects.using(using).filter(name=entry.name).exists():
            continue
        if isinstance(entry, Every):
            interval, _made = IntervalSchedule.objects.using(using).get_or_create(every=entry.seconds, period="seconds")
            # A beat that was away sends one message, not all it missed.
            PeriodicTask(name=entry.name, task=entry.task, interval=interval, expire_seconds=entry.seconds * 6).save(
                using=using
            )
        else:
            crontab, _made = CrontabSchedule.objects.using(using).get_or_create(
                minute=str(entry.minute),
                hour=str(entry.hour),
                day_of_week="*",
                day_of_month="*",
                month_of_year="*",
                timezone=entry.zone,
            )
            PeriodicTask(name=entry.name, task=entry.task, crontab=crontab).save(using=using)
