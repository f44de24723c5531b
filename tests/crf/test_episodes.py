"""Episodes on the pages: beside the assessment as it is typed, in the casebook, and as the beginning of an adverse event."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from crf.drafts import Draft
from crf.models.adverse_event import AdverseEvent
from crf.sent import typed
from crf.workflow import Query
from tests import study
from trial.models import Subject, User

pytestmark = pytest.mark.django_db
TOCILIZUMAB = {"anticytokine": "Y", "anticytokine_drug": "TOCILIZUMAB", "steroid": "Y", "steroid_drug": "DEXAMETHASONE"}
CLEAR = {"temperature": "36.8", "fever_due_to_crs": "", "investigator_grade": "0"}
CANNULA = {"oxygen": "NASAL_CANNULA", "oxygen_flow": "2", "hypoxia_due_to_crs": "Y", "investigator_grade": "2"}
NEW = "/subjects/{}/logs/adverse-event/new/"
ALERT = {
    "ice_status": "DONE", "orientation_year": "1", "orientation_month": "1", "orientation_city": "1",
    "orientation_hospital": "1", "naming": "3", "command": "1", "writing": "1", "attention": "1", "baseline_ice": "10",
    "consciousness": "ALERT", "seizure": "NONE", "motor_weakness": "N", "oedema": "NONE", "raised_icp_sign": "NONE",
    "death_due_to_icans": "N", "investigator_grade": "0",
}  # fmt: skip


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(page: str) -> str:
    """What a reader sees, without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def assess(subject: Subject, by: User, day: int, *, reason: str = "", **changes: Any) -> None:
    with study.seeing_everything():
        data = study.typed_crs(day, **changes)
        study.submit("crs_assessment", subject, f"d{day}", data, by=by, reason=reason)


def live(subject: Subject, by: User, day: int, data: dict[str, Any], form: str = "crs-assessment") -> str:
    url = f"/subjects/{subject.code}/d{day}/{form}/verdict/"
    return browser(by).post(url, dict(typed(data).lists())).content.decode()


@pytest.fixture
def ill(infused: Subject, investigator: User) -> Subject:
    """Grade 1 on day 2, 2 with tocilizumab and dexamethasone on day 3, 1 on day 4, clear on days 5 and 6."""
    assess(infused, investigator, 1, **CLEAR)
    assess(infused, investigator, 2)
    assess(infused, investigator, 3, **CANNULA, **TOCILIZUMAB)
    assess(infused, investigator, 4)
    assess(infused, investigator, 5, **CLEAR)
    assess(infused, investigator, 6, **CLEAR)
    return infused


# --- beside the assessment


def test_the_page_of_an_assessment_says_which_episode_it_belongs_to(ill: Subject, investigator: User) -> None:
    page = words(browser(investigator).get(f"/subjects/{ill.code}/d3/crs-assessment/").content.decode())
    assert "This assessment belongs to episode 1 of CRS." in page
    assert "CRS, episode 1 resolved Onset day 2 (2026-03-22) Highest grade grade 2, first on day 3" in page
    assert "Tocilizumab day 3 Corticosteroid day 3 Until day 4 Duration 3 days" in page
    assert "Log this episode as an adverse event : CRS, episode 1" in page


def test_before_and_after_it_the_page_says_so(ill: Subject, investigator: User) -> None:
    before = words(browser(investigator).get(f"/subjects/{ill.code}/d1/crs-assessment/").content.decode())
    assert "No episode of CRS up to this assessment." in before
    after = words(browser(investigator).get(f"/subjects/{ill.code}/d6/crs-assessment/").content.decode())
    assert "This assessment is after episode 1 of CRS, which is resolved." in after


def test_the_episode_follows_what_is_being_typed(ill: Subject, investigator: User) -> None:
    """Fever on day 6 instead of none: the episode is not resolved, and lasts until day 6; nothing is stored."""
    page = words(live(ill, investigator, 6, study.typed_crs(6)))
    assert "This assessment belongs to episode 1 of CRS." in page
    assert "CRS, episode 1 open" in page
    assert "Until day 6 so far Duration 5 days" in page
    shock = words(live(ill, investigator, 3, study.typed_crs(3, **study.SHOCK)))
    assert "Highest grade grade 3, first on day 3" in shock
    assert "Tocilizumab" not in shock
    new = words(live(ill, investigator, 9, study.typed_crs(9)))
    assert "This assessment belongs to episode 2 of CRS." in new
    assert "Log this episode" not in new  # it is not stored yet
    stored = words(browser(investigator).get(f"/subjects/{ill.code}/d6/crs-assessment/").content.decode())
    assert "resolved" in stored


def test_an_assessment_without_a_time_or_before_the_infusion_is_in_no_episode(ill: Subject, investigator: User) -> None:
    page = words(live(ill, investigator, 7, study.typed_crs(7, assessed_at="")))
    assert "The time of the assessment tells which episode it belongs to." in page
    page = words(live(ill, investigator, 7, study.typed_crs(7, assessed_at="2026-03-19 08:00")))
    assert "This assessment is before the infusion and belongs to no episode." in page


def test_a_clear_day_in_an_open_episode_is_told(infused: Subject, investigator: User) -> None:
    assess(infused, investigator, 2)
    page = words(live(infused, investigator, 3, study.typed_crs(3, **CLEAR)))
    assert "Nothing is graded here, but episode 1 of CRS is not resolved yet." in page


def test_the_page_of_icans_says_the_same_of_its_own_episodes(infused: Subject, investigator: User) -> None:
    drowsy = ALERT | {"assessed_at": "2026-03-25 09:00", "consciousness": "VOICE", "investigator_grade": "2"}
    page = words(live(infused, investigator, 5, drowsy, "icans-assessment"))
    assert "This assessment belongs to episode 1 of ICANS." in page
    assert "Onset day 5 (2026-03-25) Highest grade grade 2, first on day 5 Until day 5 so far Duration 1 day" in page


def test_who_only_reads_is_offered_no_log(ill: Subject, data_manager: User) -> None:
    for path in ("", "d3/crs-assessment/"):
        page = browser(data_manager).get(f"/subjects/{ill.code}/{path}").content.decode()
        assert "CRS, episode 1" in page
        assert "Log this episode" not in page


# --- the casebook


def test_the_casebook_has_the_highest_grades_and_a_card_an_episode(ill: Subject, investigator: User) -> None:
    page = words(browser(investigator).get(f"/subjects/{ill.code}/").content.decode())
    assert "Highest CRS grade 2 Highest ICANS grade –" in page
    assert "CRS, episode 1 resolved Onset day 2 (2026-03-22)" in page
    assert "ICANS, episode" not in page


# --- the adverse event


def test_the_log_of_an_episode_begins_with_what_the_assessments_say(ill: Subject, investigator: User) -> None:
    answer = browser(investigator).get(NEW.format(ill.code) + "?episode=CRS&number=1")
    form = answer.context["form"]
    names = "verbatim", "term", "grade", "onset_on", "ongoing", "ended_on", "episode", "episode_number", "serious"
    shown = {name: form[name].value() for name in names}
    assert shown == {
        "verbatim": "Cytokine release syndrome", "term": "CRS", "grade": "2", "onset_on": "2026-03-22", "ongoing": "N",
        "ended_on": "2026-03-24", "episode": "CRS", "episode_number": "1", "serious": None,
    }  # fmt: skip
    lines = [(line["changed_on"].value(), line["grade"].value()) for line in form.grids["grade_changes"].forms]
    assert lines == [("2026-03-22", "1"), ("2026-03-23", "2"), ("2026-03-24", "1")]
    assert "Filled in from the daily assessments" in answer.content.decode()
    with study.seeing_everything():
        assert not AdverseEvent.objects.exists()
        assert not Draft.objects.exists()


def test_an_episode_that_goes_on_is_logged_as_ongoing(infused: Subject, investigator: User) -> None:
    assess(infused, investigator, 2)
    form = browser(investigator).get(NEW.format(infused.code) + "?episode=CRS&number=1").context["form"]
    assert (form["ongoing"].value(), form["ended_on"].value() or "") == ("Y", "")
    assert [line["grade"].value() for line in form.grids["grade_changes"].forms] == []  # it never changed


@pytest.mark.parametrize(
    "query", ["?episode=CRS&number=2", "?episode=CRS&number=x", "?episode=OTHER&number=1", "?number=1", ""]
)
def test_an_address_that_names_no_episode_opens_a_blank_page(ill: Subject, investigator: User, query: str) -> None:
    form = browser(investigator).get(NEW.format(ill.code) + query).context["form"]
    assert not form.is_bound


REST = {
    "outcome": "RECOVERED/RESOLVED", "serious": "N", "related_cart": "Y", "related_lymphodepletion": "N", "aesi": "Y",
}  # fmt: skip
LOGGED = {
    "verbatim": "CRS", "term": "CRS", "grade": "2", "onset_on": "2026-03-22", "ongoing": "N", "ended_on": "2026-03-24",
    "episode": "CRS", "episode_number": "1", **REST,
}  # fmt: skip


def asked() -> dict[str, str]:
    with study.seeing_everything():
        return dict(Query.objects.filter(check_id__in=["AE-30", "AE-31", "AE-32"]).values_list("check_id", "state"))


def test_once_logged_the_episode_leads_to_its_entry(ill: Subject, investigator: User) -> None:
    with study.seeing_everything():
        study.submit("adverse_event", ill, "log", LOGGED, by=investigator)
    page = browser(investigator).get(f"/subjects/{ill.code}/").content.decode()
    assert "Adverse event, entry 1" in page
    assert "Log this episode" not in page


def test_an_event_that_is_only_part_of_the_episode_does_not_log_it(ill: Subject, investigator: User) -> None:
    liver = LOGGED | {"verbatim": "ALT", "term": "HEPATOTOXICITY", "grade": "1", "ended_on": "2026-04-20"}
    with study.seeing_everything():
        study.submit("adverse_event", ill, "log", liver, by=investigator)
    assert asked() == {}
    assert "Log this episode" in browser(investigator).get(f"/subjects/{ill.code}/").content.decode()


def test_a_later_change_of_an_assessment_questions_the_logged_event(ill: Subject, investigator: User) -> None:
    with study.seeing_everything():
        study.submit("adverse_event", ill, "log", LOGGED, by=investigator)
    assert asked() == {}
    assess(ill, investigator, 3, reason="Wrong", **study.SHOCK)
    assert asked() == {"AE-30": "OPEN"}
    assess(ill, investigator, 3, reason="Right after all", **CANNULA, **TOCILIZUMAB)
    assert asked() == {"AE-30": "CLOSED"}
    assess(ill, investigator, 1, reason="Overlooked")
    assert asked() == {"AE-30": "CLOSED", "AE-31": "OPEN"}
    assess(ill, investigator, 6, reason="Overlooked")
    assert asked() == {"AE-30": "CLOSED", "AE-31": "OPEN", "AE-32": "OPEN"}
