"""A synthetic study through the tables: of the shape of a published trial, and every table of it is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from analytics import layout, registry, report, snapshot
from analytics.models import Result
from analytics.registry import Cut
from crf.declare.form import casebook, form_named
from crf.demo.typed import Typed
from crf.models import Query
from crf.models.haematology import Haematology
from crf.quick_page import quick_page
from crf.synthetic import plan, slips
from crf.synthetic.fate import Fate
from crf.synthetic.subject import Entry, story
from tests import database, study
from tests.analytics.conftest import files_in
from trial.models import Subject

SEED, SMALL, SHAPE, LARGE = 5, 40, 300, 2300
CAUGHT = 0.9  # at least this share of the forms that were typed wrongly is refused or leaves a query


@contextmanager
def made(subjects: int, sites: int) -> Iterator[None]:
    """A study of that size in a database of its own."""
    name = f"{database.NAME}_of_{subjects}"
    database.clone(database.NAME, name)
    try:
        with database.using(name):
            call_command("make_study", subjects=subjects, sites=sites, seed=SEED, processes=2)
            yield
    finally:
        database.drop(name)


@pytest.fixture(scope="module", params=[SMALL, pytest.param(LARGE, marks=pytest.mark.soak)])
def refreshed(request: Any, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[int]:
    """The study with every table computed; how many were screened."""
    files = override_settings(STORAGES=files_in(tmp_path_factory.mktemp("files")))
    with django_db_blocker.unblock(), made(request.param, sites=4), files:
        report.refresh()
        yield request.param


def test_every_table_of_the_registry_is_computed_with_every_choice_of_its_options(refreshed: int) -> None:
    stored = Result.objects.filter(scope="")
    assert not stored.exclude(error="").exists()
    expected = {
        name: 1 + sum(len(option.choices) - 1 for option in entry.options)
        for name, entry in registry.endpoints().items()
    }
    assert Counter(stored.values_list("endpoint", flat=True)) == expected
    for result in stored:
        table = layout.unpack(result.table)
        if result.endpoint == "iec_hs_listing" and not any(
            row.cells for row in table.rows
        ):  # no ferritin is typed: nobody to list
            continue
        if not table.columns:  # of a population that nobody is in, a timeline has no days
            assert result.options.get("population", "treated") != "treated", result.endpoint
            continue
        filled = [row for row in table.rows if row.cells]  # the others are headings
        assert filled and {len(row.cells) for row in filled} == {len(table.columns)}, result.endpoint


def test_the_tables_count_everybody_who_was_infused(refreshed: int) -> None:
    with study.seeing_everything():
        infused = set(Subject.objects.exclude(infused_at=None).values_list("code", flat=True))
    frames = snapshot.thaw(report.current())  # type: ignore[arg-type]
    cut = Cut(frames)
    assert 0.9 * refreshed <= len(infused) < refreshed
    for name in ("adcrs_subject", "adtte_pfs", "adtte_os", "adrs_subject"):
        frame = cut[name]
        assert set(frame["subject"]) >= infused, name


# --- of the shape of a trial, by the tables


@pytest.fixture(scope="module")
def cut(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cut]:
    """300 subjects; the database stays for what the tables do not say."""
    with django_db_blocker.unblock(), made(SHAPE, sites=8):
        yield Cut(snapshot.read().frames)


def first_column(cut: Cut, endpoint: str) -> dict[str, Any]:
    """The cells of the whole study by the label of their line; a label that comes twice keeps its first."""
    found: dict[str, Any] = {}
    for row in cut.table(endpoint).rows:
        if row.cells:
            found.setdefault(str(row.label), row.cells[0])
    return found


def percent(cell: Any) -> float:
    """Of "245 (86.3 %)"."""
    return float(cell.text.split("(")[1].split("%")[0])


@pytest.mark.soak
def test_eight_to_nine_of_ten_had_crs_and_five_to_twenty_percent_a_severe_one(cut: Cut) -> None:
    lines = first_column(cut, "crs_by_grade")
    assert 80 <= percent(lines["Any grade (1 to 5)"]) <= 90
    assert 5 <= percent(lines["Grade 3 or higher"]) <= 20


@pytest.mark.soak
def test_seventy_to_ninety_five_percent_responded(cut: Cut) -> None:
    lines = first_column(cut, "best_response")
    assert 70 <= percent(lines["Objective response rate (PR or better)"]) <= 95
    assert 25 <= percent(lines["Complete response rate (CR or sCR)"]) <= 65


@pytest.mark.soak
def test_half_progressed_or_died_within_ten_to_twenty_four_months_and_survival_lies_above(cut: Cut) -> None:
    progressed, survived = (first_column(cut, name) for name in ("progression_free_survival", "overall_survival"))
    assert 10 <= float(progressed["Median, months"].text) <= 24
    assert 20 <= percent(progressed["Progression or death"]) <= 70, "and the others are censored"
    months = [f"At {month} months" for month in (3, 6, 9, 12, 18)]
    curves = [[float(lines[label].text) for label in months] for lines in (progressed, survived)]
    assert curves[0] == sorted(curves[0], reverse=True) and curves[0][0] > 85 and curves[0][-1] < 75
    assert all(alive > without for without, alive in zip(*curves, strict=True))


@pytest.mark.soak
def test_every_site_screened_over_years_and_more_towards_the_end(cut: Cut) -> None:
    with study.seeing_everything():
        screened = list(Subject.objects.values_list("site__code", "screened_on"))
    sites = Counter(site for site, _on in screened)
    assert len(sites) == 8 and min(sites.values()) >= 10
    for year in range(plan.FIRST_DAY.year, plan.LAST_SCREENING.year):
        assert any(on.year == year for _site, on in screened)
    middle = plan.FIRST_DAY + (plan.LAST_SCREENING - plan.FIRST_DAY) / 2
    assert sum(on > middle for _site, on in screened) > 0.6 * len(screened)


@pytest.mark.soak
def test_two_to_five_percent_of_what_may_lack_is_missing_with_a_reason(cut: Cut) -> None:
    lacking = asked = 0
    with study.seeing_everything():
        for form in casebook():
            items = slips.MAY_LACK.get(form.declared.name, ())
            for row in form.objects.all() if items else ():  # type: ignore[attr-defined]
                reasons = sum(item in row.missing for item in items)
                lacking += reasons
                asked += reasons + sum(getattr(row, item) is not None for item in items)
    assert 2 <= 100 * lacking / asked <= 5


@pytest.mark.soak
def test_one_form_in_a_hundred_was_typed_wrongly_and_most_of_those_were_refused_or_asked_about(cut: Cut) -> None:
    told = [story(centre, start, seed=SEED) for centre in centres() for start in centre.starts]
    entries = [(one.fate, entry) for one in told for entry in (*one.screening, *one.after)]
    wrong = [(fate, entry) for fate, entry in entries if entry.first is not None]
    assert 0.5 <= 100 * len(wrong) / len(entries) <= 1.5
    with study.seeing_everything():
        taken = [entry.form for fate, entry in wrong if was_taken(fate, entry)]
        asked = [entry.form for fate, entry in wrong if was_taken(fate, entry) and is_asked_about(fate.key, entry.form)]
    assert 0 < len(taken) < len(wrong) / 2, "most are refused at once"
    caught = len(wrong) - len(taken) + len(asked)
    assert caught / len(wrong) >= CAUGHT, (len(wrong), len(taken), len(asked))


def centres() -> tuple[plan.Centre, ...]:
    return plan.plan(subjects=SHAPE, sites=8, seed=SEED)


def stored(code: str, form: Typed) -> Any:
    at = {"visit__code": form.visit} if form.visit else {}
    return form_named(form.form).objects.get(subject__code=code, occurrence=form.occurrence, **at)  # type: ignore[attr-defined]


def was_taken(fate: Fate, entry: Entry) -> bool:
    """Whether the value that was typed wrongly stands in the database."""
    assert entry.first is not None
    (item,) = [name for name, text in entry.first.data.items() if text != entry.form.data.get(name)]
    with timezone.override(fate.place.site.zone):
        page = quick_page(form_named(entry.form.form), "1.0", may_grade=True)(entry.first.data)
        return page.is_valid() and getattr(stored(fate.key, entry.form), item) == page.values()[item]


def is_asked_about(code: str, form: Typed) -> bool:
    return Query.objects.filter(form=form.form, form_id=stored(code, form).pk).exists()


@pytest.mark.soak
def test_some_forms_came_in_weeks_late(cut: Cut) -> None:
    with study.seeing_everything():
        waited = [
            (entered - sampled).days
            for entered, sampled in Haematology.objects.exclude(visit__code="screening").values_list(
                "entered_at", "sampled_at"
            )
        ]
    assert 3 <= 100 * sum(days >= 14 for days in waited) / len(waited) <= 9
    assert sum(days > 90 for days in waited) < len(waited) / 100, "but where the month was typed wrongly"
