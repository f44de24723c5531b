"""Queries: opened by an edit check or a reviewer, answered by the site, closed by evidence or by a reviewer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from crf.declare.form import Check, Entered, form_named
from trial import audit, roles
from trial.guarded import SubjectTable
from trial.models import Site, Subject, User, Visit
from trial.subjects import Refused

# Stored as the msgid: each reader gets it in their own language.
EVIDENCE = gettext_noop("Closed: the values changed, and the check has nothing to ask any more.")
RANGE = "RANGE:"  # the check id of an item's own plausible range is RANGE:<item>


class Query(SubjectTable):
    """A question pinned to subject, form, item and the version of the values that caused it."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        ANSWERED = "ANSWERED", _("Answered")
        CLOSED = "CLOSED", _("Closed")

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="queries", verbose_name=_("subject"))
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("site"))
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="+", verbose_name=_("visit"))
    form = models.CharField(_("form"), max_length=60)
    form_id = models.BigIntegerField()
    occurrence = models.PositiveSmallIntegerField(default=1)
    item = models.CharField(_("item"), max_length=60, blank=True)
    check_id = models.CharField(_("check"), max_length=80, blank=True)  # blank = asked by a person
    text = models.TextField(_("text"), blank=True)  # of a person; a check's text is read in the reader's language
    seen_version = models.PositiveIntegerField(_("version seen"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("opened by")
    )  # null = check
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )  # null = evidence

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["form", "form_id"], name="query_form"),
            models.Index(fields=["subject", "state"], name="query_subject"),
        ]
        constraints = [
            # One question at a time: a check that still fails is the same query, not a second one.
            models.UniqueConstraint(
                fields=["form", "form_id", "check_id"],
                condition=models.Q(state__in=["OPEN", "ANSWERED"]) & ~models.Q(check_id=""),
                name="query_once",
            ),
            models.CheckConstraint(condition=models.Q(state__in=["OPEN", "ANSWERED", "CLOSED"]), name="query_state"),
        ]
        verbose_name = _("query")
        verbose_name_plural = _("queries")

    def __str__(self) -> str:
        return f"{self.subject.code} {self.check_id or self.item}"

    @property
    def sentence(self) -> str:
        """What is asked, in the reader's language."""
        if not self.check_id:
            return self.text
        declared = form_named(self.form).declared
        if self.check_id.startswith(RANGE):
            return range_text(declared.item(self.check_id.removeprefix(RANGE)))
        check = declared.checks.get(self.check_id)
        return str(check.text) if check else __("Check %(id)s is no longer in force.") % {"id": self.check_id}

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED


class QueryMessage(SubjectTable):
    """One entry of a query's thread."""

    query = models.ForeignKey(Query, models.PROTECT, related_name="messages")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+"
    )  # null = the software, closing by evidence
    text = models.TextField(max_length=4000)

    class Meta:
        ordering = ["id"]
        verbose_name = _("message of a query")
        verbose_name_plural = _("messages of queries")


def range_text(item: Any) -> str:
    """The question about a value outside its plausible range."""
    low, high = item.about.soft
    return __(
        "The value is unusual (expected %(low)s to %(high)s %(unit)s). Please check it against the source, and confirm or correct."
    ) % {
        "low": "–" if low is None else low,
        "high": "–" if high is None else high,
        "unit": item.about.unit_shown,
    }


@transaction.atomic(savepoint=False)
def follow_checks(
    row: Entered,
    failing: Iterable[Check],
    *,
    changed: set[str],
    now: datetime,
    fresh: bool = False,
    among: Collection[str] | None = None,
) -> None:
    """Opens a query for each check that fails now and closes those whose check holds again. Call inside `acting`.

    A query that a reviewer closed stays closed until a value it saw changes. fresh: the form was written this moment.
    among: the ids of the checks that were judged; None = all.
    """
    failing_by_id = {check.id: check for check in failing}
    # Nobody can have asked about a form that was not there.
    asked = Query.objects.filter(form=row.declared.name, form_id=row.pk).exclude(check_id="")
    mine = [] if fresh else list(asked)
    open_now = {q.check_id: q for q in mine if q.is_open}
    for query in open_now.values():
        if query.check_id not in failing_by_id and (among is None or query.check_id in among):
            _close(query, by=None, now=now)
    accepted = {q.check_id for q in mine if q.state == Query.State.CLOSED and q.closed_by_id is not None}
    for check in failing_by_id.values():
        if check.id in open_now or (check.id in accepted and not changed & {check.item, *check.sees}):
            continue
        Query.objects.create(
            subject_id=row.subject_id,
            site_id=row.site_id,
            visit_id=getattr(row, "visit_id", None),
            form=row.declared.name,
            form_id=row.pk,
            occurrence=row.occurrence,
            item=check.item,
            check_id=check.id,
            seen_version=row.version,
            opened_at=now,
        )


def close_all(row: Entered, *, now: datetime) -> None:
    """Closes what is asked about a form that counts no more. Call inside `acting`."""
    for query in Query.objects.filter(form=row.declared.name, form_id=row.pk).exclude(state=Query.State.CLOSED):
        _close(query, by=None, now=now)


def close_checks(row: Entered, *, now: datetime) -> None:
    """Closes what checks ask about a form whose values are gone; a person's question stays. Call inside `acting`."""
    asked_by_checks = Query.objects.filter(form=row.declared.name, form_id=row.pk).exclude(check_id="")
    for query in asked_by_checks.exclude(state=Query.State.CLOSED):
        _close(query, by=None, now=now)


def carry(row: Entered, to: Entered) -> None:
    """Takes the open questions of people, with their threads, to where the form stands now. Call inside `acting`."""
    mine = Query.objects.filter(form=row.declared.name, form_id=row.pk, check_id="").exclude(state=Query.State.CLOSED)
    keys = list(mine.values_list("pk", flat=True))
    owner = {"subject_id": to.subject_id, "site_id": to.site_id}
    QueryMessage.objects.filter(query__in=keys).update(**owner)
    Query.objects.filter(pk__in=keys).update(
        **owner,
        visit_id=getattr(to, "visit_id", None),
        form_id=to.pk,
        occurrence=to.occurrence,
        seen_version=to.version,
    )


def asked(form: str, rows: Iterable[Entered]) -> set[int]:
    """Keys of those rows of a form about which a check has ever asked."""
    keys = [row.pk for row in rows]
    found = Query.objects.filter(form=form, form_id__in=keys).exclude(check_id="") if keys else Query.objects.none()
    return set(found.values_list("form_id", flat=True))


def _close(query: Query, *, by: User | None, now: datetime) -> None:
    query.state, query.closed_at, query.closed_by = Query.State.CLOSED, now, by
    query.save(update_fields=["state", "closed_at", "closed_by"])
    if by is None:
        _say(query, EVIDENCE, by=None, now=now)


def _say(query: Query, text: str, *, by: User | None, now: datetime) -> None:
    QueryMessage.objects.create(
        query=query, subject_id=query.subject_id, site_id=query.site_id, at=now, by=by, text=text
    )


@transaction.atomic
def answer(query: Query, *, by: User, text: str, now: datetime) -> None:
    """The site's answer; the query waits for a reviewer, or closes by evidence when the value is corrected."""
    query = _locked(query, by=by, action="answer_query", text=text)
    with audit.acting(by, text):
        _say(query, text, by=by, now=now)
        query.state = Query.State.ANSWERED
        query.save(update_fields=["state"])


@transaction.atomic
def close(query: Query, *, by: User, text: str, now: datetime) -> None:
    """A reviewer accepts the answer."""
    query = _locked(query, by=by, action="close_query", text=text)
    with audit.acting(by, text):
        _say(query, text, by=by, now=now)
        _close(query, by=by, now=now)


@transaction.atomic
def reopen(query: Query, *, by: User, text: str, now: datetime) -> None:
    """A reviewer is not content with the answer."""
    query = _locked(query, by=by, action="close_query", text=text)
    with audit.acting(by, text):
        _say(query, text, by=by, now=now)
        query.state = Query.State.OPEN
        query.save(update_fields=["state"])


@transaction.atomic
def ask(row: Entered, *, item: str, by: User, text: str, now: datetime) -> Query:
    """A reviewer's own question about an item of a submitted form."""
    roles.permit(by, "raise_query", row.site_id)
    if not text.strip():
        raise Refused(__("Please write what you ask."))
    with audit.acting(by):
        return Query.objects.create(
            subject_id=row.subject_id, site_id=row.site_id, visit_id=getattr(row, "visit_id", None), form=row.declared.name,
            form_id=row.pk, occurrence=row.occurrence, item=item, text=text, seen_version=row.version, opened_at=now, opened_by=by,
        )  # fmt: skip


def _locked(query: Query, *, by: User, action: str, text: str) -> Query:
    roles.permit(by, action, query.site_id)
    query = Query.objects.select_for_update().get(pk=query.pk)
    if not query.is_open:
        raise Refused(__("This query is closed already."))
    if not text.strip():
        raise Refused(__("Please write a sentence, so that the next reader understands."))
    return query
