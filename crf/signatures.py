"""Signatures: who approved a form as it stood, bound to its content. A later change leaves them, and names what is to be signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from crf.declare.form import Crf, Entered, FormClass, casebook, form_named
from crf.declare.measured import ENTERED, UNIT
from crf.workflow import Query
from trial import audit, delegation, roles, subjects
from trial.guarded import Guard, SubjectTable
from trial.models import Delegation, Site, Subject, User, Visit
from trial.subjects import Refused


class Signature(SubjectTable):
    """One person's approval of one form in one version. Written once; a new version of the form asks for another.

    items: by name the hash of what each item held; digest: the hash of these with the place, the person, the time and the
    meaning, so that a signature carried to another form, or altered, is found out. Source: 21 CFR 11.50 and 11.70.
    """

    class Meaning(models.TextChoices):
        APPROVAL = "APPROVAL", _("Approved: complete and correct to the best of my knowledge.")

    guard = Guard(site="site_id", follows=("subject_id", "trial_subject"), fixed=True, leave_out=("items",))

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="signatures", verbose_name=_("subject"))
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("site"))
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="+", verbose_name=_("visit"))
    form = models.CharField(_("form"), max_length=60)
    form_id = models.BigIntegerField()
    occurrence = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField(_("version signed"))
    meaning = models.CharField(_("meaning"), max_length=20, choices=Meaning)
    signed_at = models.DateTimeField(_("signed"))
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("signed by"))
    printed_name = models.CharField(_("printed name"), max_length=320)
    items = models.JSONField(_("items"))
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject"], name="signature_subject")]
        constraints = [
            models.UniqueConstraint(fields=["form", "form_id", "version", "signed_by"], name="signature_once"),
            models.CheckConstraint(condition=models.Q(meaning__in=["APPROVAL"]), name="signature_meaning"),
        ]
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")

    def __str__(self) -> str:
        return f"{self.subject.code} {self.form} {self.printed_name}"

    @property
    def genuine(self) -> bool:
        """Whether nothing of it was altered since it was written."""
        return self.digest == _digest(self)

    def changed_in(self, row: Entered) -> list[str]:
        """Names of the items whose content differs from what was signed, in the order of the form."""
        now = content(row)
        order = [*row.declared.items, *row.declared.rows]
        return [name for name in order if now.get(name) != self.items.get(name)]


class Shown(NamedTuple):
    """A form as the signing person saw it."""

    form: str
    form_id: int
    version: int


def content(row: Entered) -> dict[str, str]:
    """By name the hash of what each item or grid holds: value, what was entered, why it is missing. Blank items are left out.

    The row as it was read from the database, where every number has its declared places.
    """
    found = {}
    for name in row.declared.items:
        parts = [*_parts(row, name), row.missing.get(name)]
        if any(part is not None for part in parts):
            found[name] = _hash(parts)
    for name, grid in row.declared.rows.items():
        lines = [
            [_parts(line, inner) for inner in grid.row.declared.items]
            for line in sorted(getattr(row, name).all(), key=lambda line: line.row)
        ]
        if lines:
            found[name] = _hash(lines)
    return found


def _parts(row: Any, name: str) -> list[str | None]:
    """The columns of an item as text, None where one is empty."""
    fields = {field.name: field for field in row._meta.concrete_fields}
    columns = [fields[column] for column in (name, name + ENTERED, name + UNIT) if column in fields]
    return [None if getattr(row, f.attname) is None else f.value_to_string(row) for f in columns]


def _hash(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(of: Signature) -> str:
    place = [of.subject.code, of.visit.code if of.visit else "", of.form, of.form_id, of.occurrence, of.version]
    person = [of.signed_by_id, of.printed_name, of.signed_at.astimezone(UTC).isoformat(), of.meaning]
    return _hash([place, person, of.items])


def may_sign(user: User, site: Site, *, now: datetime) -> bool:
    """Whether a person may sign at a site: an investigator to whom it is delegated on this day."""
    on = subjects.today(site, now)
    return roles.may(user, "sign", site) and delegation.holds(user, Delegation.Group.SIGNATURE, site, on=on)


def not_delegated(user: User, site: Site, *, now: datetime) -> str:
    """What an investigator reads who may not sign here today; blank for who may, and for who is none."""
    if not roles.may(user, "sign", site):
        return ""
    return delegation.lacks(user, Delegation.Group.SIGNATURE, site, now=now)


@transaction.atomic
def sign(shown: Iterable[Shown], *, subject: Subject, by: User, now: datetime) -> list[Signature]:
    """Signs forms of a subject as they were shown. Whoever calls has asked for the password.

    All of them or none. Raises PermissionDenied; Refused where one was changed since, counts no more, is signed in this
    version already, or has an open query at a critical item.
    """
    if not may_sign(by, subject.site, now=now):
        raise PermissionDenied
    wanted = {(one.form, one.form_id): one.version for one in shown}
    if not wanted:
        raise Refused(__("Please choose what you sign."))
    made, known = [], {form.declared.name for form in casebook()}
    for name in sorted({form for form, _pk in wanted} & known):
        form = form_named(name)
        versions = {pk: version for (of, pk), version in wanted.items() if of == name}
        rows = _locked(form, subject, versions)
        made += [_signature(row, subject, by=by, now=now) for row in rows]
    if {(one.form, one.form_id): one.version for one in made} != wanted:
        raise Refused(__("A form was changed since this page was opened. Please read it again, and sign then."))
    if critical(wanted):
        raise Refused(__("A critical item of a form has an open query. Please have it settled first."))
    there = Signature.objects.filter(subject=subject, signed_by=by).values_list("form", "form_id", "version")
    if {(one.form, one.form_id, one.version) for one in made} & set(there):
        raise Refused(__("You have signed this already."))
    with audit.acting(by):
        return Signature.objects.bulk_create(made)


def _locked(form: FormClass, subject: Subject, versions: dict[int, int]) -> list[Any]:
    """The complete ones of these forms, which nobody changes until they are signed."""
    rows = form.objects.select_for_update(of=("self",)).filter(  # type: ignore[attr-defined]
        subject=subject, pk__in=versions, status=Entered.Status.COMPLETE
    )
    rows = rows.select_related("visit") if issubclass(form, Crf) else rows
    return list(rows.prefetch_related(*form.declared.rows).order_by("pk"))


def _signature(row: Any, subject: Subject, *, by: User, now: datetime) -> Signature:
    made = Signature(
        subject=subject, site=subject.site, visit=getattr(row, "visit", None), form=row.declared.name, form_id=row.pk,
        occurrence=row.occurrence, version=row.version, meaning=Signature.Meaning.APPROVAL, signed_at=now, signed_by=by,
        printed_name=str(by), items=content(row),
    )  # fmt: skip
    made.digest = _digest(made)
    return made


def critical(of: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those of these forms (name, key) of which a critical item has a query that is not closed, or a hard check fails."""
    wanted = set(of)
    names, keys = {form for form, _pk in wanted}, {pk for _form, pk in wanted}
    asked = Query.objects.filter(form__in=names, form_id__in=keys).exclude(state=Query.State.CLOSED)
    return {(q.form, q.form_id) for q in asked if (q.form, q.form_id) in wanted and _is_critical(q)}


def _is_critical(query: Query) -> bool:
    declared = form_named(query.form).declared
    check = declared.checks.get(query.check_id)
    about = declared.item(query.item).about if query.item in {**declared.items, **declared.rows} else None
    return bool(check and check.hard) or bool(getattr(about, "critical", False))


def of_forms(wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], list[Signature]]:
    """The signatures of these forms (name, key), the latest first, with what a page shows of them."""
    found: dict[tuple[str, int], list[Signature]] = {}
    names, keys = {form for form, _pk in wanted}, {pk for _form, pk in wanted}
    related = Signature.objects.select_related("subject", "visit", "signed_by")
    for one in related.filter(form__in=names, form_id__in=keys).order_by("-id"):
        found.setdefault((one.form, one.form_id), []).append(one)
    return {place: found.get(place, []) for place in wanted}


def label_changes(one: Signature, row: Entered) -> list[str]:
    """Labels of the items that differ from what was signed."""
    return [str(row.declared.item(name).about.label) for name in one.changed_in(row)]
