"""A screen failure is screened again: a new subject id, tied to the former one; nothing of the former subject is touched."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from trial import roles, subjects
from trial.models import Subject, User
from trial.subjects import Refused


def rescreened_as(subject: Subject) -> Subject | None:
    """The subject as which this screen failure was screened again, or None."""
    return Subject.objects.filter(former=subject).first()


def chain(subject: Subject) -> list[Subject]:
    """Every earlier screening of the same person, the latest first."""
    found, one = [], subject
    while one.former is not None:
        one = one.former
        found.append(one)
    return found


@transaction.atomic
def rescreen(subject: Subject, *, by: User, on: date, reason: str) -> Subject:
    """Screens a screen failure again at its site, under the next id.

    Raises PermissionDenied, and Refused for anybody but a screen failure, a second time, without a reason, and before the
    former screening.
    """
    # The lock makes two who press at once one after the other.
    subject = Subject.objects.select_for_update(of=("self",)).select_related("site").get(pk=subject.pk)
    roles.permit(by, "screen", subject.site_id)
    if subject.status != Subject.Status.SCREEN_FAILED:
        raise Refused(_("Only a screen failure is screened again; %(subject)s is not one.") % {"subject": subject.code})
    if (again := rescreened_as(subject)) is not None:
        shown = {"subject": subject.code, "again": again.code}
        raise Refused(_("%(subject)s was screened again already, as %(again)s.") % shown)
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    if on < subject.screened_on:
        raise Refused(_("The new screening cannot be before the former one. Please check the date."))
    return subjects.screen(subject.site, by=by, on=on, former=subject, reason=reason.strip())
