"""Two people changed one form: mine, theirs and what stood before both, item by item; nothing is overwritten."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as __

from crf import codelists, entry, words
from crf.declare.items import Item
from trial import audit
from trial.models import User
from trial.request import Request


def conflict_page(
    request: Request, place: entry.Place, conflict: entry.Conflict, *, carried: list[Any], here: str
) -> HttpResponse:
    """The page on which the second of two people chooses, per item. What both typed the same is not asked."""
    theirs = conflict.theirs
    assert theirs is not None
    mine, stored = conflict.page.values(), entry.initial(theirs)
    items = []
    for name, item in conflict.page.items.items():
        if mine.get(name) == stored.get(name) and name not in conflict.page.errors:
            continue
        if isinstance(item, Item):
            before = words.seen_at(theirs, name, conflict.based_on) if conflict.based_on else ""
            as_typed = (
                conflict.page.data.get(name, "") if name in conflict.page.errors else item.in_words(mine.get(name))
            )
            shown = {"mine": as_typed, "theirs": item.in_words(stored.get(name)), "original": before}
        else:
            shown = {"mine": _lines(item, mine.get(name)), "theirs": _lines(item, stored.get(name)), "original": ""}
        # Changed by me alone: mine is the natural choice. Changed by both: nobody chooses but the person.
        by_them = shown["theirs"] != shown["original"]
        by_me = shown["mine"] != shown["original"]
        items.append(
            {
                "name": name,
                "label": item.about.label,
                "clash": by_them and by_me,
                "pick": "mine" if by_me else "theirs",
                **shown,
            }
        )
    context = {
        "page": {
            "subject": place.subject, "visit": {"label": ""}, "form_label": place.form.declared.title, "version": theirs.version,
        },
        "items": items, "carried": carried, "form_url": here, "theirs_by": theirs.changed_by, "theirs_at": theirs.changed_at,
        "reasons": codelists.ChangeReason.choices, "reason_choice": request.POST.get("reason_choice", ""),
        "reason_text": request.POST.get("reason_text", ""),
    }  # fmt: skip
    return render(request, "crf/conflict.html", context, status=409)


def _lines(grid: Any, lines: Any) -> str:
    declared = grid.row.declared
    said = []
    for line in lines or ():
        values = line if isinstance(line, dict) else vars(line)
        said.append(
            " ".join(str(i.in_words(values.get(n))) for n, i in declared.items.items() if values.get(n) is not None)
        )
    return "; ".join(said) or __("no rows")


def resolved(place: entry.Place, data: QueryDict, *, by: User) -> QueryDict:
    """What is to be submitted after the choice: my text, with theirs where theirs was picked. Both are kept in the audit trail."""
    theirs = place.row()
    chosen = data.copy()
    if theirs is None:
        return chosen
    stored = stored_as_typed(place, by=by)
    given_up: dict[str, Any] = {}
    for name in place.form.declared.in_force(place.version):
        if data.get(f"_pick_{name}") != "theirs":
            continue
        for key in [k for k in chosen if k in (name, f"{name}__missing") or k.startswith(f"{name}-")]:
            if chosen.getlist(key) != stored.get(key, []):
                given_up[key] = chosen.getlist(key)
            del chosen[key]
        for key, texts in stored.items():
            if key in (name, f"{name}__missing") or key.startswith(f"{name}-"):
                chosen.setlist(key, texts)
    if given_up:
        with audit.acting(by):
            audit.record(
                "value not kept in a conflict",
                {"form": place.form.declared.name, "form_id": theirs.pk, "version": theirs.version, "typed": given_up},
                site=place.subject.site_id,
                subject=place.subject.pk,
            )
    return chosen


def stored_as_typed(place: entry.Place, *, by: User) -> dict[str, list[str]]:
    """The stored form as a browser would post it."""
    page = entry.blank_page(place, by=by)
    found: dict[str, list[str]] = {}
    for name in page.fields:
        value = page[name].value()
        found[name] = ["" if value is None else str(value)]
    for name, grid in page.grids.items():
        found[f"{name}-TOTAL_FORMS"] = found[f"{name}-INITIAL_FORMS"] = [str(len(grid.forms))]
        found[f"{name}-INITIAL_FORMS"] = ["0"]
        for number, line in enumerate(grid.forms):
            for inner in line.fields:
                if inner != "DELETE":
                    value = line[inner].value()
                    found[f"{name}-{number}-{inner}"] = ["" if value is None else str(value)]
    return found
