"""Two protocol versions at one site: what a form asks on both sides of the day, what stays, and what is never lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client

from crf import drafts, entry, retired, review
from crf.batch import Batch, Sent
from crf.declare.form import form_named
from crf.models.crs_assessment import CrsAssessment
from crf.place import Place
from crf.workflow import Query
from tests import study
from tests.crf.one_by_one import OneByOne
from tests.filled import fill
from trial import audit, subjects, versions
from trial.models import ProtocolApproval, Site, Subject, User

pytestmark = pytest.mark.django_db
AMENDED_ON = date(2026, 3, 23)  # study day 3 of tests.study
OLD, NEW = "temperature_route", "antipyretic_scheduled"


@pytest.fixture
def amended(site: Site) -> Site:
    with audit.acting("migration", "test"), study.seeing_everything():
        ProtocolApproval.objects.create(site=site, version="2.0", active_from=AMENDED_ON)
    return Site.objects.get(pk=site.pk)


@pytest.fixture
def investigator(amended: Site) -> User:
    return study.person("INVESTIGATOR", amended)


@pytest.fixture
def subject(amended: Site, investigator: User) -> Iterator[Subject]:
    found = study.infused(amended, by=investigator)
    with study.seeing_everything():
        yield Subject.objects.select_related("site").get(pk=found.pk)


def crs(subject: Subject, day: int, *, by: User, visit: str = "", **changes: Any) -> CrsAssessment:
    data = study.typed_crs(day, **changes)
    row: Any = study.submit("crs_assessment", subject, visit or f"d{day}", data, by=by, reason="corrected").row
    return row


def place(subject: Subject, visit: str) -> Place:
    subject = Subject.objects.select_related("site").get(pk=subject.pk)
    return Place(CrsAssessment, subject, study.visit_of(subject, visit))


def version_of(subject: Subject, visit: str) -> str:
    return study.visit_of(subject, visit).protocol_version


# --- which version


@pytest.mark.parametrize(("day", "version"), [(2, "1.0"), (3, "2.0")])
def test_a_visit_is_under_the_version_of_its_day_on_both_sides(
    subject: Subject, investigator: User, day: int, version: str
) -> None:
    assert version_of(subject, f"d{day}") == ""  # it has not taken place
    assert place(subject, f"d{day}").version == version  # as planned
    crs(subject, day, by=investigator)
    assert version_of(subject, f"d{day}") == version


def test_a_subject_keeps_the_version_it_was_screened_under(subject: Subject) -> None:
    assert subject.protocol_version == "1.0"


def test_a_site_that_has_not_approved_the_amendment_goes_on_as_before(sites: list[Site], subject: Subject) -> None:
    assert versions.on(sites[1], date(2026, 12, 31)) == "1.0"
    assert versions.on(subject.site, date(2026, 12, 31)) == "2.0"


def test_an_unscheduled_visit_is_under_the_version_of_its_day(subject: Subject, investigator: User) -> None:
    days = (date(2026, 3, 22), AMENDED_ON)
    found = [subjects.unscheduled(subject, by=investigator, on=day).protocol_version for day in days]
    assert found == ["1.0", "2.0"]


def test_the_first_form_of_a_visit_decides_by_its_own_day_not_by_the_planned_one(
    subject: Subject, investigator: User
) -> None:
    # Month 1 is planned for 17 April; it took place before the approval, say, because the day was entered late.
    typed = {
        "measured_at": "2026-03-22 09:00", "temperature": "36.6", "pulse": "70", "systolic": "120", "diastolic": "70",
        "spo2": "98",
    }  # fmt: skip
    study.submit("vital_signs", subject, "m1", typed, by=investigator)
    assert version_of(subject, "m1") == "1.0"
    study.submit("vital_signs", subject, "m2", typed | {"measured_at": "2026-03-23 09:00"}, by=investigator)
    assert version_of(subject, "m2") == "2.0"


def test_a_form_corrected_later_stays_under_its_version_even_if_its_day_moves(
    subject: Subject, investigator: User
) -> None:
    crs(subject, 2, by=investigator)
    row = crs(subject, 3, by=investigator, visit="d2", temperature="38.9")  # 23 March, entered at day 2
    assert (row.version, version_of(subject, "d2"), row.temperature_route) == (2, "1.0", "AXILLARY")


def test_a_visit_that_took_place_keeps_its_version_when_the_approval_is_corrected(
    subject: Subject, investigator: User
) -> None:
    crs(subject, 3, by=investigator)
    with audit.acting("migration", "wrong day"):
        ProtocolApproval.objects.update(active_from=date(2026, 3, 25))
    assert (place(subject, "d3").version, place(subject, "d4").version, place(subject, "d5").version) == (
        "2.0", "1.0", "2.0",
    )  # fmt: skip


def test_an_open_visit_follows_its_day_when_the_infusion_moves(subject: Subject, investigator: User) -> None:
    assert place(subject, "d2").version == "1.0"
    subjects.infuse(
        subject, at=study.INFUSED_AT + (AMENDED_ON - date(2026, 3, 22)), by=investigator, reason="wrong day"
    )
    assert place(subject, "d2").version == "2.0"


def test_an_entry_of_a_log_is_under_the_version_of_the_day_it_came_in(subject: Subject, investigator: User) -> None:
    log = form_named("medical_history")
    for number, now in enumerate((study.INFUSED_AT, study.NOW), 1):
        study.submit("medical_history", subject, "log", fill(log)[0], by=investigator, now=now, occurrence=number)
    assert [Place(log, subject, None, number).version for number in (1, 2)] == ["1.0", "2.0"]
    rows = log.objects.order_by("occurrence")  # type: ignore[attr-defined]
    assert [Place.of(row, subject).version for row in rows] == ["1.0", "2.0"]


# --- what the page asks


def test_the_page_asks_what_is_in_force_on_both_sides(subject: Subject, investigator: User) -> None:
    before = entry.blank_page(place(subject, "d2"), by=investigator)
    after = entry.blank_page(place(subject, "d3"), by=investigator)
    assert (OLD in before.fields, NEW in before.fields) == (True, False)
    assert (OLD in after.fields, NEW in after.fields) == (False, True)


def test_a_required_item_of_the_new_version_is_required_there_alone(subject: Subject, investigator: User) -> None:
    crs(subject, 2, by=investigator, antipyretic="Y")
    with pytest.raises(entry.Invalid) as refused:
        crs(subject, 3, by=investigator, antipyretic="Y")
    assert NEW in refused.value.page.errors
    assert crs(subject, 3, by=investigator, antipyretic="Y", antipyretic_scheduled="N").antipyretic_scheduled == "N"


def test_what_is_typed_of_another_version_is_not_stored(subject: Subject, investigator: User) -> None:
    before = crs(subject, 2, by=investigator, antipyretic="Y", antipyretic_scheduled="Y")
    after = crs(subject, 3, by=investigator)
    assert (before.temperature_route, before.antipyretic_scheduled) == ("AXILLARY", None)
    assert after.temperature_route is None


def test_a_date_typed_across_the_day_turns_the_page_into_the_other_version(
    subject: Subject, investigator: User
) -> None:
    typed = study.typed_crs(2, antipyretic="Y")
    page = entry.blank_page(place(subject, "d4"), by=investigator, data=typed)
    assert (page.version, OLD in page.fields) == ("1.0", True)
    unread = entry.blank_page(place(subject, "d4"), by=investigator, data=typed | {"assessed_at": "20-20"})
    assert unread.version == "2.0"  # the planned day counts until a day can be read


def test_old_and_new_check_are_asked_on_their_side(subject: Subject, investigator: User) -> None:
    late = {"fever_due_to_crs": ""}
    with audit.acting("migration", "test"):
        ProtocolApproval.objects.update(active_from=date(2026, 4, 1))  # study day 12
    crs(subject, 11, by=investigator, **late)  # under 1.0 a fever is late after day 14
    assert not Query.objects.filter(check_id__startswith="CRS-08").exists()
    second = study.infused(subject.site, by=investigator)
    crs(second, 12, by=investigator, **late)  # under 2.0 after day 10
    assert list(Query.objects.filter(check_id__startswith="CRS-08").values_list("check_id", flat=True)) == ["CRS-08.2"]


@pytest.mark.parametrize(("day", "late"), [(10, False), (11, True)])
def test_under_the_new_version_a_first_fever_is_late_after_day_10(
    subject: Subject, investigator: User, day: int, late: bool
) -> None:
    crs(subject, day, by=investigator, fever_due_to_crs="")
    assert Query.objects.filter(check_id="CRS-08.2").exists() is late
    assert not Query.objects.filter(check_id="CRS-08").exists()


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, True),
        ({"comment": "Refused by the family."}, False),
        ({"anticytokine": "Y", "anticytokine_drug": "TOCILIZUMAB", "anticytokine_doses": "1"}, False),
    ],
)
def test_severe_crs_without_an_anticytokine_drug_is_asked_about_under_the_new_version(
    subject: Subject, investigator: User, changes: dict[str, str], asked: bool
) -> None:
    row = crs(subject, 3, by=investigator, **(study.SHOCK | changes))
    assert Query.objects.filter(form_id=row.pk, check_id="CRS-24").exists() is asked


def test_severe_crs_is_not_asked_about_under_the_old_version_nor_after_an_earlier_dose(
    subject: Subject, investigator: User
) -> None:
    drug = {"anticytokine": "Y", "anticytokine_drug": "TOCILIZUMAB"}
    crs(subject, 2, by=investigator, **(study.SHOCK | drug))
    crs(subject, 3, by=investigator, **study.SHOCK)
    other = study.infused(subject.site, by=investigator)
    crs(other, 2, by=investigator, **study.SHOCK)
    assert not Query.objects.filter(check_id="CRS-24").exists()


# --- nothing is lost


def _now_under_the_new_version(subject: Subject) -> None:
    """As after an upgrade that retires an item which visits of that version had answered already."""
    with audit.acting("migration", "test"):
        subject.visits.filter(code="d2").update(protocol_version="2.0")


def test_a_retired_item_that_holds_a_value_is_shown_stays_and_still_counts(
    subject: Subject, investigator: User, client: Client
) -> None:
    row = crs(subject, 2, by=investigator, temperature="", temperature__missing="NOT DONE")
    _now_under_the_new_version(subject)
    there = place(subject, "d2")
    page = entry.blank_page(there, by=investigator)
    (held,) = retired.of_page(page, there.row()).items()
    assert (held[0], held[1]["words"], held[1]["stored"]) == (OLD, "Axillary", True)
    client.force_login(investigator)
    html = client.get(f"/subjects/{subject.code}/d2/crs-assessment/").content.decode()
    assert "Axillary" in html and "retired" in html and f'name="{OLD}"' not in html and "protocol 2.0" in html
    crs(subject, 2, by=investigator, temperature="38.2", comment="looked up")
    row.refresh_from_db()
    assert (row.temperature_route, row.version) == ("AXILLARY", 2)


def test_why_a_retired_item_is_blank_stays_on_record(subject: Subject, investigator: User) -> None:
    row = crs(subject, 2, by=investigator, temperature_route="", temperature_route__missing="NOT DONE")
    _now_under_the_new_version(subject)
    crs(subject, 2, by=investigator, comment="looked up")
    row.refresh_from_db()
    assert row.missing == {OLD: "NOT DONE"} and row.version == 2


def test_what_is_stored_in_a_retired_item_is_on_the_sheet_of_a_correction(subject: Subject, investigator: User) -> None:
    crs(subject, 2, by=investigator)
    _now_under_the_new_version(subject)
    there = place(subject, "d2")
    page = entry.blank_page(there, by=investigator, data=study.typed_crs(2))
    page.is_valid()
    of = entry.candidate(there, page, now=study.NOW, row=there.row())
    assert of.temperature_route == "AXILLARY"


def test_the_review_page_marks_a_retired_item_and_shows_no_empty_one(subject: Subject, investigator: User) -> None:
    with_value, without = crs(subject, 2, by=investigator), crs(subject, 3, by=investigator)

    def shown(row: CrsAssessment) -> dict[str, Any]:
        whole = review.whole(CrsAssessment, row.pk)
        assert whole is not None
        return {e["name"]: e["retired"] for s in review.sections(whole, set()) for e in s["entries"]}

    assert shown(with_value)[OLD] is False and NEW not in shown(with_value)
    assert OLD not in shown(without) and shown(without)[NEW] is False
    _now_under_the_new_version(subject)
    assert shown(with_value)[OLD] is True


def test_a_draft_begun_before_the_amendment_opens_after_it_with_everything_that_was_typed(
    subject: Subject, investigator: User, client: Client
) -> None:
    visit = study.visit_of(subject, "d4")
    typed = {
        name: [text] for name, text in study.typed_crs(4, temperature_route="ORAL").items() if name != "vasopressors"
    }
    drafts.save("crs_assessment", subject, visit, 1, values=typed, based_on=0, by=investigator)
    client.force_login(investigator)
    html = client.get(f"/subjects/{subject.code}/d4/crs-assessment/").content.decode()
    assert '<input type="hidden" name="temperature_route" value="ORAL">' in html and "Oral" in html
    assert f'name="{NEW}"' in html and 'value="38.6"' in html
    # The same draft with a day before the amendment is a form of the old version again.
    earlier = {**typed, "assessed_at": ["2026-03-22 20:00"]}
    drafts.save("crs_assessment", subject, visit, 1, values=earlier, based_on=0, by=investigator)
    again = client.get(f"/subjects/{subject.code}/d4/crs-assessment/").content.decode()
    assert "protocol 1.0" in again and '<option value="ORAL" selected>' in again


def test_the_casebook_shows_from_which_visit_on_the_amendment_holds(
    subject: Subject, investigator: User, client: Client
) -> None:
    client.force_login(investigator)
    html = client.get(f"/subjects/{subject.code}/").content.decode()
    assert html.count("cw-amendment") == 1
    head = next(cell for cell in html.split("<th scope=") if "cw-amendment" in cell)
    assert "Day 3" in head and "protocol 2.0" in head


def test_a_batch_gives_what_one_by_one_gives_across_the_day(amended: Site, investigator: User) -> None:
    forms = [
        ("informed_consent", "screening", study.typed_consent()), ("demographics", "screening", study.typed_demographics()),
        ("eligibility", "screening", study.typed_eligibility()),
    ]  # fmt: skip
    daily = [("car_t_infusion", "d0", study.typed_infusion())]
    fever = {"antipyretic": "Y", "antipyretic_scheduled": "Y"}
    daily += [("crs_assessment", f"d{day}", study.typed_crs(day, **fever)) for day in range(1, 6)]
    found = []
    with study.seeing_everything():
        for way in (Batch, OneByOne):
            through: Any = way.screened(amended, by=investigator, on=study.SCREENED_ON)  # type: ignore[attr-defined]
            for form, visit, data in forms:
                through.take(Sent(form, visit, data, investigator, now=study.NOW))
            through.enrol(by=investigator, on=study.ENROLLED_ON, dose_level="2.0")
            for form, visit, data in daily:
                through.take(Sent(form, visit, data, investigator, now=study.NOW))
            through.settle()
            rows = CrsAssessment.objects.filter(subject=through.subject).order_by("visit_id")  # type: ignore[attr-defined]
            visits = through.subject.visits.order_by("pk").values_list("code", "actual_on", "protocol_version")
            queries = Query.objects.filter(subject=through.subject).order_by("form_id", "check_id")
            found.append(
                (
                    [(row.temperature_route, row.antipyretic_scheduled) for row in rows],
                    list(visits),
                    list(queries.values_list("form", "check_id", "item")),
                )
            )
    assert found[0] == found[1]
    assert found[0][0] == [("AXILLARY", None)] * 2 + [(None, "Y")] * 3
