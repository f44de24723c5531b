"""What happens to a subject: screened, enrolled, infused, withdrawn; with what the study refuses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from tests import study
from trial import audit, protocol, schedule, subjects
from trial.models import AuditEvent, Site, Subject, User, Visit
from trial.subjects import Refused

rolls_back = pytest.mark.django_db
really = pytest.mark.django_db(transaction=True)


def again(subject: Subject) -> Subject:
    return Subject.objects.select_related("site").get(pk=subject.pk)


# --- screening


@rolls_back
def test_the_subject_id_is_site_and_running_number_with_three_digits_at_least(
    sites: list[Site], investigator: User
) -> None:
    assert [study.screened(sites[0], by=investigator).code for _ in range(2)] == ["01-001", "01-002"]
    with audit.acting("migration"):
        Site.objects.filter(pk=sites[1].pk).update(next_number=999)
    assert [study.screened(sites[1], by=investigator).code for _ in range(2)] == ["02-999", "02-1000"]


@rolls_back
def test_screening_opens_the_screening_visit_alone(subject: Subject, scope: None) -> None:
    (visit,) = subject.visits.all()
    assert (visit.code, visit.planned_on, visit.site_id) == ("screening", study.SCREENED_ON, subject.site_id)
    assert (subject.status, subject.protocol_version) == ("SCREENED", "1.0")


def together(work: list[Callable[[], None]]) -> None:
    """Runs these in threads that begin at the same moment, each on a connection of its own."""
    barrier = threading.Barrier(len(work))

    def begin(one: Callable[[], None]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            one()
        finally:
            connection.close()

    threads = [threading.Thread(target=begin, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


@really
def test_50_screenings_at_once_leave_no_gap_and_no_double(site: Site, investigator: User) -> None:
    together([lambda: study.screened(site, by=investigator) and None] * 50)
    with study.seeing_everything():
        assert sorted(Subject.objects.values_list("number", flat=True)) == list(range(1, 51))
        assert Visit.objects.filter(code="screening").count() == 50


@really
def test_screenings_that_are_rolled_back_leave_no_gap_either(site: Site, investigator: User) -> None:
    def abandoned() -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            study.screened(site, by=investigator)
            raise ZeroDivisionError

    together([lambda: study.screened(site, by=investigator) and None, abandoned] * 25)
    with study.seeing_everything():
        assert sorted(Subject.objects.values_list("number", flat=True)) == list(range(1, 26))
        assert study.screened(site, by=investigator).code == "01-026"


# --- enrolment


@rolls_back
@pytest.mark.parametrize(
    ("form", "gate"),
    [
        ("informed_consent", "Written consent"),
        ("demographics", "Demographics entered"),
        ("eligibility", "Every criterion met"),
    ],
)
def test_enrolment_waits_for_each_form(subject: Subject, investigator: User, scope: None, form: str, gate: str) -> None:
    study.fill_screening(subject, by=investigator, leave_out=[form])
    with pytest.raises(Refused, match=f"Not yet: {gate}"):
        subjects.enrol(subject, by=investigator, on=study.ENROLLED_ON, dose_level="2.0")
    assert [g.form for g in subjects.gates(subject) if not g.met] == [form]
    assert all(g.why for g in subjects.gates(subject) if not g.met)


@rolls_back
@pytest.mark.parametrize(
    "change", [{"inclusion_04": "N"}, {"exclusion_08": "Y"}, {"inclusion_02": "U"}, {"waiver": "Y"}]
)
def test_a_failed_criterion_stands_against_enrolment_and_a_waiver_does_not_lift_it(
    subject: Subject, investigator: User, scope: None, change: dict[str, str]
) -> None:
    study.fill_screening(subject, by=investigator, leave_out=["eligibility"])
    waived = {"waiver": "Y", "waiver_text": "the sponsor agreed", "inclusion_04": "N"} if "waiver" in change else change
    study.submit("eligibility", subject, "screening", study.typed_eligibility(**waived), by=investigator)
    with pytest.raises(Refused, match="Every criterion met"):
        subjects.enrol(subject, by=investigator, on=study.ENROLLED_ON, dose_level="2.0")


@rolls_back
def test_enrolment_opens_every_visit_of_the_schedule_without_dates(enrolled: Subject, scope: None) -> None:
    assert (enrolled.status, enrolled.dose_level, enrolled.enrolled_on) == ("ENROLLED", "2.0", study.ENROLLED_ON)
    assert set(enrolled.visits.values_list("code", flat=True)) == set(schedule.BY_CODE)
    assert not enrolled.visits.exclude(code="screening").exclude(planned_on=None).exists()


@rolls_back
def test_enrolment_is_refused_twice_at_an_unknown_level_and_before_screening(
    subject: Subject, investigator: User, scope: None
) -> None:
    study.fill_screening(subject, by=investigator)
    for options, words in [
        ({"dose_level": "3.0", "on": study.ENROLLED_ON}, "not in the protocol"),
        ({"dose_level": "2.0", "on": study.SCREENED_ON - timedelta(days=1)}, "earlier than screening"),
    ]:
        with pytest.raises(Refused, match=words):
            subjects.enrol(subject, by=investigator, **options)  # type: ignore[arg-type]
    subjects.enrol(subject, by=investigator, on=study.ENROLLED_ON, dose_level="2.0")
    with pytest.raises(Refused, match="not in screening"):
        subjects.enrol(subject, by=investigator, on=study.ENROLLED_ON, dose_level="2.0")
    assert subject.visits.count() == len(schedule.VISITS)


# --- infusion and the schedule


@rolls_back
def test_the_infusion_anchors_every_visit_on_the_sites_calendar(
    enrolled: Subject, investigator: User, scope: None
) -> None:
    at = datetime(2026, 3, 19, 17, 0, tzinfo=UTC)  # 01:00 on the 20th in Shanghai
    subject = subjects.infuse(enrolled, at=at, by=investigator)
    planned = {v.code: (v.planned_on, v.window_from, v.window_to) for v in subject.visits.all()}
    day0 = date(2026, 3, 20)
    assert (subject.status, subjects.infused_on(subject)) == ("INFUSED", day0)
    assert planned["d0"] == (day0, day0, day0)
    assert planned["d14"][0] == date(2026, 4, 3)
    assert planned["d21"] == (date(2026, 4, 10), date(2026, 4, 8), date(2026, 4, 12))
    assert planned["ld"] == (date(2026, 3, 15), date(2026, 3, 15), date(2026, 3, 17))
    assert planned["m1"] == (date(2026, 4, 17), date(2026, 4, 15), date(2026, 4, 24))
    assert planned["apheresis"] == (None, None, None)
    assert subjects.study_day(subject, day0) == 0
    assert subjects.study_day(subject, date(2026, 3, 19)) == -1
    assert subjects.study_day(subject, None) is None


@rolls_back
def test_a_corrected_infusion_moves_the_visits_that_did_not_take_place_and_no_other(
    infused: Subject, investigator: User, scope: None
) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=investigator)
    before = dict(infused.visits.values_list("code", "planned_on"))
    subjects.infuse(infused, at=infused.infused_at + timedelta(days=2), by=investigator, reason="wrong day typed")
    after = dict(infused.visits.values_list("code", "planned_on"))
    stayed = {"screening", "apheresis", "d0", "d1"}  # d0 and d1 are filled
    assert {code for code in before if before[code] == after[code]} == stayed
    assert all(after[code] == before[code] + timedelta(days=2) for code in before.keys() - stayed)
    moved = AuditEvent.objects.filter(table_name="trial_visit", reason="wrong day typed")
    assert moved.count() == len(before) - len(stayed)


@rolls_back
def test_the_same_infusion_again_writes_nothing(infused: Subject, investigator: User, scope: None) -> None:
    before = AuditEvent.objects.count()
    subjects.infuse(infused, at=infused.infused_at, by=investigator)
    assert AuditEvent.objects.count() == before


@rolls_back
def test_an_infusion_before_enrolment_is_refused(subject: Subject, investigator: User, scope: None) -> None:
    with pytest.raises(Refused, match="is not enrolled"):
        subjects.infuse(subject, at=study.INFUSED_AT, by=investigator)


@rolls_back
def test_a_withdrawn_subjects_first_infusion_is_refused_and_a_known_one_can_be_corrected(
    sites: list[Site], investigator: User, scope: None
) -> None:
    never, once = study.enrolled(sites[0], by=investigator), study.infused(sites[0], by=investigator)
    for subject in (never, once):
        subjects.withdraw(subject, by=investigator, on=date(2026, 5, 1), reason="moved away")
    with pytest.raises(Refused, match="is not enrolled"):
        subjects.infuse(never, at=study.INFUSED_AT, by=investigator)
    corrected = subjects.infuse(once, at=study.INFUSED_AT - timedelta(hours=1), by=investigator, reason="clock")
    assert (corrected.status, corrected.infused_at) == ("WITHDRAWN", study.INFUSED_AT - timedelta(hours=1))


@rolls_back
def test_unscheduled_visits_are_numbered_and_never_replanned(infused: Subject, investigator: User, scope: None) -> None:
    on = date(2026, 3, 23)
    made = [subjects.unscheduled(infused, by=investigator, on=on) for _ in range(2)]
    assert [(v.code, v.planned_on, v.actual_on, v.unscheduled) for v in made] == [
        ("u1", on, on, True),
        ("u2", on, on, True),
    ]
    subjects.infuse(infused, at=infused.infused_at + timedelta(days=3), by=investigator, reason="x")
    assert set(infused.visits.filter(unscheduled=True).values_list("planned_on", flat=True)) == {on}


@really
def test_unscheduled_visits_opened_at_once_get_different_numbers(infused: Subject, investigator: User) -> None:
    def one() -> None:
        with study.seeing_everything():
            subjects.unscheduled(infused, by=investigator, on=date(2026, 3, 23))

    together([one] * 8)
    with study.seeing_everything():
        codes = infused.visits.filter(unscheduled=True).values_list("code", flat=True)
        assert sorted(codes) == [f"u{n}" for n in range(1, 9)]


# --- the end


@rolls_back
def test_withdrawal_and_screen_failure_keep_the_id_and_the_reason(
    sites: list[Site], investigator: User, scope: None
) -> None:
    failed = study.screened(sites[0], by=investigator)
    failed = subjects.fail_screening(failed, by=investigator, reason="exclusion 3")
    gone = subjects.withdraw(
        study.infused(sites[0], by=investigator), by=investigator, on=date(2026, 5, 1), reason="own wish"
    )
    assert (failed.status, failed.code, gone.status, gone.withdrawn_on) == (
        "SCREEN_FAILED",
        "01-001",
        "WITHDRAWN",
        date(2026, 5, 1),
    )
    why = dict(
        AuditEvent.objects.filter(table_name="trial_subject", after__has_key="status").values_list(
            "subject_id", "reason"
        )
    )
    assert (why[failed.pk], why[gone.pk]) == ("exclusion 3", "own wish")
    assert study.screened(sites[0], by=investigator).code == "01-003"


@rolls_back
def test_an_end_without_a_reason_or_out_of_turn_is_refused(enrolled: Subject, investigator: User, scope: None) -> None:
    with pytest.raises(Refused, match="give a reason"):
        subjects.withdraw(enrolled, by=investigator, on=date(2026, 5, 1), reason="  ")
    with pytest.raises(Refused, match="is Enrolled"):
        subjects.fail_screening(enrolled, by=investigator, reason="late")
    subjects.withdraw(enrolled, by=investigator, on=date(2026, 5, 1), reason="own wish")
    with pytest.raises(Refused, match="is Withdrawn"):
        subjects.withdraw(enrolled, by=investigator, on=date(2026, 5, 2), reason="again")
    assert again(enrolled).withdrawn_on == date(2026, 5, 1)


# --- the calendar


@rolls_back
def test_today_is_the_sites_day_or_the_fixed_one_of_a_demonstration(site: Site) -> None:
    evening = datetime(2026, 5, 1, 20, tzinfo=UTC)
    assert subjects.today(site, evening) == date(2026, 5, 2)
    site.timezone = "America/New_York"
    assert subjects.today(site, evening) == evening.astimezone(ZoneInfo("America/New_York")).date() == date(2026, 5, 1)
    site.as_of = date(2020, 6, 30)
    assert subjects.today(site, evening) == date(2020, 6, 30)


def test_every_line_of_the_schedule_names_known_visits_and_its_labels_are_distinct() -> None:
    labels = [schedule.label(code) for code in schedule.BY_CODE]
    assert len(set(labels)) == len(labels) == len(schedule.VISITS)
    assert {v for visits in schedule.ACTIVITIES.values() for v in visits} <= set(schedule.BY_CODE)
    assert schedule.label("u3") == "Unscheduled 3"
    assert sorted(["u2", "m1", "u10", "d2", "screening"], key=schedule.position) == [
        "screening",
        "d2",
        "m1",
        "u2",
        "u10",
    ]
    assert schedule.expected_at("d0") == (
        "car_t_infusion", "vital_signs", "crs_assessment", "icans_assessment", "haematology", "chemistry", "coagulation",
        "inflammation",
    )  # fmt: skip
    assert schedule.expected_at("apheresis") == ("leukapheresis",)
    assert schedule.expected_at("u1") == ()
    assert [schedule.admits(*pair) for pair in (("u1", "demographics"), ("d1", "demographics"), ("d1", "crs_assessment"))] == [
        True, False, True
    ]  # fmt: skip


def test_a_site_works_under_a_version_from_its_day_and_under_the_first_before_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions = (protocol.Version("1.0", date(2018, 8, 1)), protocol.Version("2.0", date(2020, 1, 1)))
    monkeypatch.setattr(protocol, "VERSIONS", versions)
    days, active = (date(2017, 1, 1), date(2020, 1, 31), date(2020, 2, 1)), {"2.0": date(2020, 2, 1)}
    assert [protocol.version_on(day, active).code for day in days] == ["1.0", "1.0", "2.0"]
    assert {protocol.version_on(day, {}).code for day in days} == {"1.0"}  # a site that has not approved it
    assert [protocol.in_force(v, since="2.0", until=None) for v in ("1.0", "2.0")] == [False, True]
    assert [protocol.in_force(v, since=None, until="1.0") for v in ("1.0", "2.0")] == [True, False]
    with pytest.raises(ValueError, match="not in"):
        protocol.order_of("9.9")
