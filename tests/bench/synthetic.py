"""Subjects in any number, written in bulk under the audit: some with a course of CRS, some copied from the demonstration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from crf.declare.form import Crf, casebook
from crf.models.crs_assessment import CrsAssessment, Vasopressor
from tests import study
from trial import audit, schedule
from trial.models import Site, Subject, User, Visit

EARLIER = 8  # assessments on days 0 to 7; the measured one is of day 8
MEASURED_VISIT = f"d{EARLIER}"


def with_a_course(site: Site, count: int, *, by: User) -> list[tuple[Subject, Visit]]:
    """Infused subjects with a course of CRS up to day 7, each with its visit of day 8."""
    with transaction.atomic(), audit.acting("import", "measurement"), study.seeing_everything():
        subjects = Subject.objects.bulk_create(_subject(site, number) for number in range(1, count + 1))
        visits = Visit.objects.bulk_create(_visit(s, n) for s in subjects for n in range(EARLIER + 1))
        before = [v for v in visits if v.code != MEASURED_VISIT]
        forms = CrsAssessment.objects.bulk_create(_assessment(v, int(v.code[1:]), by=by) for v in before)
        Vasopressor.objects.bulk_create(_pressor(f) for f in forms if f.visit.code == f"d{EARLIER - 2}")
        return [(visit.subject, visit) for visit in visits if visit.code == MEASURED_VISIT]


def _subject(site: Site, number: int) -> Subject:
    return Subject(
        site=site, screening_site=site, number=number, code=f"{site.code}-{number:04d}", status="INFUSED", dose_level="2.0",
        protocol_version="1.0",
        screened_on=study.SCREENED_ON, enrolled_on=study.ENROLLED_ON, infused_at=study.INFUSED_AT,
    )  # fmt: skip


def _visit(subject: Subject, day: int) -> Visit:
    planned, first, last = schedule.BY_CODE[f"d{day}"].dates(study.INFUSED_AT.date()) or (None, None, None)
    return Visit(
        subject=subject, site_id=subject.site_id, code=f"d{day}", planned_on=planned, window_from=first, window_to=last,
        actual_on=planned if day < EARLIER else None, protocol_version="1.0",
    )  # fmt: skip


def _assessment(visit: Visit, day: int, *, by: User) -> CrsAssessment:
    """Afebrile on days 0 to 2, then fever with antipyretics, then hypotension."""
    at = study.INFUSED_AT + timedelta(days=day, hours=2)
    fever, shock = day >= 3, day >= EARLIER - 2
    return CrsAssessment(
        subject=visit.subject, site_id=visit.site_id, visit=visit, entered_at=at, entered_by=by, changed_at=at, changed_by=by,
        assessed_at=at, temperature=Decimal("38.9" if fever else "36.8"), temperature_route="AXILLARY", antipyretic="YN"[not fever],
        anticytokine="N", steroid="N", hypotension="YN"[not shock], oxygen="NONE", death_due_to_crs="N",
        investigator_grade="3" if shock else "1" if fever else "0", fever_due_to_crs="Y" if fever else None,
    )  # fmt: skip


def _pressor(form: CrsAssessment) -> Vasopressor:
    return Vasopressor(
        form=form, subject_id=form.subject_id, site_id=form.site_id, row=1, drug="NOREPINEPHRINE", dose=Decimal("8"),
        dose_unit="ug/min", started_at=form.assessed_at - timedelta(hours=5), hours=Decimal("5"),
    )  # fmt: skip


class Demonstration:
    """The demonstration study, and copies of its subjects with all that hangs on them."""

    def __init__(self) -> None:
        self.subjects = list(Subject.objects.order_by("pk"))
        self.visits = list(Visit.objects.order_by("pk"))
        self.forms = {form: list(form.objects.order_by("pk")) for form in casebook()}  # type: ignore[attr-defined]
        self.rows = {
            grid.row: list(grid.row.objects.order_by("pk"))  # type: ignore[attr-defined]
            for form in casebook() for grid in form.declared.rows.values()
        }  # fmt: skip

    def grow(self, fold: range) -> None:
        """Writes the n-th copy of every subject for each n of `fold`."""
        with transaction.atomic(), audit.acting("import", "measurement"), study.seeing_everything():
            for some in _by(10, fold):
                self._copy(some)

    def _copy(self, fold: Sequence[int]) -> None:
        subjects = _copies(self.subjects, fold, lambda s, n: {"number": s.number + 100 * n, "code": f"{s.code}-{n}"})
        visits = _copies(self.visits, fold, lambda v, n: {"subject_id": subjects[v.subject_id, n]})
        forms: dict[type[models.Model], dict[tuple[int, int], int]] = {}
        for form, stored in self.forms.items():
            forms[form] = _copies(
                stored, fold, lambda f, n: {"subject_id": subjects[f.subject_id, n]} | _visit_of(f, n, visits)
            )
        for row, lines in self.rows.items():
            of = forms[row._meta.get_field("form").related_model]  # type: ignore[index]
            _copies(
                lines, fold, lambda r, n, of=of: {"subject_id": subjects[r.subject_id, n], "form_id": of[r.form_id, n]}
            )  # type: ignore[misc]


def _visit_of(form: Any, n: int, visits: dict[tuple[int, int], int]) -> dict[str, int]:
    return {"visit_id": visits[form.visit_id, n]} if isinstance(form, Crf) else {}


def _copies(stored: Sequence[Any], fold: Sequence[int], changes: Any) -> dict[tuple[int, int], int]:
    """Writes copies of rows with some columns changed; returns the new keys by (old key, n)."""
    if not stored:
        return {}
    columns = [f.attname for f in stored[0]._meta.concrete_fields if not f.primary_key]
    pairs = [(one, n) for n in fold for one in stored]
    made = type(stored[0]).objects.bulk_create(
        (type(one)(**{c: getattr(one, c) for c in columns} | changes(one, n)) for one, n in pairs), batch_size=2000
    )
    return {(one.pk, n): new.pk for (one, n), new in zip(pairs, made, strict=True)}


def _by(size: int, fold: range) -> Iterator[range]:
    for start in range(fold.start, fold.stop, size):
        yield range(start, min(start + size, fold.stop))
