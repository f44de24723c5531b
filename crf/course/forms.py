"""The forms of one subject as the course reads them: all of them in one statement, their pages in another."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from crf.casebook import Casebook
from crf.course.marks import Behind
from crf.declare.form import form_named
from crf.index import FormIndex
from crf.ledger import address, place_label
from trial import ranges, subjects
from trial.models import Subject
from trial.rules import myeloma

READ = (
    *myeloma.FORMS, "leukapheresis", "bridging_therapy", "lymphodepletion", "car_t_infusion", "crs_assessment",
    "icans_assessment", "concomitant_medication", "inflammation", "haematology", "cart_persistence", "end_of_study",
    "demographics",
)  # fmt: skip


class Forms:
    """The casebook of a subject with the page of each of its forms."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.book = Casebook.reading(subject, READ)
        self.infused_on = subjects.infused_on(subject)
        rows = FormIndex.objects.filter(subject=subject, form__in=READ).select_related("visit")
        self._at = {(row.form, row.form_id): row for row in rows}

    def rows(self, name: str) -> list[Any]:
        """The forms of that name that were done, oldest first."""
        return self.book.rows(name)

    def behind(self, name: str, row: Any) -> Behind:
        """The page of one of `rows`."""
        stored, form = self._at[(name, row.pk)], form_named(name)
        return Behind(
            str(form.declared.title),
            place_label(stored.visit, stored.occurrence),
            address(form, self.subject, stored.visit, stored.occurrence),
        )

    def words(self, name: str, item: str, value: Any) -> str:
        """A value of an item as a person reads it."""
        return str(form_named(name).declared.items[item].in_words(value))

    def line_words(self, name: str, grid: str, line: Any, *items: str) -> str:
        """Items of a line of a grid, one after the other; blank ones left out."""
        declared = form_named(name).declared.rows[grid].row.declared.items
        return " ".join(filter(None, (declared[item].in_words(getattr(line, item)) for item in items)))

    def unit(self, name: str, item: str) -> str:
        """The unit of an item as a person reads it."""
        return str(form_named(name).declared.items[item].about.unit_shown)

    def about(self, name: str, row: Any) -> Any:
        """The day, or time, that a form is about."""
        return getattr(row, form_named(name).declared.about_day)

    def days(self) -> list[date]:
        """The days of all forms that are drawn."""
        dated = [name for name in READ if form_named(name).declared.about_day and name not in UNDRAWN]
        found = [self.about(name, row) for name in dated for row in self.rows(name)]
        return [one.date() if isinstance(one, datetime) else one for one in found]

    def upper_limit(self, analyte: str) -> Any:
        """The upper limit of normal of an analyte for this subject now; None = not known."""
        sex, born = (self.book.latest("demographics", item) for item in ("sex", "birth_year"))
        on = self.infused_on or self.subject.screened_on
        return ranges.among(self.book.ranges_of(analyte), analyte, sex=sex, age=ranges.age_on(on, born), on=on).high


# They date what is drawn, and no point stands at their own day.
UNDRAWN = ("myeloma_history", "demographics")
