"""What stands around the items on a form's page: the way to it, what follows from it, its queries, where to go from here."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __

from crf import entry, episodes, serious, sheet, words
from crf.declare.form import MOVED, Check, Entered, FormClass
from crf.ledger import NEW, address, place_label
from crf.page import PageForm
from crf.subject_views import crumbs
from crf.workflow import Query
from trial import schedule
from trial.models import Subject

ENDED = (Subject.Status.WITHDRAWN, Subject.Status.SCREEN_FAILED)


def log_address(subject: Subject, form: FormClass) -> str:
    """The list of a log's entries."""
    return reverse("log", args=[subject.code, form.declared.slug])


def crumbs_of(place: entry.Place, here: str, *more: tuple[str, str]) -> list[dict[str, str]]:
    """Site > subject > visit > form; of a log: Site > subject > log > entry."""
    title = str(place.form.declared.title)
    if place.visit is None:
        label = place_label(None, place.occurrence)
        return crumbs(place.subject, (title, log_address(place.subject, place.form)), (label, here), *more)
    visit = (schedule.label(place.visit.code), reverse("visit", args=[place.subject.code, place.visit.code]))
    return crumbs(place.subject, visit, (title, here), *more)


def judged(place: entry.Place, page: PageForm, row: Any, *, may_enter: bool) -> dict[str, Any]:
    """What follows from what is on the page, typed or stored: verdicts, failing checks, the episode, the clock of a report."""
    derives = bool(place.form.declared.derived)
    if page.is_bound:
        if not hasattr(page, "cleaned_data"):
            page.is_valid()
        of = entry.candidate(place, page, now=timezone.now(), row=row)
    elif row is not None and row.status == Entered.Status.COMPLETE:
        # The event of an episode stands beside its assessments: read with what they read.
        beside = {"adverse_event"} if place.form.declared.name in episodes.KIND_OF_FORM else set()
        names = place.form.declared.reads() | beside
        of = sheet.of_row(row, casebook=sheet.Casebook.reading(row.subject, names) if names else None)
    else:
        return {"derives": derives, "verdicts": [], "failing": [], "episode": None, "clock": None}
    name = place.form.declared.name
    zone = ZoneInfo(place.subject.site.timezone)
    page.known_words = words.known(place.form, of)
    return {
        "derives": derives,
        "verdicts": words.verdicts(of),
        "failing": [_asked(check, place.form) for check in entry.failing(place, of) if check.text],
        "episode": episodes.beside(of, form=name, may_log=may_enter and place.subject.status not in ENDED),
        "clock": serious.clock(of, zone=zone, now=of.now) if name == serious.FORM else None,
    }


def _asked(check: Check, form: FormClass) -> dict[str, Any]:
    """A failing check as the page shows it: with the item that it stands at, and the place of that item."""
    return {"id": check.id, "text": check.text, "hard": check.hard, **_stands_at(form, check.item)}


def _stands_at(form: FormClass, item: str) -> dict[str, str]:
    """Label and anchor of an item; what speaks of no item speaks of the form, and leads nowhere."""
    if not item:
        return {"item_label": str(form.declared.title), "anchor": ""}
    return {"item_label": str(form.declared.item(item).about.label), "anchor": f"item-{item}"}


def state_of(place: entry.Place, row: Any, *, draft: bool, queried: bool, signed: bool = False) -> str:
    """The state shown beside the title, as the casebook shows it; blank for a log entry that is being added."""
    if place.occurrence == NEW:
        return ""
    if draft or queried:
        return "queried" if queried else "draft"
    if row is None or (row.status == Entered.Status.WITHDRAWN and place.visit is not None):
        return "expected"
    if row.status == Entered.Status.COMPLETE:
        return "signed" if signed else "complete"
    return str(row.status.lower())


def mark_of(place: entry.Place, row: Any, here: str, may_enter: bool) -> dict[str, str]:
    """Why the form does not count, and the deed that changes whether it does: url and label, blank where there is none."""
    status = row.status if row else ""
    if place.visit is not None:
        labels = {
            "": __("Mark as not done"),
            "WITHDRAWN": __("Mark as not done"),
            "NOT_DONE": __("It was done after all"),
        }
        url = here + "not-done/"
    else:
        labels = {"COMPLETE": __("Entered in error"), "WITHDRAWN": __("Restore the entry")}
        url = here + "withdraw/"
    if row and MOVED in row.missing:
        # What was moved away is no mark: where it went stands above the form.
        return {
            "why": "",
            "label": labels["WITHDRAWN"] if place.visit and may_enter else "",
            "url": url if place.visit and may_enter else "",
        }
    label = labels.get(status, "") if may_enter and place.occurrence != NEW and (row or place.visit) else ""
    why = row.why if row and not (place.visit and status == "WITHDRAWN") else ""
    return {"why": words.reason(why), "label": label, "url": url if label else ""}


def queries_of(place: entry.Place, row: Any) -> list[dict[str, Any]]:
    """The open queries of a submitted form."""
    if row is None:
        return []
    now = timezone.now()
    found = Query.objects.filter(form=place.form.declared.name, form_id=row.pk).exclude(state=Query.State.CLOSED)
    return [
        {
            **_stands_at(place.form, q.item), "age_text": words.age(q.opened_at, now),
            "state_label": q.get_state_display(), "text": q.sentence, "url": reverse("query", args=[q.pk]),
        }
        for q in found
    ]  # fmt: skip


def actions(place: entry.Place, row: Any, may_enter: bool) -> list[dict[str, str]]:
    """Where to go from here: the other entries of a log, or another assessment the same visit where the form repeats."""
    if place.visit is None:
        stands = row is not None and row.status == Entered.Status.COMPLETE
        return _of_log(place, may_enter) + ([_move(place)] if stands and may_enter else [])
    declared = place.form.declared
    if not (row and row.status == Entered.Status.COMPLETE and may_enter):
        return []
    if not declared.repeats:
        return [_move(place)]
    rows = place.form.objects.filter(subject=place.subject, visit=place.visit)  # type: ignore[attr-defined]
    numbers = sorted(rows.values_list("occurrence", flat=True))
    return [
        *(
            {"label": place_label(None, n), "url": address(place.form, place.subject, place.visit, n)}
            for n in numbers
            if n != place.occurrence
        ),
        {
            "label": __("Another this day"),
            "icon": "plus-lg",
            "url": address(place.form, place.subject, place.visit, numbers[-1] + 1),
        },
        _move(place),
    ]


def _move(place: entry.Place) -> dict[str, str]:
    here = address(place.form, place.subject, place.visit, place.occurrence)
    return {"label": __("Move"), "icon": "arrow-right", "url": here + "move/"}


def _of_log(place: entry.Place, may_enter: bool) -> list[dict[str, str]]:
    found = [{"label": __("All entries"), "icon": "list-check", "url": log_address(place.subject, place.form)}]
    if may_enter and place.occurrence != NEW and place.subject.status not in ENDED:
        add = {"label": __("Add an entry"), "icon": "plus-lg", "url": address(place.form, place.subject, None, NEW)}
        found.append(add)
    return found
