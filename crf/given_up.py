"""What somebody typed and gave up, choosing another person's value: the history of a form shows it, as the audit trail has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crf.codelists import Missing
from crf.declare.form import FormClass
from crf.declare.items import UNIT_SHOWN, Coded, Item, Number
from crf.declare.measured import UNIT
from crf.page import MISSING
from crf.place import Place
from trial.models import AuditEvent, User

NOT_KEPT = "value not kept in a conflict"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """One item, or one line of a grid, that was typed and is not in the form."""

    label: str
    typed: str
    who: str
    at: datetime


def given_up(place: Place) -> list[GivenUp]:
    """What was typed at this place and not kept, the latest first; in a form and in its draft."""
    name = place.form.declared.name
    events = AuditEvent.objects.filter(
        subject_id=place.subject.pk, action=NOT_KEPT, after__form=name, after__occurrence=place.occurrence,
        after__visit=place.visit.code if place.visit else None,
    )  # fmt: skip
    found = list(events.order_by("-id"))
    people = {u.username: str(u) for u in User.objects.filter(username__in={e.actor for e in found})}
    return [
        GivenUp(label, typed, people.get(event.actor, event.actor), event.at)
        for event in found
        for label, typed in in_words(place.form, (event.after or {}).get("typed") or {})
    ]


def in_words(form: FormClass, typed: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Labels and texts of what was posted, in the order of the form. A number stays as typed: it may not even be one."""
    said = {key: ", ".join(texts) for key, texts in typed.items()}
    found = []
    for name, item in form.declared.items.items():
        if name in said or name + UNIT in said or name + MISSING in said:
            found.append((str(item.about.label), _said(name, item, said)))
    for name, grid in form.declared.rows.items():
        numbers = {key.split("-")[1] for key in said if key.startswith(f"{name}-")}
        for number in sorted(int(n) for n in numbers if n.isdecimal()):
            cells = ((f"{name}-{number}-{inner}", item) for inner, item in grid.row.declared.items.items())
            line = " ".join(filter(None, (_said(key, item, said) for key, item in cells)))
            found.append((f"{grid.about.label} {number + 1}", line))
    return [(label, text) for label, text in found if text]


def _said(name: str, item: Item, said: dict[str, str]) -> str:
    text, unit, why = (said.get(name + part, "") for part in ("", UNIT, MISSING))
    if text and isinstance(item, Coded):
        text = item.in_words(text)
    elif text and isinstance(item, Number):
        text = f"{text} {UNIT_SHOWN.get(unit, unit) or item.about.unit_shown}"
    reasons: dict[Any, Any] = dict(Missing.choices)
    return " ".join(filter(None, (text.strip(), f"({reasons.get(why, why)})" if why else "")))
