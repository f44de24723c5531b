"""Schedules in the panel: when a task runs is the data manager's choice, which task it is is not."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from trial import audit
from trial.panel import Panel, moment


class Timetable(Panel):
    """Beat's tables carry no audit trigger (beat writes them all the time): an edit by a person is recorded here."""

    see, edit = ("schedule",), "schedule"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.record("schedule changed", {"schedule": str(obj), "changed": sorted(form.changed_data)})


@admin.register(PeriodicTask)
class Periodic(Timetable):
    """What runs by the clock."""

    fields = ("title", "program", "enabled", "crontab", "interval", "last_run_at", "total_run_count")
    readonly_fields = ("title", "program", "last_run_at", "total_run_count")
    list_display = ("title", "enabled", "clock", moment("last_run_at", _("last run")), "total_run_count")
    list_select_related = ("crontab", "interval", "solar", "clocked")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("name"), ordering="name")
    def title(self, schedule: Any) -> str:
        return __(schedule.name)

    @admin.display(description=_("program"))
    def program(self, schedule: Any) -> str:
        return str(schedule.task)

    @admin.display(description=_("schedule"))
    def clock(self, schedule: Any) -> str:
        return str(schedule.scheduler or "")


@admin.register(CrontabSchedule)
class Crontabs(Timetable):
    """Times of day and week."""

    fields = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year", "timezone")
    list_display = ("__str__", "timezone")


@admin.register(IntervalSchedule)
class Intervals(Timetable):
    """Every so many seconds, minutes, hours or days."""

    fields = ("every", "period")
