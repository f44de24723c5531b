"""A temperature is typed once: the CRS assessment reads it from the vital signs, and a correction there moves all that follows."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crf import across, entry
from crf.batch import Batch, Sent
from crf.declare.form import form_named
from crf.models.crs_assessment import CrsAssessment, courses_of
from crf.sent import typed
from crf.sheet import of_row
from crf.workflow import Query
from tests import study
from tests.crf.test_episodes import ALERT, CLEAR, LOGGED, assess, browser, words
from tests.filled import fill
from trial.models import Site, Subject, User

pytestmark = pytest.mark.django_db
BLANK = {"temperature": "", "investigator_grade": "1"}


def measure(subject: Subject, by: User, day: int, temperature: str, *, time: str = "19:30", reason: str = "") -> Any:
    """The vital signs of a study day."""
    data, _values = fill(form_named("vital_signs"))
    data |= {
        "measured_at": f"2026-03-{20 + day} {time}", "temperature": temperature, "systolic": "120", "diastolic": "75",
        "spo2": "98", "pulse": "88", "weight": "", "ecog": "",
    }  # fmt: skip
    with study.seeing_everything():
        return study.submit("vital_signs", subject, f"d{day}", data, by=by, reason=reason).row


def grade_of(subject: Subject, day: int) -> Any:
    with study.seeing_everything():
        row = CrsAssessment.objects.select_related("subject__site", "visit").get(subject=subject, visit__code=f"d{day}")
        return of_row(row).astct


def asked() -> dict[str, str]:
    with study.seeing_everything():
        return dict(Query.objects.order_by("id").values_list("check_id", "state"))


def test_a_temperature_that_the_vital_signs_hold_is_not_typed_again(infused: Subject, investigator: User) -> None:
    measure(infused, investigator, 1, "38.4")
    assess(infused, investigator, 1, **BLANK)
    verdict = grade_of(infused, 1)
    assert verdict.value == 1 and "TEMPERATURE_ELSEWHERE" in verdict.flags
    with study.seeing_everything():
        row = CrsAssessment.objects.get()
    assert row.temperature is None and row.missing == {}
    assert asked() == {}
    with study.seeing_everything():
        (course,) = courses_of(Subject.objects.filter(pk=infused.pk).select_related("site")).values()
    assert course.maximum == 1 and len(course.episodes) == 1


@pytest.mark.parametrize("time", ["20:01", "23:00"])
def test_without_them_it_is_asked_for(infused: Subject, investigator: User, time: str) -> None:
    measure(infused, investigator, 1, "38.4", time=time)  # after the assessment
    with pytest.raises(entry.Invalid) as refused:
        assess(infused, investigator, 1, **BLANK)
    assert refused.value.page.named_wrong() == ["temperature"]
    with study.seeing_everything():
        assert not CrsAssessment.objects.exists()


def test_a_corrected_vital_sign_moves_the_grade_the_episode_and_the_logged_event(
    infused: Subject, investigator: User
) -> None:
    assess(infused, investigator, 1, **CLEAR)
    measure(infused, investigator, 2, "38.6")
    assess(infused, investigator, 2, **BLANK)
    for day in (3, 4):
        assess(infused, investigator, day, **CLEAR)
    with study.seeing_everything():
        event = {**LOGGED, "grade": "1", "grade_changes": [], "onset_on": "2026-03-22", "ended_on": "2026-03-22"}
        study.submit("adverse_event", infused, "log", event, by=investigator)
    before = set(asked())
    assert not before & {"AE-30", "AE-31", "AE-32", "AE-33"}

    measure(infused, investigator, 2, "37.6", reason="Misread")
    assert grade_of(infused, 2).value == 0
    moved = {check for check, state in asked().items() if state == "OPEN"} - before
    assert "CRS-01" in moved, "the investigator's grade is not that of the criteria any more"
    assert moved & {"AE-29", "AE-30", "AE-31", "AE-32", "AE-33"}, "the logged event has no episode any more"

    measure(infused, investigator, 2, "38.6", reason="Right after all")
    assert grade_of(infused, 2).value == 1
    assert {check for check, state in asked().items() if state == "OPEN"} == before


def test_a_higher_vital_sign_counts_although_a_lower_one_was_typed(infused: Subject, investigator: User) -> None:
    assess(infused, investigator, 1, **CLEAR)
    assert grade_of(infused, 1).value == 0
    measure(infused, investigator, 1, "38.0")
    assert grade_of(infused, 1).value == 1
    assert asked()["CRS-01"] == "OPEN"


def test_a_fever_in_the_evening_dates_the_episode_and_its_day_is_not_clear(
    infused: Subject, investigator: User
) -> None:
    for day in (1, 3, 4, 5):
        assess(infused, investigator, day, **CLEAR)
    measure(infused, investigator, 1, "38.6", time="22:00")
    with study.seeing_everything():
        (course,) = courses_of(Subject.objects.filter(pk=infused.pk).select_related("site")).values()
    (episode,) = course.episodes
    assert (f"{episode.onset:%d %H:%M}", episode.onset_day, episode.resolved) == ("21 22:00", 1, True)
    measure(infused, investigator, 3, "38.6", time="22:00")  # read by the assessment of day 4
    with study.seeing_everything():
        (course,) = courses_of(Subject.objects.filter(pk=infused.pk).select_related("site")).values()
    (episode,) = course.episodes
    assert (episode.onset_day, episode.resolved) == (1, False)


def test_a_fever_that_another_cause_was_not_given_for_is_asked_about(infused: Subject, investigator: User) -> None:
    assess(infused, investigator, 1, **CLEAR | {"fever_due_to_crs": "N"})
    assert "CRS-25" not in asked()
    measure(infused, investigator, 1, "39.0")
    assert asked()["CRS-25"] == "OPEN" and grade_of(infused, 1).value == 0
    measure(infused, investigator, 1, "37.0", reason="Misread")
    assert asked()["CRS-25"] == "CLOSED"


def test_one_before_the_infusion_does_not_count(infused: Subject, investigator: User) -> None:
    measure(infused, investigator, 0, "38.9", time="10:29")
    with pytest.raises(entry.Invalid):
        assess(infused, investigator, 0, **BLANK)
    measure(infused, investigator, 0, "38.9", time="10:30", reason="Misread")
    assess(infused, investigator, 0, **BLANK)
    assert grade_of(infused, 0).value == 1


def test_the_page_says_what_the_vital_signs_hold(infused: Subject, investigator: User) -> None:
    measure(infused, investigator, 1, "38.4")
    url = f"/subjects/{infused.code}/d1/crs-assessment/"
    client: Client = browser(investigator)
    blank = client.get(url).content.decode()
    assert 'id="id_temperature_known"' in blank and "This may stay blank" not in blank
    live = client.post(url + "verdict/", dict(typed(study.typed_crs(1, **BLANK)).lists())).content.decode()
    assert "Vital signs, 21 Mar 2026 19:30: 38.4 °C. This may stay blank." in words(live)
    assert "Temperature 38.4 °C in the vital signs of 2026-03-21 19:30" in words(live)
    for own, said in (("37.0", "Vital signs, 21 Mar 2026 19:30: 38.4 °C."), ("38.4", "")):
        own_typed = study.typed_crs(1, temperature=own)
        live = words(client.post(url + "verdict/", dict(typed(own_typed).lists())).content.decode())
        assert "This may stay blank" not in live and (said in live if said else "19:30: 38.4" not in live)
    early = study.typed_crs(1, **BLANK, assessed_at="2026-03-21 08:00")
    live = client.post(url + "verdict/", dict(typed(early).lists())).content.decode()
    assert "This may stay blank" not in live
    assess(infused, investigator, 1, **BLANK)
    assert "Vital signs, 21 Mar 2026 19:30: 38.4 °C." in words(client.get(url).content.decode())


def test_a_batch_reads_them_as_well(infused: Subject, investigator: User, site: Site) -> None:
    """The door for many forms asks, refuses and grades as the one for a single form."""
    from django.db import transaction

    from trial import audit

    data, _values = fill(form_named("vital_signs"))
    with transaction.atomic(), audit.seeing([site.pk]):
        batch = Batch(infused, site)
        batch.kept["car_t_infusion"] = []
        blank = study.typed_crs(1, **BLANK)
        with pytest.raises(entry.Invalid):
            batch.take(Sent("crs_assessment", "d1", blank, investigator))
        signs = data | {"measured_at": "2026-03-21 19:30", "temperature": "38.4"}
        batch.take(Sent("vital_signs", "d1", signs, investigator))
        batch.take(Sent("crs_assessment", "d1", blank, investigator))
        batch.settle()
    assert grade_of(infused, 1).value == 1


def test_the_other_toxicity_is_not_moved(infused: Subject, investigator: User) -> None:
    with study.seeing_everything():
        study.submit("icans_assessment", infused, "d1", ALERT | {"assessed_at": "2026-03-21 20:00"}, by=investigator)
    before = asked()
    measure(infused, investigator, 1, "39.9")
    assert {check for check in asked() if check.startswith("ICA")} == {
        check for check in before if check.startswith("ICA")
    }


def test_what_is_measured_later_asks_nothing_of_earlier_assessments(
    infused: Subject, investigator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (1, 2, 3):
        assess(infused, investigator, day, **CLEAR)
    judged: list[str] = []
    really = across.failing

    def noted(place: Any, *args: Any, **kwargs: Any) -> Any:
        if place.form is CrsAssessment:
            judged.append(place.visit.code)
        return really(place, *args, **kwargs)

    monkeypatch.setattr(across, "failing", noted)
    measure(infused, investigator, 2, "37.2", time="07:00")
    assert judged == ["d2", "d3"]
    judged.clear()
    measure(infused, investigator, 2, "37.2", time="07:30", reason="Wrong")  # corrected: the same
    assert judged == ["d2", "d3"]


def test_which_checks_look_no_further_than_their_own_day() -> None:
    forms = {name: form_named(name) for name in ("crs_assessment", "vital_signs", "demographics", "car_t_infusion")}
    vital_signs = forms["vital_signs"]

    def alone(reader: str, changed: str) -> bool:
        checks = list(forms[reader].declared.checks.values())
        return across.reads_earlier_alone(forms[reader], checks, forms[changed])

    assert alone("crs_assessment", "vital_signs")
    assert not alone("vital_signs", "vital_signs")  # its own history is another matter
    assert not alone("crs_assessment", "car_t_infusion")  # it anchors every day
    assert not alone("vital_signs", "demographics")  # nothing dates it
    named = [check for check in form_named("inflammation").declared.checks.values() if check.reads]
    assert not across.reads_earlier_alone(form_named("inflammation"), named, vital_signs)  # a check reads it itself
