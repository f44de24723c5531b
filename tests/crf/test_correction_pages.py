"""The pages of corrections: what each shows and does, 404 for another site's user, 403 for the wrong role."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest
from django.test import Client

from crf import workflow
from crf.models.crs_assessment import CrsAssessment
from tests import study
from trial import subjects
from trial.models import Delegation, Site, Subject, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
REASON = {"choice": "It was entered at the wrong visit", "text": ""}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer: object) -> str:
    return unescape(answer.content.decode())  # type: ignore[attr-defined]


@pytest.fixture
def here(infused: Subject, investigator: User) -> str:
    """The address of an assessment that was entered at the wrong visit."""
    study.submit("crs_assessment", infused, "d1", study.typed_crs(2, investigator_grade="3"), by=investigator)
    return f"/subjects/{infused.code}/d1/crs-assessment/"


# --- moving


def test_a_submitted_form_offers_to_be_moved_to_who_may_enter(here: str, coordinator: User, monitor: User) -> None:
    assert f'href="{here}move/"' in text(browser(coordinator).get(here))
    assert f'href="{here}move/"' not in text(browser(monitor).get(here))


def test_the_page_offers_the_subjects_of_the_own_sites_and_the_visits_where_the_form_can_stand(
    here: str, coordinator: User, sites: list[Site], site: Site, investigator: User
) -> None:
    mine = study.screened(site, by=investigator)
    theirs = study.screened(sites[1], by=study.person("INVESTIGATOR", sites[1], name="doctor-02"))
    page = text(browser(coordinator).get(here + "move/"))
    assert f'value="{mine.code}"' in page and theirs.code not in page
    assert 'id="id_visit_d2" checked' in page and page.count(" checked") == 1  # the day that was typed is that of day 2
    assert 'id="id_visit_d3"' in page and 'id="id_visit_screening"' not in page and 'id="id_visit_d1"' not in page


def test_the_preview_names_what_opens_and_closes_and_moves_nothing(here: str, coordinator: User) -> None:
    page = text(browser(coordinator).get(here + "move/?visit=d2"))
    assert "Queries that open" in page and "Queries that close" in page
    assert "01-001, Day 2, CRS assessment" in page and "01-001, Day 1, CRS assessment" in page
    assert CrsAssessment.objects.get().visit.code == "d1"


def test_with_a_reason_the_form_is_moved_and_both_pages_say_so(here: str, coordinator: User) -> None:
    web = browser(coordinator)
    refused = web.post(here + "move/?visit=d2", {"choice": "", "text": ""})
    assert refused.status_code == 422 and "Please choose a reason" in text(refused)
    answer = web.post(here + "move/?visit=d2", REASON)
    assert (answer.status_code, answer["Location"]) == (302, "/subjects/01-001/d2/crs-assessment/")
    old, new = text(web.get(here)), text(web.get(answer["Location"] + "history/"))
    assert "Moved to:" in old and 'href="/subjects/01-001/d2/crs-assessment/"' in old
    assert "Moved here from:" in new and f'href="{here}history/"' in new
    assert "Moved to:" in text(web.get(here + "history/"))
    assert "38.6" not in old  # nothing of it is left to be typed over
    assert web.get(here + "move/").status_code == 404


def test_a_target_of_another_site_and_a_visit_that_is_none_are_404(
    here: str, coordinator: User, sites: list[Site]
) -> None:
    theirs = study.screened(sites[1], by=study.person("INVESTIGATOR", sites[1], name="doctor-02"))
    web = browser(coordinator)
    for ask in (f"subject={theirs.code}", "subject=09-999", "visit=screening", "visit=d1", "visit=nowhere"):
        assert web.get(f"{here}move/?{ask}").status_code == 404, ask
        assert web.post(f"{here}move/?{ask}", REASON).status_code == 404, ask


def test_who_reads_a_site_and_enters_at_another_is_offered_the_other_alone(
    here: str, coordinator: User, sites: list[Site]
) -> None:
    from trial import audit
    from trial.models import Membership

    theirs = study.screened(sites[1], by=study.person("INVESTIGATOR", sites[1], name="doctor-02"))
    with audit.acting("migration"):
        Membership.objects.create(user=coordinator, site=sites[1], role="MONITOR")
    web = browser(coordinator)
    assert web.get(f"/subjects/{theirs.code}/").status_code == 200
    assert web.get(f"{here}move/?subject={theirs.code}").status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_wrong_role_is_refused_and_another_sites_user_finds_nothing(
    method: str, here: str, monitor: User, data_manager: User, other_coordinator: User
) -> None:
    for person, status in ((monitor, 403), (data_manager, 403), (other_coordinator, 404)):
        assert getattr(browser(person), method)(here + "move/?visit=d2", REASON).status_code == status
    assert CrsAssessment.objects.get().visit.code == "d1"


def test_an_entry_of_a_log_goes_straight_to_the_other_subject(
    infused: Subject, site: Site, investigator: User, coordinator: User
) -> None:
    from tests.crf.test_moving import EVENT

    study.submit("adverse_event", infused, "log", EVENT, by=investigator)
    other, here = study.screened(site, by=investigator), f"/subjects/{infused.code}/log/adverse-event/"
    web = browser(coordinator)
    assert "To which visit" not in text(web.get(here + "move/"))
    assert f"To {other.code}, Entry 1" in text(web.get(f"{here}move/?subject={other.code}"))
    answer = web.post(f"{here}move/?subject={other.code}", REASON)
    assert answer["Location"] == f"/subjects/{other.code}/log/adverse-event/"
    gone = text(web.get(here))
    assert "Moved to:" in gone and "Restore the entry" not in gone


def test_a_reviewers_query_is_counted_among_what_goes_along(here: str, coordinator: User, monitor: User) -> None:
    row = CrsAssessment.objects.get()
    workflow.ask(row, item="temperature", by=monitor, text="Which thermometer?", now=study.NOW)
    assert "One open query of a reviewer goes along" in text(browser(coordinator).get(here + "move/?visit=d2"))


# --- screening that failed, and again


def test_screening_fails_and_the_subject_is_screened_again_with_what_is_known_offered(
    subject: Subject, investigator: User, coordinator: User
) -> None:
    study.fill_screening(subject, by=investigator)
    web, here = browser(coordinator), f"/subjects/{subject.code}/"
    assert "Screening failed" in text(web.get(here))
    assert web.post(here + "fail-screening/", {"choice": "A criterion is not met", "text": ""}).status_code == 302
    assert f'href="{here}rescreen/"' in text(web.get(here))
    sent = {"on": "2026-04-01", "choice": "The criteria were amended", "text": ""}
    answer = web.post(here + "rescreen/", sent)
    assert answer["Location"] == "/subjects/01-002/"
    assert "Screened before as 01-001: Screen failure." in text(web.get("/subjects/01-002/"))
    assert "Screened again as 01-002." in text(web.get(here))
    form = "/subjects/01-002/screening/demographics/"
    blank, filled = text(web.get(form)), text(web.get(form + "?from=01-001"))
    assert f'href="{form}?from=01-001"' in blank and "1961" not in blank
    assert 'value="1961"' in filled and "58.5" not in filled and "162" not in filled
    assert "check each value" in filled
    again = web.get(here + "rescreen/")
    assert "was screened again already, as 01-002" in text(again)
    assert web.post(here + "rescreen/", sent).status_code == 422


@pytest.mark.parametrize("page", ["fail-screening", "rescreen"])
def test_nobody_but_the_site_ends_or_repeats_a_screening(
    page: str, subject: Subject, monitor: User, data_manager: User, other_coordinator: User
) -> None:
    for person, status in ((monitor, 403), (data_manager, 403), (other_coordinator, 404)):
        assert browser(person).get(f"/subjects/{subject.code}/{page}/").status_code == status


def test_another_subjects_values_are_not_offered(site: Site, subject: Subject, investigator: User) -> None:
    study.fill_screening(subject, by=investigator)
    other = study.screened(site, by=investigator)
    form = f"/subjects/{other.code}/screening/demographics/"
    page = text(browser(investigator).get(f"{form}?from={subject.code}"))
    assert "1961" not in page and "Fill in from" not in page


# --- transfer


def test_a_data_manager_transfers_and_the_casebook_says_so(
    infused: Subject, data_manager: User, coordinator: User, other_coordinator: User
) -> None:
    web, here = browser(data_manager), f"/subjects/{infused.code}/"
    page = text(web.get(here + "transfer/"))
    assert "02 Hospital 2" in page and ">01 Hospital 1</option>" not in page
    site = Site.objects.get(code="02")
    sent = {"site": site.pk, "on": "2026-04-10", "choice": "The subject moved house", "text": ""}
    assert web.post(here + "transfer/", sent | {"choice": ""}).status_code == 422
    assert web.post(here + "transfer/", sent)["Location"] == here
    told = "Transferred from site 01 to site 02 on"
    assert told in text(web.get(here)) and told in text(browser(other_coordinator).get(here))
    assert browser(coordinator).get(here).status_code == 404


def test_no_other_role_transfers(
    infused: Subject, coordinator: User, monitor: User, administrator: User, other_coordinator: User
) -> None:
    expected = ((coordinator, 403), (monitor, 403), (administrator, 404), (other_coordinator, 404))
    for person, status in expected:
        assert browser(person).get(f"/subjects/{infused.code}/transfer/").status_code == status


# --- the delegation log


def test_the_principal_investigator_delegates_and_ends_and_the_monitor_reads(
    site: Site, investigator: User, monitor: User
) -> None:
    junior = study.person("INVESTIGATOR", site, name="junior", delegated=False)
    web = browser(investigator)
    sent = {"user": junior.pk, "group": "EVENTS", "from_on": "2026-03-01", "until_on": ""}
    assert web.post("/delegation/01/", sent)["Location"] == "/delegation/01/"
    assert web.post("/delegation/01/", sent).status_code == 422
    line = Delegation.objects.get(user=junior)
    end = f"/delegation/01/{line.pk}/end/"
    assert f'href="{end}"' in text(web.get("/delegation/01/"))
    seen = browser(monitor)
    assert "Adverse events: grade" in text(seen.get("/delegation/01/")) and end not in text(seen.get("/delegation/01/"))
    assert seen.get(end).status_code == 403 and seen.post("/delegation/01/", sent).status_code == 403
    done = {"on": "2026-04-01", "choice": "The person left the site", "text": ""}
    assert web.post(end, done | {"choice": ""}).status_code == 422
    assert web.post(end, done).status_code == 302
    assert "The person left the site" in text(seen.get("/delegation/01/"))


def test_the_data_manager_names_the_principal_investigator_alone(site: Site, data_manager: User) -> None:
    junior = study.person("INVESTIGATOR", site, name="junior", delegated=False)
    web = browser(data_manager)
    page = text(web.get("/delegation/01/"))
    assert 'value="PRINCIPAL"' in page and 'value="EVENTS"' not in page
    sent = {"user": junior.pk, "group": "EVENTS", "from_on": "2026-03-01", "until_on": ""}
    assert web.post("/delegation/01/", sent).status_code == 422
    assert web.post("/delegation/01/", sent | {"group": "PRINCIPAL"}).status_code == 302


def test_the_log_of_another_site_does_not_exist_and_some_roles_read_none(
    sites: list[Site], investigator: User, coordinator: User, statistician: User, administrator: User
) -> None:
    assert browser(investigator).get("/delegation/")["Location"] == "/delegation/01/"
    assert browser(coordinator).get("/delegation/01/").status_code == 200
    assert browser(coordinator).post("/delegation/01/", {}).status_code == 403
    assert browser(investigator).get("/delegation/02/").status_code == 404
    assert browser(statistician).get("/delegation/01/").status_code == 403
    assert browser(administrator).get("/delegation/").status_code == 403
    other = study.person("INVESTIGATOR", sites[1], name="doctor-02")
    line = Delegation.objects.get(user=other)
    assert browser(investigator).get(f"/delegation/01/{line.pk}/end/").status_code == 404


def test_a_form_shows_an_investigator_who_is_not_delegated_why_the_grade_is_closed(
    infused: Subject, site: Site, investigator: User
) -> None:
    junior = study.person("INVESTIGATOR", site, name="junior", delegated=False)
    here = f"/subjects/{infused.code}/d2/crs-assessment/"
    words = "You are not delegated to “Grades of CRS and neurotoxicity” at site 01"
    assert words in text(browser(junior).get(here))
    assert words not in text(browser(investigator).get(here))
    refused = browser(junior).post(
        here, study.typed_crs(2) | {"vasopressors-TOTAL_FORMS": "0", "vasopressors-INITIAL_FORMS": "0"}
    )
    assert refused.status_code == 422 and words in text(refused)


# --- the training environment


def test_every_page_of_the_training_environment_says_so(infused: Subject, investigator: User, settings: object) -> None:
    web, door = browser(investigator), Client()
    assert "Training" not in text(web.get("/subjects/")) and "data-training" not in text(door.get("/accounts/login/"))
    settings.TRAINING = True  # type: ignore[attr-defined]
    for client, url in (
        (web, "/"),
        (web, f"/subjects/{infused.code}/"),
        (door, "/accounts/login/"),
        (web, "/subjects/09-009/"),
    ):
        page = text(client.get(url))
        assert "Training: nothing here is real data." in page and "data-training" in page, url


def test_days_in_the_future_are_refused(subject: Subject, investigator: User) -> None:
    subjects.fail_screening(subject, by=investigator, reason="A criterion is not met")
    sent = {"on": f"{date(2100, 1, 1)}", "choice": "The criteria were amended", "text": ""}
    answer = browser(investigator).post(f"/subjects/{subject.code}/rescreen/", sent)
    assert answer.status_code == 422 and "lies in the future" in text(answer)
