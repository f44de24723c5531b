"""What an entry page says of what stands on it: where each error is, and which answers will not be saved."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from crf import entry
from crf.models.crs_assessment import CrsAssessment, Vasopressor
from crf.sent import typed
from tests import study
from tests.study import PRESSOR, typed_crs
from trial.models import AuditEvent, Subject, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
LOW = {"hypotension": "Y", "hypotension_due_to_crs": "Y"}


@pytest.fixture
def sent(infused: Subject, investigator: User, client: Client) -> Any:
    """sent(values, day=1) sends an assessment as a browser without scripts does, and gives what it then reads."""
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")

    def send(data: dict[str, Any], *, button: str = "_save", day: int = 1, **more: str) -> str:
        address = f"/subjects/{infused.code}/d{day}/crs-assessment/"
        body = typed(data).dict() | {"_version": "0", button: "1", **more}
        return client.post(address, body, follow=True).content.decode()

    return send


def links(page: str) -> dict[str, str]:
    """The lines of the summary of errors, by where they lead."""
    summary = page.partition('id="cw-errors"')[2].partition("</ul>")[0]
    return dict(re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary))


# --- where an error is


def test_an_error_in_a_row_leads_to_its_control_in_that_row(sent: Any) -> None:
    rows = [PRESSOR, PRESSOR | {"dose": "much"}, {"drug": "EPINEPHRINE", "dose": "0.1", "started_at": "soon"}]
    found = sent(typed_crs(1, **LOW, vasopressors=rows))
    assert links(found) == {
        "id_vasopressors-1-dose": "Vasopressors 2, Highest dose",
        "id_vasopressors-2-started_at": "Vasopressors 3, Started",
    }
    for anchor in links(found):
        assert re.search(rf'<(input|select)[^>]* id="{anchor}"', found), anchor


def test_an_error_of_the_grid_as_a_whole_leads_to_the_grid(sent: Any) -> None:
    found = sent(typed_crs(1, **LOW, vasopressors=[PRESSOR | {"stopped_at": "2026-03-21 07:59"}]))
    assert list(links(found)) == ["item-vasopressors"] and 'id="item-vasopressors"' in found


def test_a_row_that_was_taken_away_is_no_error_and_has_no_number(sent: Any) -> None:
    rows = [PRESSOR | {"dose": "much", "DELETE": "on"}, PRESSOR | {"dose": "more"}]
    found = sent(typed_crs(1, **LOW, vasopressors=rows))
    assert links(found) == {"id_vasopressors-1-dose": "Vasopressors 1, Highest dose"}
    assert re.findall(r'cw-rows-number">(\d*)<', found)[:2] == ["", "1"]


def test_the_words_of_a_refusal_name_items_and_never_values(infused: Subject, investigator: User) -> None:
    with pytest.raises(entry.Invalid) as refused:
        data = typed_crs(1, temperature="warm", vasopressors=[PRESSOR | {"dose": "secret"}])
        study.submit("crs_assessment", infused, "d1", data, by=investigator)
    assert str(refused.value) == "refused: temperature, vasopressors"


# --- answers that will not be saved


def test_a_check_says_which_answers_the_others_do_not_ask_for_at_the_answer_that_decides(sent: Any) -> None:
    found = sent(typed_crs(1, hypotension="N", hypotension_due_to_crs="Y"), button="_check")
    at = found.partition('id="item-hypotension"')[2].partition('id="item-hypotension_due_to_crs"')[0]
    assert "Will not be saved with this answer: Is the hypotension due to CRS?" in " ".join(at.split())
    kept = sent(typed_crs(1, **LOW), button="_check")
    assert kept.count("Will not be saved with this answer") == found.count("Will not be saved with this answer") - 1


def test_after_saving_the_page_names_the_items_that_were_not_saved_and_no_value(sent: Any) -> None:
    data = typed_crs(1, hypotension="N", hypotension_due_to_crs="Y", oxygen="NONE", oxygen_flow="14.5")
    found = " ".join(sent(data).split())
    assert "Not saved, because the answers given do not ask for it: Is the hypotension due to CRS?" in found
    assert "14.5" not in found
    row = CrsAssessment.objects.get()
    assert (row.hypotension_due_to_crs, row.oxygen_flow) == (None, None)


def test_what_cannot_be_read_in_such_an_item_is_named_too_and_a_blank_one_is_not(
    infused: Subject, investigator: User
) -> None:
    def unkept(**changes: str) -> tuple[str, ...]:
        data = typed_crs(1, **changes)
        return study.submit(
            "crs_assessment", infused, "d1", data, by=investigator, reason="corrected", based_on=None
        ).unkept

    assert unkept(oxygen="NONE", oxygen_flow="lots") == ("oxygen_flow",)
    assert unkept(oxygen="NONE", oxygen_flow="") == ()
    assert unkept(oxygen="NONE", oxygen_flow__missing="NOT DONE") == ("oxygen_flow",)


def test_a_stored_value_that_is_not_asked_for_any_more_goes_with_a_reason_and_stays_in_the_trail(
    sent: Any, infused: Subject, investigator: User
) -> None:
    study.submit("crs_assessment", infused, "d1", typed_crs(1, **LOW), by=investigator)
    found = sent(typed_crs(1, hypotension="N", hypotension_due_to_crs="Y"), _version="1", reason_text="misread")
    assert "Not saved, because the answers given do not ask for it: Is the hypotension due to CRS?" in found
    event = AuditEvent.objects.filter(table_name=CrsAssessment._meta.db_table).latest("pk")
    assert event.reason == "misread"
    assert (event.before["hypotension_due_to_crs"], event.after["hypotension_due_to_crs"]) == ("Y", None)
    assert not Vasopressor.objects.exists()


def test_a_form_from_which_nothing_follows_says_what_its_checks_ask(
    infused: Subject, investigator: User, client: Client
) -> None:
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    consent = f"/subjects/{infused.code}/screening/informed-consent/"
    page = client.get(consent).content.decode()
    assert "What the checks ask" in page and "What follows from it" not in page and "Nothing can be derived" not in page
    assert "data-derives" not in page, "room is kept for values that never come"
    late = client.post(consent + "verdict/", {"consent_date": "2026-03-19"}).content.decode()
    assert "ICF-02" in late and "Nothing." not in late
    graded = client.get(f"/subjects/{infused.code}/d1/crs-assessment/").content.decode()
    assert "What follows from it" in graded and "Nothing can be derived yet." in graded and "data-derives" in graded


def test_a_check_and_its_query_lead_to_the_item_at_which_they_stand(
    infused: Subject, investigator: User, client: Client
) -> None:
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    consent = f"/subjects/{infused.code}/screening/informed-consent/"
    link = '<a href="#item-consent_date">Date of written consent</a>'
    asked = client.post(consent + "verdict/", {"consent_date": "2026-03-19"}).content.decode()
    assert f"<strong>ICF-02</strong> {link} Consent is dated" in asked
    late = {"consent_date": "2026-03-19", "consent_version": "1.0"}
    study.submit("informed_consent", infused, "screening", late, by=investigator, reason="misread")
    page = client.get(consent).content.decode()
    assert f"<header><strong>{link}</strong>" in page and 'id="item-consent_date"' in page
