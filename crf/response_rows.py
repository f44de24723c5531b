"""The assessments of response as rows of one table, with the forms behind each and what the investigator concluded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as __

from crf.casebook import Casebook
from crf.codelists import Response
from crf.declare.form import form_named
from crf.index import FormIndex
from crf.ledger import address
from crf.placeholders import level
from crf.response_cells import Cell, bands, chains, day_of, nadirs, of_assessment, written
from crf.response_tree import Tree, tree
from crf.workflow import Query
from trial import schedule
from trial.rules import myeloma
from trial.rules.imwg_measurable import Point
from trial.rules.imwg_timeline import Assessment, laboratories
from trial.rules.imwg_values import plain
from trial.rules.myeloma import Followed

# The forms of an assessment, and the item that says which day each is about.
ABOUT = {
    "myeloma_laboratory": "sampled_on",
    "bone_marrow": "sampled_on",
    "extramedullary_lesions": "imaged_on",
    "response_assessment": "assessed_on",
}
COLUMNS = (
    "serum", "urine", "kappa", "lambda", "difference", "ratio", "serum_band", "urine_band", "marrow", "lesions",
)  # fmt: skip
# The check of the response assessment that compares the investigator with the criteria.
DISAGREEMENT = "RSP-01"


@dataclass(frozen=True, slots=True)
class Link:
    """A form behind an assessment."""

    form: str
    label: str
    url: str
    visit: str  # its name; blank for a log


@dataclass(frozen=True, slots=True)
class Judged:
    """What an investigator concluded, beside what the criteria give on the same day."""

    place: int | None  # which assessment; None = it belongs to none
    value: str
    full: str
    differs: bool
    why: str  # the investigator's words
    link: Link
    query: Query | None


@dataclass(slots=True)
class Line:
    """One assessment, or the baseline, as a row."""

    on: date
    day: int
    visit: str
    cells: Mapping[str, Cell]
    links: Sequence[Link]
    tree: Tree | None = None  # None = the baseline
    judged: Sequence[Judged] = field(default_factory=tuple)

    @property
    def row(self) -> list[Cell]:
        """The cells in the order of the columns."""
        return [self.cells[name] for name in COLUMNS]

    @property
    def anchor(self) -> str:
        return f"on-{self.on.isoformat()}"


class Places:
    """Where the subject's forms stand: their pages by the day they are about. Two statements, whatever their number."""

    def __init__(self, casebook: Casebook) -> None:
        self.casebook = casebook
        rows = FormIndex.objects.filter(subject=casebook.subject, form__in=ABOUT).select_related("visit")
        self._at = {(row.form, row.form_id): row for row in rows}
        asked = Query.objects.filter(subject=casebook.subject, form="response_assessment", check_id=DISAGREEMENT)
        self.queries = {query.form_id: query for query in asked.exclude(state=Query.State.CLOSED)}

    def link(self, form: str, pk: int) -> Link:
        """A form's page."""
        row, model = self._at[(form, pk)], form_named(form)
        url = address(model, self.casebook.subject, row.visit, row.occurrence)
        return Link(form, str(model.declared.title), url, schedule.label(row.visit.code) if row.visit else "")

    def on(self, form: str, day: date | None) -> list[Link]:
        """The forms of that name about this day."""
        rows = [one for one in self.casebook.rows(form) if day is not None and getattr(one, ABOUT[form]) == day]
        return [self.link(form, one.pk) for one in rows]


def lines(casebook: Casebook, followed: Followed) -> tuple[list[Line], list[Judged]]:
    """The baseline and every assessment, oldest first; and the investigator's judgements that belong to none of them."""
    places, lowest = Places(casebook), nadirs(followed)
    rows = [row for row in casebook.rows("response_assessment") if row.assessed_on > followed.infused_on]
    judged = [_judged(row, followed, places) for row in rows]
    found = [_baseline(places, followed, lowest)]
    for at, one in enumerate(followed.response.assessments):
        mine, seen = [opinion for opinion in judged if opinion.place == at], tree(followed, at)
        urls = {form: links[0].url for form, day in _carried(one).items() if (links := places.on(form, day))}
        links = _links(places, one) + [opinion.link for opinion in mine]
        parts = {part.code: part for part in seen.parts}
        found.append(
            Line(
                on=one.day,
                day=(one.day - followed.infused_on).days,
                visit=next((link.visit for link in links if link.visit), ""),
                cells=of_assessment(one, followed, parts, lowest, urls),
                links=links,
                tree=seen,
                judged=mine,
            )
        )
    return found, [opinion for opinion in judged if opinion.place is None]


def _judged(row: Any, followed: Followed, places: Places) -> Judged:
    typed, derived = row.investigator_response, myeloma.response_on(followed, row.assessed_on).value
    return Judged(
        place=followed.place(row.assessed_on),
        value="NE" if typed == "NE" else level(typed) if typed else "",
        full=str(dict(Response.choices).get(typed, "")),
        differs=bool(typed and derived and typed != derived),
        why=row.differs_because or "",
        link=places.link("response_assessment", row.pk),
        query=places.queries.get(row.pk),
    )


def _links(places: Places, one: Assessment) -> list[Link]:
    parts = {"myeloma_laboratory": one.laboratory, "bone_marrow": one.marrow, "extramedullary_lesions": one.imaging}
    return [link for form, part in parts.items() if part is not None for link in places.on(form, part.day)]


def _carried(one: Assessment) -> dict[str, date]:
    """The day of each form that the assessment rests on, carried ones included."""
    parts = (one.laboratory, one.last_marrow, one.last_imaging)
    return {form: part.day for form, part in zip(ABOUT, parts, strict=False) if part is not None}


def _baseline(places: Places, followed: Followed, lowest: Mapping[str, date]) -> Line:
    """The values frozen before the infusion; each says its day where it is not that of the row."""
    base, lesions = followed.response.baseline, followed.lesions
    labs = {one.day: one for one in laboratories(places.casebook.rows("myeloma_laboratory"))}
    points = {
        "myeloma_laboratory": [point.day for point in (base.serum, base.urine, base.flc) if point is not None],
        "bone_marrow": [base.marrow.day] if base.marrow else [],
        "extramedullary_lesions": [lesions.baseline_on] if lesions.baseline_on else [],
    }
    on = max((day for days in points.values() for day in days), default=followed.infused_on)

    def value(name: str, point: Point | None, form: str) -> Cell:
        if point is None:
            return Cell(__("missing"), "missing")
        note = "" if point.day == on else day_of(point.day, followed)
        url = next((link.url for link in places.on(form, point.day)), "")
        return Cell(written(point.value), "nadir" if lowest.get(name) == point.day else "", note, "", url)

    links = [link for form, days in points.items() for day in dict.fromkeys(days) for link in places.on(form, day)]
    cells = {
        "serum": value("SERUM", base.serum, "myeloma_laboratory"),
        "urine": value("URINE", base.urine, "myeloma_laboratory"),
        **chains(labs.get(base.flc.day) if base.flc else None, base.chain, lowest),
        **bands(labs.get(base.serum.day) if base.serum else None, {}),
        "marrow": value("MARROW", base.marrow, "bone_marrow"),
        "lesions": _baseline_lesions(places, followed, lowest),
    }
    return Line(
        on=on,
        day=(on - followed.infused_on).days,
        visit=next((link.visit for link in links if link.visit), ""),
        cells=cells,
        links=links,
    )


def _baseline_lesions(places: Places, followed: Followed, lowest: Mapping[str, date]) -> Cell:
    spd, on = followed.lesions.baseline_spd, followed.lesions.baseline_on
    if on is None:
        return Cell(__("missing"), "missing")
    url = next((link.url for link in places.on("extramedullary_lesions", on)), "")
    if not followed.lesions.has_baseline_lesions:
        return Cell(__("none"), url=url)
    mark = "nadir" if lowest.get("PLASMACYTOMA") == on else ""
    return Cell(__("present"), mark, f"{plain(spd)} mm²" if spd else "", "", url)
