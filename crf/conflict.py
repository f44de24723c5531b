"""Two people changed one form or one draft: mine, theirs and what stood before both, item by item; nothing is overwritten."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as __

from crf import codelists, entry
from crf.codelists import Missing
from crf.declare.items import Item
from crf.declare.measured import UNIT, of, same
from crf.drafted import OWN, as_posted, seen_of
from crf.drafts import Draft
from crf.figures import Typed
from crf.former import as_of
from crf.given_up import NOT_KEPT
from crf.ledger import place_label
from crf.page import MISSING, PageForm
from crf.sent import with_grids
from trial import audit
from trial.models import User
from trial.request import Request


@dataclass(slots=True)
class Side:
    """One of the three: values and missing reasons by item name; where a text cannot be read, the text itself."""

    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def said(self, name: str, item: Any) -> list[str]:
        """An item in words; of a grid one text a row."""
        if name in self.texts:
            return [self.texts[name]]
        if not isinstance(item, Item):
            return [_line(item, line) for line in self.values.get(name) or ()]
        if why := self.values.get(name + MISSING):
            reasons: dict[Any, Any] = dict(Missing.choices)
            return [f"({reasons.get(why, why)})"]
        text = str(item.in_words(self.values.get(name)))
        return [text] if text else []

    def equals(self, other: Side, name: str, item: Any) -> bool:
        """Whether both hold the same of an item."""
        if name in self.texts or name in other.texts:
            return self.texts.get(name) == other.texts.get(name)
        if not isinstance(item, Item):
            return [_plain(line) for line in self.values.get(name) or ()] == [
                _plain(line) for line in other.values.get(name) or ()
            ] or self.said(name, item) == other.said(name, item)
        reasons = (self.values.get(name + MISSING) or "", other.values.get(name + MISSING) or "")
        return same(self.values.get(name), other.values.get(name)) and reasons[0] == reasons[1]


def _plain(line: Any) -> dict[str, Any]:
    return line if isinstance(line, dict) else vars(line)


def _line(grid: Any, line: Any) -> str:
    values = _plain(line)
    words = (i.in_words(values.get(n)) for n, i in grid.row.declared.items.items() if values.get(n) is not None)
    return " ".join(str(word) for word in words)


def side_of_page(page: PageForm) -> Side:
    """What was typed. page: bound and validated."""
    values = {**page.values(), **{name + MISSING: why for name, why in page.missing().items()}}
    texts = {name: str(page.data.get(name, "")) for name in page.errors if str(page.data.get(name, "")).strip()}
    return Side(values, {name: text for name, text in texts.items() if name in page.items})


def side_as_of(row: Any, version: int) -> Side:
    """The form as it stood at an earlier version; blank before the first."""
    if not version:
        return Side()
    state, lines = as_of(row, version)
    whole = SimpleNamespace(**{**dict.fromkeys(f.attname for f in row._meta.concrete_fields), **state})
    values = {name: of(whole, name, item) for name, item in row.declared.items.items()}
    return Side({**values, **lines, **{name + MISSING: why for name, why in (state.get("missing") or {}).items()}})


def rows_of(mine: Side, theirs: Side, original: Side, items: dict[str, Any]) -> list[dict[str, Any]]:
    """One row an item that differs between mine and theirs. What both typed the same is not asked."""
    found = []
    for name, item in items.items():
        if mine.equals(theirs, name, item):
            continue
        by_me, by_them = not mine.equals(original, name, item), not theirs.equals(original, name, item)
        texts = {
            which: side.said(name, item) for which, side in (("mine", mine), ("theirs", theirs), ("original", original))
        }
        # Changed by me alone: mine is the natural choice. Changed by both: nobody chooses but the person.
        found.append(
            {
                "name": name,
                "label": item.about.label,
                "grid": not isinstance(item, Item),
                "clash": by_me and by_them,
                "pick": "mine" if by_me else "theirs",
                **{
                    which: [{"text": t, "new": t not in texts["original"]} for t in said]
                    for which, said in texts.items()
                },
            }  # fmt: skip
        )
    return found


def conflict_page(
    request: Request, place: entry.Place, conflict: entry.Conflict, *, data: QueryDict, here: str
) -> HttpResponse:
    """The page on which the second of two people who submit chooses, per item. data: what was submitted."""
    theirs = conflict.theirs
    assert theirs is not None
    return _page(
        request, place, data, here=here, kind="form", version=theirs.version, seen=seen_of(request.POST).revision,
        by=theirs.changed_by, at=theirs.changed_at,
        items=rows_of(
            side_of_page(conflict.page), Side(entry.initial(theirs)), side_as_of(theirs, conflict.based_on),
            conflict.page.items,
        ),
    )  # fmt: skip


def draft_conflict_page(
    request: Request, place: entry.Place, draft: Draft, *, here: str, based_on: int
) -> HttpResponse:
    """The same of two unsubmitted versions; `draft` is theirs."""
    pages = [
        entry.blank_page(place, by=request.user, data=with_grids(data, place.form), complete=False)
        for data in (request.POST, as_posted(draft.values))
    ]
    for page in pages:
        page.is_valid()
    row = place.row()
    before = side_as_of(row, min(based_on, row.version)) if row else Side()
    return _page(
        request, place, request.POST, here=here, kind="draft", version=based_on, seen=draft.revision, by=draft.saved_by, at=draft.saved_at,
        items=rows_of(side_of_page(pages[0]), side_of_page(pages[1]), before, pages[0].items),
    )  # fmt: skip


def _page(
    request: Request,
    place: entry.Place,
    data: QueryDict,
    *,
    here: str,
    kind: str,
    version: int,
    seen: int,
    **shown: Any,
) -> HttpResponse:
    own = (*OWN, "reason_choice", "reason_text") if kind == "form" else OWN  # a page of its own asks for the reason
    carried = [(k, v) for k, vs in data.lists() if k not in own and not k.startswith("_pick_") for v in vs]
    context = {
        "page": {
            "subject": place.subject, "visit": {"label": place_label(place.visit, place.occurrence)},
            "form_label": place.form.declared.title, "version": version, "seen": seen,
            "id": request.POST.get("_page", ""), "person": request.user.pk,
        },
        "kind": kind, "carried": carried, "form_url": here, "reasons": codelists.ChangeReason.choices if kind == "form" else (),
        "reason_choice": request.POST.get("reason_choice", ""), "reason_text": request.POST.get("reason_text", ""),
        "rows": __("no rows"), **shown,
    }  # fmt: skip
    return render(request, "crf/conflict.html", context, status=409)


def resolved(place: entry.Place, data: QueryDict, theirs: dict[str, list[str]], *, by: User, version: int) -> QueryDict:
    """What is kept after the choice: my text, with theirs where theirs was picked. Both are kept in the audit trail.

    theirs: as a browser would post it. version: what the choice was made against, for the trail.
    """
    chosen = data.copy()
    given_up: dict[str, Any] = {}
    for name in place.form.declared.in_force(place.version):
        if data.get(f"_pick_{name}") != "theirs":
            continue
        for key in [k for k in chosen if _belongs(k, name)]:
            if chosen.getlist(key) != theirs.get(key, []):
                given_up[key] = chosen.getlist(key)
            del chosen[key]
        for key, texts in theirs.items():
            if _belongs(key, name):
                chosen.setlist(key, texts)
    if given_up:
        with audit.acting(by):
            _record(place, given_up, version)
    return chosen


def _belongs(key: str, name: str) -> bool:
    """Whether a control belongs to an item: its value, unit, missing reason, or a cell of its grid."""
    return key in (name, name + UNIT, name + MISSING) or key.startswith(f"{name}-")


def _record(place: entry.Place, typed: dict[str, Any], version: int) -> None:
    row = place.row()
    audit.record(
        NOT_KEPT,
        {
            "form": place.form.declared.name, "form_id": row.pk if row else None, "occurrence": place.occurrence,
            "visit": place.visit.code if place.visit else None, "version": version, "typed": typed,
        },
        site=place.subject.site_id,
        subject=place.subject.pk,
    )  # fmt: skip


def stored_as_typed(place: entry.Place, *, by: User) -> dict[str, list[str]]:
    """The stored form as a browser would post it."""
    page = entry.blank_page(place, by=by)
    found: dict[str, list[str]] = {}
    for name in page.fields:
        value = page[name].value()
        if isinstance(value, Typed):
            found[name + UNIT] = [value.unit]
        found[name] = ["" if value is None else str(value)]
    for name, grid in page.grids.items():
        found[f"{name}-TOTAL_FORMS"] = [str(len(grid.forms))]
        found[f"{name}-INITIAL_FORMS"] = ["0"]
        for number, line in enumerate(grid.forms):
            for inner in line.fields:
                if inner != "DELETE":
                    value = line[inner].value()
                    found[f"{name}-{number}-{inner}"] = ["" if value is None else str(value)]
    return found
