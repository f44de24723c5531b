"""Filters of the review panel's lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crf.declare.form import casebook
from crf.review import sites_of


class BySite(SimpleListFilter):
    """The reader's sites."""

    title, parameter_name = _("site"), "site"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return sites_of(request)

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(site_id=int(value)) if value and value.isdigit() else queryset


class ByForm(SimpleListFilter):
    """The forms of the casebook."""

    title, parameter_name = _("form"), "form"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [(form.declared.name, form.declared.title) for form in casebook()]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(form=self.value()) if self.value() else queryset


class ByState(SimpleListFilter):
    """Queried, complete, signed, not done: the one state a list shows. Needs `open_queries` and `signed` on the rows."""

    title, parameter_name = _("state"), "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("queried", _("queried")),
            ("complete", _("complete")),
            ("signed", _("signed")),
            ("not_done", _("not done")),
            ("withdrawn", _("entered in error")),
        ]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        conditions = {
            "queried": Q(open_queries__gt=0),
            "complete": Q(open_queries=0, status="COMPLETE", signed=False),
            "signed": Q(open_queries=0, status="COMPLETE", signed=True),
            "not_done": Q(open_queries=0, status="NOT_DONE"),
            "withdrawn": Q(status="WITHDRAWN"),
        }
        return queryset.filter(conditions.get(self.value() or "", Q()))


class ByOpenQueries(SimpleListFilter):
    """With or without open queries."""

    title, parameter_name = _("open queries"), "open"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("one or more")), ("no", _("none"))]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        conditions = {"yes": Q(open_queries__gt=0), "no": Q(open_queries=0)}
        return queryset.filter(conditions.get(self.value() or "", Q()))


class Since(SimpleListFilter):
    """Rows dated by `field` within the last hours."""

    title, parameter_name, field = _("changed since"), "since", "changed_at"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("24", _("24 hours ago")), ("168", _("7 days ago")), ("720", _("30 days ago"))]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("24", "168", "720"):
            return queryset
        return queryset.filter(**{f"{self.field}__gte": timezone.now() - timedelta(hours=int(self.value() or 0))})


class EventSince(Since):
    """Audit entries by their time."""

    title, field = _("when"), "at"


class OpenedSince(Since):
    """Queries by the time they were opened."""

    title, field = _("opened since"), "opened_at"
