"""What was typed and not kept in a conflict: in words, and on the history of the form, which promises both values."""

from __future__ import annotations

import pytest
from django.test import Client

from crf import conflict, entry
from crf.declare.form import form_named
from crf.given_up import given_up, in_words
from crf.place import Place
from tests import study
from trial.models import Subject, User


def test_each_item_is_said_with_its_unit_its_code_and_why_it_is_missing() -> None:
    typed = {
        "sampled_at__missing": ["UNKNOWN"], "alt": ["31x"], "creatinine": ["1.4"], "creatinine_unit": ["mg/dL"], "alt__missing": [""],
    }  # fmt: skip
    assert in_words(form_named("chemistry"), typed) == [
        ("Date and time of the sample", "(Unknown)"), ("ALT", "31x U/L"), ("Creatinine", "1.4 mg/dL"),
    ]  # fmt: skip
    assert in_words(form_named("crs_assessment"), {"hypotension": ["Y"], "comment": [""]}) == [("Hypotension", "Yes")]


def test_the_rows_of_a_grid_are_said_line_by_line() -> None:
    typed = {
        "vasopressors-TOTAL_FORMS": ["2"], "vasopressors-0-drug": ["VASOPRESSIN"], "vasopressors-0-dose": ["0.03"],
        "vasopressors-1-drug": ["DOPAMINE"],
    }  # fmt: skip
    assert in_words(form_named("crs_assessment"), typed) == [
        ("Vasopressors 1", "Vasopressin 0.03"), ("Vasopressors 2", "Dopamine"),
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
def test_the_history_of_the_form_and_of_no_other_shows_what_was_typed_and_not_kept(
    infused: Subject, investigator: User
) -> None:
    row = study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=investigator).row
    place = Place(type(row), infused, row.visit)
    assert given_up(place) == []
    data = entry.typed(study.typed_crs(1, temperature="39.7")).copy()
    data["_pick_temperature"] = "theirs"
    theirs = conflict.stored_as_typed(place, by=investigator)
    conflict.resolved(place, data, theirs, by=investigator, version=1)
    (one,) = given_up(place)
    assert (one.label, one.typed, one.who) == ("Highest temperature", "39.7 °C", str(investigator))
    assert given_up(Place(type(row), infused, study.visit_of(infused, "d2"))) == []
    browser = Client()
    browser.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    shown = browser.get(f"/subjects/{infused.code}/d1/crs-assessment/history/").content.decode()
    assert "39.7 °C" in shown and "Typed, and not kept" in shown
