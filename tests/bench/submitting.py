"""Submitting a CRS form: through the application's door, and as a ModelForm with another audit or none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from zoneinfo import ZoneInfo

from auditlog.context import set_actor
from django import forms
from django.db import connection, models, transaction
from django.forms import inlineformset_factory, modelform_factory
from django.utils import timezone

from crf import entry
from crf.models.crs_assessment import CrsAssessment, Vasopressor
from crf.sent import typed
from tests import study
from tests.bench import models as tables
from tests.bench.measure import interleaved, median, p95, statements, table
from tests.bench.synthetic import with_a_course
from trial import audit, roles
from trial.models import Subject, User, Visit

REASON = "Transcription error against the source"
FIRST = study.typed_crs(8, **study.SHOCK)
CORRECTED = {
    **FIRST,
    "temperature": "39.1",
    "vasopressors": [{**study.PRESSOR, "dose": "0.2"}],
}
OURS, PLAIN, HISTORY, AUDITLOG = (
    "Cartwright",
    "ModelForm, no audit",
    "ModelForm, django-simple-history",
    "ModelForm, django-auditlog",
)
TRIGGER = "ModelForm, Cartwright's audit"
LEAN = ", lean"

EXPLAINED = f"""
{OURS}: entry.submit with the rule over 8 earlier assessments, every edit check, queries, draft, visit, version and audit.
ModelForm: the same items on an equal table, validated and saved with its vasopressor in an inline formset; nothing else.
Lean: without the query that Django sends for each CHECK constraint. Ratios to no audit are within the same kind."""


class Door:
    """The application: validation, rule, checks, audit, workflow, all in entry.submit."""

    def __init__(self, places: list[tuple[Subject, Visit]], by: User) -> None:
        self.places, self.by = places, by

    def enter(self, number: int) -> None:
        subject, visit = self.places[number]
        done = entry.submit(
            CrsAssessment, subject=subject, visit=visit, data=typed(FIRST), by=self.by, based_on=0, now=study.NOW
        )
        assert done.created

    def correct(self, number: int) -> None:
        subject, visit = self.places[number]
        done = entry.submit(
            CrsAssessment, subject=subject, visit=visit, data=typed(CORRECTED), by=self.by, reason=REASON, based_on=1, now=study.NOW
        )  # fmt: skip
        assert done.changed == {"temperature", "vasopressors"}


class Lean(forms.ModelForm):  # type: ignore[type-arg]
    """Django asks the database about each CHECK constraint before it saves, one query each; this one leaves it to the save."""

    def _post_clean(self) -> None:
        self.instance.validate_constraints = lambda exclude=None: None
        super()._post_clean()  # type: ignore[misc]


class Ordinary:
    """A ModelForm for the form and an inline formset for its rows, on a table with the same columns and constraints."""

    def __init__(
        self, model: type[models.Model], row: type[models.Model], places: list[tuple[Subject, Visit]], by: User,
        *, prepare: Callable[[Any], None] = lambda instance: None,
        around: Callable[[], AbstractContextManager[Any]] = nullcontext, base: Any = forms.ModelForm, occurrence: int = 1,
    ) -> None:  # fmt: skip
        self.model, self.places, self.by = model, places, by
        self.row_ids: dict[int, int] = {}
        self.prepare, self.around, self.occurrence = prepare, around, occurrence
        self.form = modelform_factory(model, form=base, fields=list(CrsAssessment.declared.items))
        self.rows = inlineformset_factory(
            model, row, form=base, fk_name="form", fields=list(Vasopressor.declared.items), extra=0, can_delete=True
        )

    def enter(self, number: int) -> None:
        subject, visit = self.places[number]
        with transaction.atomic(), timezone.override(ZoneInfo(subject.site.timezone)):
            self.row_ids[number] = self._save(
                self.model(
                    subject=subject, site_id=subject.site_id, visit=visit, occurrence=self.occurrence, entered_at=study.NOW,
                    entered_by=self.by, changed_at=study.NOW, changed_by=self.by,
                ),
                typed(FIRST),
            )  # fmt: skip

    def correct(self, number: int) -> None:
        subject, visit = self.places[number]
        with transaction.atomic(), timezone.override(ZoneInfo(subject.site.timezone)):
            found: Any = self.model._default_manager.select_for_update().get(visit=visit, occurrence=self.occurrence)
            found.version, found.changed_at, found.changed_by = found.version + 1, study.NOW, self.by
            data = typed(CORRECTED)
            data["vasopressors-INITIAL_FORMS"] = "1"
            data["vasopressors-0-id"] = str(self.row_ids[number])  # the page carries it
            self._save(found, data)

    def _save(self, instance: Any, data: Any) -> int:
        """Returns the key of the vasopressor's row."""
        self.prepare(instance)
        form = self.form(data, instance=instance)
        rows = self.rows(data, instance=instance, prefix="vasopressors")
        if not (form.is_valid() and rows.is_valid()):
            raise AssertionError([form.errors, rows.errors])
        with self.around():
            saved = form.save()
            for number, line in enumerate(rows.save(commit=False), 1):
                line.subject_id, line.site_id, line.row = saved.subject_id, saved.site_id, number
                self.prepare(line)
                line.save()
        return rows.forms[0].instance.pk


def variants(places: list[tuple[Subject, Visit]], by: User) -> dict[str, Any]:
    """Every way to submit, by name. Who and why are told to each package in the way its documentation recommends."""

    def told(instance: Any) -> None:
        instance._history_user, instance._change_reason = by, REASON

    def acting() -> AbstractContextManager[None]:
        return audit.acting(by, REASON)

    def lean(model: Any, row: Any, **options: Any) -> Ordinary:
        return Ordinary(model, row, places, by, base=Lean, occurrence=2, **options)

    return {
        OURS: Door(places, by),
        PLAIN: Ordinary(tables.Plain, tables.PlainRow, places, by),
        TRIGGER: Ordinary(tables.Guarded, tables.GuardedRow, places, by, around=acting),
        HISTORY: Ordinary(tables.Historical, tables.HistoricalRow, places, by, prepare=told),
        AUDITLOG: Ordinary(tables.Logged, tables.LoggedRow, places, by),
        PLAIN + LEAN: lean(tables.Plain, tables.PlainRow),
        TRIGGER + LEAN: lean(tables.Guarded, tables.GuardedRow, around=acting),
        HISTORY + LEAN: lean(tables.Historical, tables.HistoricalRow, prepare=told),
        AUDITLOG + LEAN: lean(tables.Logged, tables.LoggedRow),
    }


def run(*, rounds: int) -> None:
    """Measures first entry and correction side by side, and prints."""
    warm_up = 10
    site = study.make_sites(1)[0]
    by = study.person("INVESTIGATOR", site)
    places = with_a_course(site, rounds + warm_up + 1, by=by)
    # What a request's middleware does once: the scope, the person's memberships, auditlog's actor.
    with set_actor(by), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('cartwright.sites', %s, false)", [f"{{{site.pk}}}"])
        cursor.execute("SELECT set_config('cartwright.person', %s, false)", [str(by.pk)])
        roles.held(by)
        _fill_the_others()
        ways = variants(places, by)
        steps = [{name: way.enter for name, way in ways.items()}, {name: way.correct for name, way in ways.items()}]
        counts = [{name: len(statements(lambda do=do: do(-1))) for name, do in step.items()} for step in steps]
        seconds = interleaved(steps, rounds=rounds, warm_up=warm_up)
    print(EXPLAINED)
    titles = ("CRS form, first entry", "CRS form, correction with a reason")
    for title, measured, counted in zip(titles, seconds, counts, strict=True):
        _print(f"{title}: {rounds} interleaved rounds", measured, counted)


def _fill_the_others() -> None:
    """As many rows in each table: an index of one page would flatter."""
    columns = ", ".join(f'"{f.column}"' for f in CrsAssessment._meta.concrete_fields if not f.primary_key)
    with transaction.atomic(), audit.acting("import", REASON), connection.cursor() as cursor:
        for model in (tables.Plain, tables.Guarded, tables.Historical, tables.Logged):
            source, target = CrsAssessment._meta.db_table, model._meta.db_table
            cursor.execute(f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {source} ORDER BY id")  # noqa: S608


def _print(title: str, seconds: dict[str, list[float]], counts: dict[str, int]) -> None:
    ours = median(seconds[OURS])

    def line(name: str, taken: list[float]) -> tuple[object, ...]:
        plain = median(seconds[PLAIN + LEAN if name.endswith(LEAN) else PLAIN])
        times = (f"{median(taken) * 1000:.1f} ms", f"{p95(taken) * 1000:.1f} ms")
        return name, *times, f"x {median(taken) / plain:.2f}", f"x {median(taken) / ours:.2f}", counts[name]

    heads = ("", "median", "p95", "to no audit", "to Cartwright", "SQL")
    table(title, heads, [line(name, taken) for name, taken in seconds.items()])
