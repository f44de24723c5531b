"""What is known of a person from an earlier screening, offered to begin a form with: shown to be checked, never copied unseen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from crf.declare.form import Entered, form_named
from crf.ledger import address
from crf.place import Place
from trial.models import Subject

# Form -> items that are the same at every screening. Body size is measured anew.
SAME = {"demographics": ("birth_year", "sex", "ethnicity")}
ASKED = "from"


def offer(place: Place, row: Entered | None) -> dict[str, str]:
    """The way to a form filled in from the former screening: url and label; blank where there is nothing to offer."""
    if row is not None or _former(place) is None:
        return {}
    former = place.subject.former
    assert former is not None
    url = f"{address(place.form, place.subject, place.visit, place.occurrence)}?{ASKED}={former.code}"
    return {"url": url, "label": _("Fill in from the former screening, %(code)s") % {"code": former.code}}


def asked_for(place: Place, asked: Mapping[str, str]) -> QueryDict | None:
    """The raw strings to begin the form with, where the address asks for them by the former subject's id; None = not asked."""
    former: Subject | None = place.subject.former if asked.get(ASKED) else None
    if former is None or former.code != asked[ASKED] or (row := _former(place)) is None:
        return None
    found = QueryDict(mutable=True)
    for name in SAME[place.form.declared.name]:
        value = getattr(row, name)
        found[name] = "" if value is None else str(value)
    return found


def _former(place: Place) -> Any:
    """The form of the former screening, or None."""
    name = place.form.declared.name
    if name not in SAME or place.subject.former_id is None:
        return None
    rows: Any = form_named(name).objects  # type: ignore[attr-defined]
    return rows.filter(subject=place.subject.former_id, status=Entered.Status.COMPLETE).first()
