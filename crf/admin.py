"""The review panel's pages of forms and queries. Nobody adds, changes or deletes clinical data here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from crf import admin_audit, codelists, review, workflow  # noqa: F401  (admin_audit registers itself)
from crf.admin_filters import ByForm, ByOpenQueries, BySite, ByState, OpenedSince, Since
from crf.declare.form import Crf, FormClass, casebook, form_named
from crf.index import FormIndex
from crf.signatures import Signature
from crf.workflow import Query
from trial import audit, roles
from trial.models import Membership
from trial.panel import Reading, moment
from trial.subjects import Refused

LONGEST_QUERY = 4000


def open_queries(form: Any, form_id: Any) -> Any:
    """How many open queries a row has, as part of the list's own statement."""
    counted = (
        Query.objects.filter(form=form, form_id=form_id)
        .exclude(state=Query.State.CLOSED)
        .order_by()
        .values("form")
        .annotate(n=Count("pk"))
    )
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


def signed() -> Any:
    """Whether a form is signed in its present version, as part of the list's own statement."""
    same = {name: OuterRef(name) for name in ("form", "form_id", "version")}
    return Exists(Signature.objects.filter(**same))


def badge(state: str) -> str:
    """Colour, sign and word of a state."""
    words = {
        "queried": __("queried"), "complete": __("complete"), "signed": __("signed"), "not_done": __("not done"),
        "withdrawn": __("entered in error"),
    }  # fmt: skip
    return format_html('<span class="cw-badge cw-badge-{}">{}</span>', state, words[state])


class FormPages(Reading):
    """What the list of all forms and each form's own list have in common: the review page of one form."""

    def locate(self, object_id: str) -> tuple[FormClass, int]:
        """The form and the primary key an address names. Raises Http404."""
        raise NotImplementedError

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_ask"
        return [path("<path:object_id>/ask/", self.admin_site.admin_view(self.ask), name=name), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form, read-only. Whatever is posted here is refused."""
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(request, object_id)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id]) + "#history"
        )

    def ask(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Raises a query on an item; what was written stays on the page when it is refused."""
        row = self._row(object_id)
        roles.permit(request.user, "raise_query", row.site_id)  # type: ignore[arg-type]
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
        if request.method != "POST":
            return HttpResponseRedirect(back)
        item, text = request.POST.get("item", ""), request.POST.get("text", "")
        error = ""
        if item and item not in dict(review.choices(row)):
            error = __("Please choose an item of this form.")
        elif len(text) > LONGEST_QUERY:
            error = __("This is too long for a query. Please shorten it to 4000 characters.")
        else:
            try:
                query = workflow.ask(row, item=item, by=request.user, text=text.strip(), now=timezone.now())  # type: ignore[arg-type]
            except Refused as refused:
                error = str(refused)
        if error:
            return self._page(request, object_id, asked={"item": item, "text": text[:LONGEST_QUERY], "error": error})
        messages.success(request, __("Query %(n)s is open; the site sees it in its list.") % {"n": query.pk})
        return HttpResponseRedirect(back + "#queries")

    def _row(self, object_id: str) -> Any:
        form, pk = self.locate(unquote(object_id))
        row = review.whole(form, pk)
        if row is None:
            raise Http404
        return row

    def _page(self, request: HttpRequest, object_id: str, asked: dict[str, str] | None = None) -> HttpResponse:
        row = self._row(object_id)
        if any(h.role == Membership.Role.INSPECTOR for h in roles.held(request.user)):  # type: ignore[arg-type]
            audit.record(
                "form viewed", {"form": row.declared.name, "id": row.pk}, site=row.site_id, subject=row.subject_id
            )
        with review.on_site_clock(row):
            context = {
                **self.admin_site.each_context(request),
                **review.page(row, by=request.user),  # type: ignore[arg-type]
                "opts": self.opts,
                "title": f"{row.declared.title} · {row.subject.code}",
                "asked": asked or {},
                "ask_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_ask", args=[object_id]),
            }
            response = TemplateResponse(request, "admin/crf/review.html", context, status=400 if asked else 200)
            return response.render()


@admin.register(FormIndex)
class AllForms(FormPages):
    """Every submitted form of the reader's sites."""

    list_display = (
        "subject_code",
        "visit_name",
        "form_title",
        "state",
        "queries",
        "version",
        moment("changed_at", _("last change")),
        "changed_by",
    )
    list_filter = (BySite, ByForm, ByState, ByOpenQueries, Since)
    list_select_related = ("subject", "visit", "changed_by")
    search_fields = ("subject__code",)
    search_help_text = _("Subject, for example 01-003")

    def locate(self, object_id: str) -> tuple[FormClass, int]:
        name, _colon, pk = object_id.rpartition(":")
        try:
            return form_named(name), int(pk)
        except (KeyError, ValueError):
            raise Http404 from None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request)
        return found.annotate(open_queries=open_queries(OuterRef("form"), OuterRef("form_id")), signed=signed())

    @admin.display(description=_("subject"), ordering="subject__code")
    def subject_code(self, entry: Any) -> str:
        return entry.subject.code

    @admin.display(description=_("visit"), ordering="visit__planned_on")
    def visit_name(self, entry: Any) -> str:
        return review.visit_label(entry)

    @admin.display(description=_("form"), ordering="form")
    def form_title(self, entry: Any) -> str:
        title = form_named(entry.form).declared.title
        return f"{title} ({entry.occurrence})" if entry.occurrence > 1 and entry.visit_id else str(title)

    @admin.display(description=_("state"))
    def state(self, entry: Any) -> str:
        return badge(review.state(entry.status, entry.open_queries, signed=entry.signed))

    @admin.display(description=_("open queries"), ordering="open_queries")
    def queries(self, entry: Any) -> str:
        return str(entry.open_queries or "")


class OneForm(FormPages):
    """The submitted forms of one kind, an item a column; made for each form from its declaration."""

    list_per_page = 25
    search_fields = ("subject__code",)
    search_help_text = _("Subject, for example 01-003")

    def locate(self, object_id: str) -> tuple[FormClass, int]:
        try:
            return self.model, int(object_id)
        except ValueError:
            raise Http404 from None

    @admin.display(description=_("subject"), ordering="subject__code")
    def subject_code(self, row: Any) -> str:
        return row.subject.code

    @admin.display(description=_("entry"), ordering="occurrence")
    def entry_number(self, row: Any) -> str:
        return str(row.occurrence)

    @admin.display(description=_("version"), ordering="version")
    def version_now(self, row: Any) -> str:
        return str(row.version)

    @admin.display(description=_("visit"), ordering="visit__planned_on")
    def visit_name(self, row: Any) -> str:
        return review.visit_label(row)


def column(name: str, item: Any) -> Any:
    """An item as a column: its value in words, or why it is missing."""

    @admin.display(description=item.about.label, ordering=name)
    def value(row: Any) -> str:
        why = row.missing.get(name)
        return f"({dict(codelists.Missing.choices).get(why, why)})" if why else item.in_words(getattr(row, name))

    value.__name__ = name
    return value


def register(form: FormClass) -> None:
    """The panel's list of one form, read off its declaration."""
    of_visit = issubclass(form, Crf)
    attributes = {
        "list_display": (
            "subject_code",
            *(("visit_name",) if of_visit else ()),
            "entry_number",
            *(column(name, item) for name, item in form.declared.items.items()),
            "version_now",
            moment("changed_at", _("last change")),
        ),
        "list_filter": (BySite, Since),
        "list_select_related": ("subject", *(("visit",) if of_visit else ())),
    }
    admin.site.register(form, type(f"{form.__name__}Pages", (OneForm,), attributes))


for _form in casebook():
    register(_form)


@admin.register(Query)
class Queries(Reading):
    """Queries of the reader's sites; a row opens the query's own page, where it is answered and closed."""

    list_display = (
        "id",
        "subject_code",
        "visit_name",
        "form_title",
        "item_label",
        "sentence",
        "state",
        moment("opened_at", _("opened")),
        "raised_by",
    )
    list_filter = (BySite, ByForm, "state", OpenedSince)
    list_select_related = ("subject", "visit", "opened_by")
    search_fields = ("subject__code", "check_id")
    search_help_text = _("Subject or check, for example 01-003 or CRS-01")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("query", args=[unquote(object_id)]))

    @admin.display(description=_("subject"), ordering="subject__code")
    def subject_code(self, query: Any) -> str:
        return query.subject.code

    @admin.display(description=_("visit"))
    def visit_name(self, query: Any) -> str:
        return review.visit_label(query)

    @admin.display(description=_("form"), ordering="form")
    def form_title(self, query: Any) -> str:
        return str(form_named(query.form).declared.title)

    @admin.display(description=_("item"))
    def item_label(self, query: Any) -> str:
        return review.label_of(form_named(query.form), query.item)

    @admin.display(description=_("text"))
    def sentence(self, query: Any) -> str:
        return query.sentence

    @admin.display(description=_("opened by"))
    def raised_by(self, query: Any) -> str:
        return str(query.opened_by) if query.opened_by else __("Check %(id)s") % {"id": query.check_id}
