"""What stands above a subject's casebook: an earlier or later screening of the same person, and other sites it was at."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crf import words
from trial import rescreening, roles, whereabouts
from trial.models import Subject, User


def notes(subject: Subject) -> list[dict[str, str]]:
    """Sentences with the address of the subject they speak of; asks the database only where there is something to say."""
    found = []
    for one in rescreening.chain(subject) if subject.former_id is not None else ():
        text = _("Screened before as %(code)s: %(status)s.") % {"code": one.code, "status": one.get_status_display()}
        found.append({"text": text, "url": reverse("casebook", args=[one.code])})
    again = rescreening.rescreened_as(subject) if subject.status == Subject.Status.SCREEN_FAILED else None
    if again is not None:
        text = _("Screened again as %(code)s.") % {"code": again.code}
        found.append({"text": text, "url": reverse("casebook", args=[again.code])})
    for move in whereabouts.of_subject(subject):
        shown = {
            "from": move.from_site.code, "to": move.to_site.code, "day": date_format(move.on, "DATE_FORMAT"),
            "why": words.reason(move.reason),
        }  # fmt: skip
        found.append(
            {"text": _("Transferred from site %(from)s to site %(to)s on %(day)s: %(why)s") % shown, "url": ""}
        )
    return found


def actions(user: User, subject: Subject) -> list[dict[str, Any]]:
    """The corrections that this person may make to the subject as a whole."""
    found = []
    if roles.may(user, "screen", subject.site) and subject.status == Subject.Status.SCREENED:
        found.append((_("Screening failed"), "fail-screening", "x-lg"))
    if roles.may(user, "screen", subject.site) and subject.status == Subject.Status.SCREEN_FAILED:
        found.append((_("Screen again"), "rescreen", "arrow-repeat"))
    if roles.may(user, "transfer", subject.site) and subject.status != Subject.Status.SCREEN_FAILED:
        found.append((_("Transfer"), "transfer", "hospital"))
    return [{"label": label, "url": reverse(name, args=[subject.code]), "icon": icon} for label, name, icon in found]
