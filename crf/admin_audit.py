"""The audit trail in the panel: legible, filtered, and read-only like everywhere."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crf import words
from crf.admin_filters import BySite, EventSince
from crf.declare.form import Entered, Row
from trial import audit
from trial.guard import guarded_models
from trial.models import AuditEvent, Site, Subject, User
from trial.panel import Reading, moment

SHOWN = 4  # changes named in a line of the list; the entry itself shows all of them


COLUMNS = {
    "subject_id": _("subject"), "site_id": _("site"), "visit_id": _("visit"), "form_id": _("form"), "row": _("row"),
    "query_id": _("query"), "occurrence": _("entry"), "status": _("state"), "missing": _("why missing"), "version": _("version"),
    "entered_at": _("entered"), "entered_by_id": _("entered by"), "changed_at": _("last change"),
    "changed_by_id": _("changed by"), "at": _("when"), "by_id": _("who"), "text": _("text"), "saved_at": _("saved at"),
    "based_on": _("based on version"),
}  # fmt: skip


@cache
def tables() -> dict[str, Any]:
    """The audited tables by name."""
    return {model._meta.db_table: model for model, guard in guarded_models() if not guard.append_only}


def table_title(name: str) -> str:
    """What a person reads for a table."""
    model = tables().get(name)
    return str(model._meta.verbose_name) if model else name


def in_words(change: audit.Change) -> tuple[str, str, str]:
    """Label, old and new of one changed column; items as the forms word them."""
    model = tables().get(change.table)
    if model is None:
        return change.column, _text(change.old), _text(change.new)
    if issubclass(model, (Entered, Row)) and change.column in model.declared.items:
        item = model.declared.items[change.column]
        return (
            str(item.about.label),
            words.value_in_words(model, change.column, change.old),
            words.value_in_words(model, change.column, change.new),
        )
    labels = {f.attname: str(_label(f)) for f in model._meta.concrete_fields}
    if change.column == "text":  # of a query: what the software wrote is kept in English
        old, new = (__(text) if text else "" for text in (_text(change.old), _text(change.new)))
        return labels[change.column], old, new
    return labels.get(change.column, change.column), _text(change.old), _text(change.new)


def _label(field: Any) -> Any:
    """The field's own label, or what we call a column that needs none on any other page."""
    return (
        field.verbose_name
        if isinstance(field.verbose_name, Promise)
        else COLUMNS.get(field.attname, field.verbose_name)
    )


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}: {v}" for k, v in value.items())
    return "" if value is None else str(value)


def told(event: AuditEvent) -> list[tuple[str, str, str]]:
    """What an entry says, column by column; bookkeeping of a form is left out where there is anything else."""
    changes = [c for c in audit.changes([event]) if c.new not in (None, {}, "") or event.action != "I"]
    telling = [c for c in changes if c.column not in words.HOUSEKEEPING] or changes
    model = tables().get(event.table_name)
    order = {f.attname: i for i, f in enumerate(model._meta.concrete_fields)} if model else {}
    return [in_words(change) for change in sorted(telling, key=lambda c: order.get(c.column, len(order)))]


class ByTable(SimpleListFilter):
    """The kind of record."""

    title, parameter_name = _("record"), "table"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        named = sorted(((name, table_title(name)) for name in tables()), key=lambda pair: pair[1].lower())
        return [("-", str(_("events: sign-in, export, viewing"))), *named]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(table_name="" if value == "-" else value) if value else queryset


class ByActor(SimpleListFilter):
    """Who acted: people, and the software under a name of its own."""

    title, parameter_name = _("who"), "who"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        people = [(u.username, f"{u} ({u.username})") for u in User.objects.order_by("username")]
        return [*people, *((name, name) for name in audit.SYSTEM)]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(actor=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditTrail(Reading):
    """Every change and event of the reader's sites, the latest first."""

    list_display = (moment("at", _("when")), "actor", "what", "subject_code", "told", "why")
    list_filter = (BySite, ByTable, EventSince, ByActor)
    search_fields = ("actor",)
    search_help_text = _("Subject or user name, for example 01-003")
    ordering = ("-id",)
    fields = readonly_fields = ("at", "actor", "what", "site_code", "subject_code", "why", "everything")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        subject = Subject.objects.filter(pk=OuterRef("subject_id")).values("code")
        site = Site.objects.filter(pk=OuterRef("site_id")).values("code")
        return super().get_queryset(request).annotate(of_subject=Subquery(subject), of_site=Subquery(site))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not term:
            return queryset, False
        subjects = Subject.objects.filter(code__iexact=term.strip()).values("pk")
        return queryset.filter(Q(actor__icontains=term.strip()) | Q(subject_id__in=subjects)), False

    @admin.display(description=_("what"))
    def what(self, event: Any) -> str:
        if not event.table_name:
            return __(event.action)
        done = {"I": __("%(record)s added"), "U": __("%(record)s changed"), "D": __("%(record)s removed")}[event.action]
        return done % {"record": table_title(event.table_name)}

    @admin.display(description=_("why"))
    def why(self, event: Any) -> str:
        return __(event.reason) if event.reason else ""

    @admin.display(description=_("site"))
    def site_code(self, event: Any) -> str:
        return event.of_site or ""

    @admin.display(description=_("subject"))
    def subject_code(self, event: Any) -> str:
        return event.of_subject or ""

    @admin.display(description=_("changes"))
    def told(self, event: Any) -> str:
        everything = told(event)
        shown = format_html_join("", "<div>{}</div>", ((_line(*entry),) for entry in everything[:SHOWN]))
        more = len(everything) - SHOWN
        if more > 0:
            return shown + format_html_join(
                "", "<div>{}</div>", [(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more},)]
            )
        return shown

    @admin.display(description=_("changes"))
    def everything(self, event: Any) -> str:
        return format_html_join("", "<div>{}</div>", ((_line(*entry, limit=10_000),) for entry in told(event)))


def _line(label: str, old: str, new: str, limit: int = 80) -> str:
    old, new = Truncator(old).chars(limit), Truncator(new).chars(limit)
    return f"{label}: {old} → {new or '–'}" if old else f"{label}: {new}"
