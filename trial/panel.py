"""The base of every page of the review panel: who may see and who may edit stands in trial.roles, nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from trial import audit, roles
from trial.models import Site, User


def moment(field: str, label: Any) -> Any:
    """A time as a column of a list: one format in every language, in the reader's zone (UTC for those of several sites)."""

    @admin.display(description=label, ordering=field)
    def value(row: Any) -> str:
        at = getattr(row, field)
        return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""

    value.__name__ = field
    return value


class Panel(admin.ModelAdmin):
    """A model in the panel.

    see: actions of trial.roles.MAY of which one opens the page. edit: the action that may change rows; None = nobody.
    Django's permission tables and its own log are not used: the audit trail records every write.
    """

    see: tuple[str, ...] = ("review",)
    edit: str | None = None
    actions = None
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def _edits(self, request: HttpRequest) -> bool:
        return self.edit is not None and roles.may(_person(request), self.edit)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._edits(request) or any(roles.may(_person(request), action) for action in self.see)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._edits(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._edits(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._edits(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(
            request, {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        )

    def log_addition(self, *args: Any, **kwargs: Any) -> Any:
        """The audit trail has it."""

    def log_change(self, *args: Any, **kwargs: Any) -> Any:
        """The audit trail has it."""

    def log_deletions(self, *args: Any, **kwargs: Any) -> Any:
        """The audit trail has it."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What the audit trail holds about one row, in place of Django's own log."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(row),
            "opts": self.opts,
            "object": row,
            "changes": [(change, self._label(change.column)) for change in audit.history(row)[::-1]],
        }
        return TemplateResponse(request, "admin/audit_history.html", context)

    def _label(self, column: str) -> str:
        labels = {f.attname: str(f.verbose_name) for f in self.opts.concrete_fields}
        return labels.get(column, column)


class Reading(Panel):
    """A model that nobody adds, changes or deletes here, whatever their role."""

    edit = None

    def _edits(self, request: HttpRequest) -> bool:
        return False


class EverySite(Panel):
    """For the administrator, who looks after the people of every site and sees no subject of any.

    Memberships of a site are under row security: these pages, and these alone, open every site while they answer.
    """

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return opened(super().changelist_view, request, *args, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return opened(super().changeform_view, request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return opened(super().delete_view, request, *args, **kwargs)

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return opened(super().history_view, request, *args, **kwargs)


def opened(view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answers, page included, with the rows of every site open; the former scope holds again afterwards."""
    roles.permit(_person(request), "people")
    with audit.seeing(Site.objects.values_list("pk", flat=True)):
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            response = response.render()
    return response


def _person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]
