"""What a page sends of a draft, what of it differs from what was submitted, and the banner that says so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from crf.declare.items import Item
from crf.declare.measured import UNIT, same
from crf.drafts import Draft, Seen
from crf.entry import judges
from crf.page import MISSING, PageForm
from crf.place import Place, initial
from trial import delegation
from trial.models import User

# What a page sends besides the form; the reason for a change is typed, and is kept with the draft.
OWN = (
    "_save", "_draft", "_check", "_add_row", "_compare", "_discard", "_version", "_opened", "_resolve", "_seen", "_page",
    "_person", "csrfmiddlewaretoken",
)  # fmt: skip
NAMED = 6  # items named in the banner


def number(text: str | None) -> int:
    """A counter as it was sent; 0 where it is no number."""
    return int(text) if text and text.isdigit() and len(text) < 9 else 0


def seen_of(data: QueryDict) -> Seen:
    """What the page knew of the draft when it was sent."""
    return Seen(number(data.get("_seen")), str(data.get("_page", ""))[:40])


def opened(data: QueryDict) -> datetime | None:
    """When the page of a new log entry was opened, as the page itself says; None on every other page."""
    try:
        at = datetime.fromisoformat(data.get("_opened", ""))
    except ValueError:
        return None
    return at if at.tzinfo else None


def anothers(request: HttpRequest) -> bool:
    """Whether the page was opened by somebody else than who is signed in now: their text is not to bear this name."""
    person = request.POST.get("_person", "")
    return bool(person) and person != str(request.user.pk)


def known(data: QueryDict) -> Seen | None:
    """The same; None where the page says nothing of a draft, and so knows whatever is there."""
    return seen_of(data) if "_seen" in data else None


def as_posted(values: dict[str, list[str]]) -> QueryDict:
    """A draft's raw strings as they were posted."""
    found = QueryDict(mutable=True)
    for name, texts in values.items():
        found.setlist(name, texts)
    return found


def typed_values(data: QueryDict, place: Place, *, by: User, draft: Draft | None) -> dict[str, list[str]]:
    """The raw strings to be kept. Items that wait for the investigator stay as the investigator left them."""
    values = {name: texts for name, texts in data.lists() if name not in OWN and not name.startswith("_pick_")}
    form, now = place.form, timezone.now()
    if not judges(form) or delegation.may_fill(by, form.declared.name, place.subject.site, now=now):
        return values
    waiting = _of_investigator(place)
    return {**{key: texts for key, texts in values.items() if key not in waiting}, **of_investigator(place, draft)}


def of_investigator(place: Place, draft: Draft | None) -> dict[str, list[str]]:
    """What a draft holds of the items that wait for the investigator."""
    waiting = _of_investigator(place)
    return {key: texts for key, texts in (draft.values if draft else {}).items() if key in waiting}


def _of_investigator(place: Place) -> set[str]:
    items = place.form.declared.in_force(place.version).items()
    names = [name for name, item in items if isinstance(item, Item) and item.about.investigator]
    return {key for name in names for key in (name, name + UNIT, name + MISSING)}


def differing(page: PageForm, row: Any) -> list[str]:
    """Names of the items and grids that differ from what was submitted, or that are filled where nothing was.

    page: bound and validated. An item that cannot be read as typed differs.
    """
    before, after, why = initial(row) if row else {}, page.values(), page.missing()
    found = []
    for name, item in page.items.items():
        if isinstance(item, Item):
            unread = name in page.errors and str(page.data.get(name, "")).strip()
            moved = not same(before.get(name), after.get(name)) or before.get(name + MISSING, "") != why.get(name, "")
            if unread or moved:
                found.append(name)
        elif before.get(name, []) != after.get(name, []) or any(
            line.errors and not line.is_removed for line in page.grids[name].forms
        ):
            found.append(name)
    return found


def shown_revision(data: QueryDict, draft: Draft | None) -> int:
    """The revision that a page may go on from, when it is shown again with what it sent."""
    seen = seen_of(data)
    return draft.revision if draft is not None and seen.covers(draft) else seen.revision


def banner(page: PageForm, draft: Draft, row: Any) -> dict[str, Any]:
    """What the banner of a resumed draft says. Times on the clock that is active."""
    names = differing(page, row)
    labels = [{"label": page.items[name].about.label, "anchor": f"item-{name}"} for name in names]
    return {
        "count": len(names), "items": labels[:NAMED], "more": max(0, len(names) - NAMED), "who": draft.saved_by,
        "at": clock(draft), "submitted": row is not None,
        "behind": row is not None and row.version != draft.based_on, "by": row.changed_by if row else None,
    }  # fmt: skip


def clock(draft: Draft) -> str:
    """When a draft was saved, on the clock that is active: the time alone if that was today."""
    at = timezone.localtime(draft.saved_at)
    return f"{at:%H:%M}" if at.date() == timezone.localdate() else f"{at:%Y-%m-%d %H:%M}"
