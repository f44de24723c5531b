"""From an address to the place it names; whatever does not exist for this reader is a 404."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from crf import logs
from crf.declare.form import Crf, form_named
from crf.ledger import NEW
from crf.place import Place
from crf.subject_views import subject_or_404
from trial import schedule


def place_or_404(code: str, visit_code: str, slug: str, occurrence: int, *, taken: bool = True) -> Place:
    """Where the address points. taken=False: the caller finds out whether an entry of a log is there."""
    subject = subject_or_404(code)
    try:
        form = form_named(slug)
    except KeyError:
        raise Http404 from None
    if not issubclass(form, Crf):
        return _log_place_or_404(Place(form, subject, None, occurrence), visit_code, taken=taken)
    visit = get_object_or_404(subject.visits, code=visit_code)
    visit.subject, visit.site = subject, subject.site
    if not schedule.admits(visit.code, form.declared.name) or (occurrence != 1 and not form.declared.repeats):
        raise Http404
    if occurrence < 1:
        raise Http404
    return Place(form, subject, visit, occurrence)


def _log_place_or_404(place: Place, folder: str, *, taken: bool) -> Place:
    """An entry that is there ("log"), or the one that is being added ("logs"): no number can be opened before it is taken."""
    if folder != ("logs" if place.occurrence == NEW else "log"):
        raise Http404
    if taken and place.occurrence != NEW and not logs.exists(place):
        raise Http404
    return place
