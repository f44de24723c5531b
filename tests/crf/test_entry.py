"""The door for data: what is refused and in which words, what a change needs, what is written and what is not."""

from __future__ import annotations

import logging
import threading
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import QueryDict

from crf import drafts, entry
from crf.drafts import Draft
from crf.models.crs_assessment import CrsAssessment, Vasopressor
from crf.models.demographics import Demographics
from crf.page import PageForm
from tests import study
from tests.study import PRESSOR, typed_consent, typed_crs, typed_demographics
from trial import audit, subjects
from trial.logs import NoValues
from trial.models import AuditEvent, Site, Subject, User
from trial.signals import data_changed
from trial.subjects import Refused

rolls_back = pytest.mark.django_db
really = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crs(infused: Subject, investigator: User, scope: None) -> Any:
    """crs(day, **changes) submits an assessment; reason and based_on go through, and the rest are items."""

    def submit(
        day: int = 1, *, by: User = investigator, reason: str = "", based_on: int | None = None, **changes: Any
    ) -> entry.Outcome:
        data = typed_crs(day, **changes)
        return study.submit("crs_assessment", infused, f"d{day}", data, by=by, reason=reason, based_on=based_on)

    return submit


def refusal(refused: pytest.ExceptionInfo[entry.Invalid], item: str) -> str:
    return " ".join(refused.value.page.errors[item])


# --- bad input, at the item


BAD = [
    ("temperature", "29.9", "from 30 to 45"),
    ("temperature", "45.1", "from 30 to 45"),
    ("temperature", "warm", "This is not a number"),
    ("temperature", "NaN", "This is not a number"),
    ("temperature", "38.55", "decimal place"),
    ("temperature", "1e400", "digits"),
    ("temperature", "9" * 10_000_000, ""),
    ("assessed_at", "2026-02-30 10:00", "not a date and time"),
    ("assessed_at", "2026-03-21", "not a date and time"),
    ("assessed_at", "2026-03-21 25:00", "not a date and time"),
    ("assessed_at", "0026-03-21 08:00", "check the year"),
    ("assessed_at", "9999-12-31T23:59:59-12:00", "check the year"),
    ("assessed_at", "2027-03-21 08:00", "lies in the future"),
    ("oxygen", "WHISTLE", "not in the list"),
    ("hypotension", "MAYBE", "yes, no or unknown"),
    ("comment", "x" * 2001, "at most 2000 characters"),
    ("comment", "x" * 10_000_000, "at most 2000 characters"),
    ("comment", "a\x00b", "Null characters"),
    ("temperature", "", "say why it is missing"),
    ("temperature__missing", "BECAUSE", "reason of the list"),
    ("temperature__missing", "NOT DONE", ""),
]


@rolls_back
@pytest.mark.parametrize(("item", "text", "words"), BAD, ids=[f"{i}-{t[:12]!r}" for i, t, _ in BAD])
def test_bad_input_is_refused_at_the_item_and_nothing_is_written(crs: Any, item: str, text: str, words: str) -> None:
    before = AuditEvent.objects.count()
    with pytest.raises(entry.Invalid) as refused:
        crs(**{item: text})
    page = refused.value.page
    at = item if item in page.errors else item.removesuffix("__missing")
    assert words in refusal(refused, at)
    assert page[item].value() == text  # what was typed is still on the page
    assert set(page.errors) == {at}
    assert len(page.error_list()) >= 1 and all(e["text"] for e in page.error_list())
    assert (CrsAssessment.objects.count(), AuditEvent.objects.count()) == (0, before)


@rolls_back
def test_a_value_and_a_reason_why_it_is_missing_exclude_each_other(crs: Any) -> None:
    with pytest.raises(entry.Invalid) as refused:
        crs(temperature__missing="NOT DONE")
    assert "keep one of them" in refusal(refused, "temperature")


@rolls_back
@pytest.mark.parametrize(
    ("row", "words"),
    [
        (PRESSOR | {"dose": "-1"}, "from 0 to 10000"),
        (PRESSOR | {"drug": "COFFEE"}, "not in the list"),
        ({"dose": "0.1"}, "or remove the row"),
        (PRESSOR | {"started_at": "31.2.2026 10:00"}, "not a date and time"),
    ],
)
def test_bad_input_in_a_row_is_named_with_the_number_of_the_row(crs: Any, row: dict[str, str], words: str) -> None:
    with pytest.raises(entry.Invalid) as refused:
        crs(hypotension="Y", vasopressors=[PRESSOR, row])
    (error,) = refused.value.page.error_list()
    assert error["label"].startswith("Vasopressors 2, ") and words in error["text"]
    assert not Vasopressor.objects.exists()


@rolls_back
def test_a_drug_that_stops_before_it_starts_is_refused_at_the_grid(crs: Any) -> None:
    with pytest.raises(entry.Invalid) as refused:
        crs(hypotension="Y", vasopressors=[PRESSOR | {"stopped_at": "2026-03-21 07:59"}])
    assert [e["text"] for e in refused.value.page.error_list()] == [
        "A drug stopped before it started. Please correct the times."
    ]


@rolls_back
@pytest.mark.parametrize("total", ["101", "5000", "999999"])
def test_a_grid_that_claims_too_many_rows_is_an_error_on_the_page_and_no_crash(crs: Any, total: str) -> None:
    grid = {"vasopressors-INITIAL_FORMS": "0", "vasopressors-TOTAL_FORMS": total}
    data = QueryDict(mutable=True)
    data.update({k: v for k, v in typed_crs(1).items() if k != "vasopressors"} | grid)
    with pytest.raises(entry.Invalid) as refused:
        subject = Subject.objects.get()
        study.submit("crs_assessment", subject, "d1", data, by=User.objects.get(username__startswith="investigator"))
    assert {error["anchor"] for error in refused.value.page.error_list()} == {"item-vasopressors"}


@rolls_back
def test_blank_and_removed_rows_are_no_rows(crs: Any) -> None:
    crs(hypotension="Y", vasopressors=[{"drug": ""}, PRESSOR, PRESSOR | {"DELETE": "on"}, {"dose": "", "drug": ""}])
    assert [(row.row, row.drug) for row in Vasopressor.objects.all()] == [(1, "NOREPINEPHRINE")]


@rolls_back
def test_hiding_an_item_asks_for_a_reason_clears_it_and_is_audited(crs: Any) -> None:
    crs(oxygen="NASAL_CANNULA", oxygen_flow="4", investigator_grade="2")
    with pytest.raises(entry.Invalid) as refused:
        crs(oxygen="NONE", oxygen_flow="4", based_on=1)
    assert refused.value.needs_reason
    row = crs(oxygen="NONE", oxygen_flow="4", reason="Transcription error").row
    assert (row.oxygen, row.oxygen_flow) == ("NONE", None)
    change = AuditEvent.objects.filter(table_name="crf_crsassessment", action="U").get()
    assert change.before is not None and change.before["oxygen_flow"] == 4
    assert change.after is not None and change.after["oxygen_flow"] is None
    assert change.reason == "Transcription error"


# --- the database as the last guard


@rolls_back
@pytest.mark.parametrize(
    ("item", "value", "at"),
    [("temperature", Decimal("47.1"), "temperature"), ("oxygen", "WHISTLE", "oxygen"), ("temperature", Decimal("99999"), "__all__"),
     ("vasopressors", [{"drug": "COFFEE"}], "__all__")],
)  # fmt: skip
def test_what_slips_past_validation_is_refused_by_the_database_in_words_without_the_value(
    crs: Any, item: str, value: Any, at: str
) -> None:
    real = PageForm.values
    with (
        mock.patch.object(PageForm, "values", lambda page: real(page) | {item: value}),
        mock.patch.object(entry, "failing", return_value=[]),
        pytest.raises(entry.Invalid) as refused,
    ):
        crs()
    assert refusal(refused, at) == "The database does not accept this value. Please check it."
    for text in (str(refused.value), repr(refused.value), str(refused.value.__cause__)):
        assert "47.1" not in text and "WHISTLE" not in text and "COFFEE" not in text
    assert not CrsAssessment.objects.exists()  # and the transaction can go on


# --- changing


@rolls_back
def test_a_change_needs_a_reason_and_raises_the_version(crs: Any) -> None:
    crs()
    for reason in ("", "  "):
        with pytest.raises(entry.Invalid) as refused:
            crs(temperature="38.7", reason=reason)
        assert refused.value.needs_reason and not refused.value.page.errors
    outcome = crs(temperature="38.7", reason="Transcription error", based_on=1)
    assert (outcome.created, outcome.changed, outcome.row.version) == (False, {"temperature"}, 2)
    change = AuditEvent.objects.filter(table_name="crf_crsassessment").last()
    assert change is not None and change.before is not None and change.after is not None
    assert (change.before["temperature"], change.after["temperature"], change.reason) == (
        38.6,
        38.7,
        "Transcription error",
    )
    assert set(change.after) == {"temperature", "version"}


@rolls_back
def test_the_same_values_typed_differently_are_no_change(crs: Any) -> None:
    crs(comment="well", vasopressors=[PRESSOR], hypotension="Y")
    outcome = crs(
        temperature=" 38.6 ",
        assessed_at="21mar26 2000",
        comment=" well ",
        vasopressors=[PRESSOR | {"dose": "0.10"}],
        hypotension="Y",
    )
    assert (outcome.changed, outcome.row.version) == (set(), 1)


@rolls_back
def test_another_reason_why_an_item_is_missing_is_a_change(crs: Any) -> None:
    crs(temperature="", temperature__missing="NOT DONE")
    outcome = crs(temperature="", temperature__missing="UNKNOWN", reason="asked again")
    assert (outcome.changed, outcome.row.missing) == ({"temperature"}, {"temperature": "UNKNOWN"})


@rolls_back
def test_rows_added_changed_and_removed_are_audited_as_what_they_are(crs: Any) -> None:
    second, third = (
        PRESSOR | {"drug": "VASOPRESSIN", "dose": "0.03", "dose_unit": "U/min"},
        PRESSOR | {"drug": "DOPAMINE"},
    )
    crs(hypotension="Y", vasopressors=[PRESSOR, second])

    def last(n: int) -> list[tuple[str, Any, Any]]:
        found = AuditEvent.objects.filter(table_name="crf_vasopressor").order_by("-id")[:n]
        return [(e.action, e.before, e.after) for e in reversed(found)]

    assert [action for action, _, _ in last(9)] == ["I", "I"]
    outcome = crs(hypotension="Y", vasopressors=[PRESSOR, second | {"dose": "0.04"}, third], reason="source")
    assert outcome.changed == {"vasopressors"}
    changed, added = last(2)
    assert changed == ("U", {"dose": 0.03}, {"dose": 0.04})
    assert (added[0], added[2]["drug"], added[2]["row"]) == ("I", "DOPAMINE", 3)
    crs(hypotension="Y", vasopressors=[PRESSOR], reason="source")
    assert [(action, before["row"]) for action, before, _ in last(2)] == [("D", 2), ("D", 3)]
    assert AuditEvent.objects.filter(table_name="crf_vasopressor").count() == 6
    assert outcome.row.vasopressors.count() == 1


# --- two people


@rolls_back
@pytest.mark.parametrize("based_on", [0, 1, 3])
def test_a_page_opened_at_another_version_is_a_conflict_with_what_was_typed(crs: Any, based_on: int) -> None:
    crs()
    crs(temperature="38.7", reason="one")
    with pytest.raises(entry.Conflict) as conflict:
        crs(temperature="39.9", reason="two", based_on=based_on)
    assert conflict.value.theirs is not None and conflict.value.theirs.temperature == Decimal("38.7")
    assert (conflict.value.page["temperature"].value(), conflict.value.based_on) == ("39.9", based_on)
    assert CrsAssessment.objects.get().temperature == Decimal("38.7")


@really
@pytest.mark.parametrize("based_on", [0, 1], ids=["both enter", "both change"])
def test_of_two_who_save_at_the_same_moment_one_wins_and_the_other_is_told(
    infused: Subject, investigator: User, based_on: int
) -> None:
    def submit(temperature: str, reason: str, at: int) -> None:
        with study.seeing_everything():
            data = typed_crs(1, temperature=temperature)
            study.submit("crs_assessment", infused, "d1", data, by=investigator, reason=reason, based_on=at)

    if based_on:
        submit("38.0", "", 0)
    barrier, outcome = threading.Barrier(2), {}

    def person(temperature: str) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(10)
            submit(temperature, f"mine is {temperature}" if based_on else "", based_on)
            outcome[temperature] = "won"
        except entry.Conflict as conflict:
            outcome[temperature] = "told"
            assert conflict.page["temperature"].value() == temperature
            assert conflict.theirs is not None
        finally:
            connection.close()

    threads = [threading.Thread(target=person, args=(t,)) for t in ("39.1", "39.2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcome.values()) == ["told", "won"]
    (winner,) = [temperature for temperature, what in outcome.items() if what == "won"]
    with study.seeing_everything():
        row = CrsAssessment.objects.get()
        assert (str(row.temperature), row.version) == (winner, based_on + 1)
        assert AuditEvent.objects.filter(table_name="crf_crsassessment").count() == based_on + 1


# --- where and by whom


@rolls_back
def test_a_coordinator_enters_all_but_the_investigators_items(crs: Any, coordinator: User, investigator: User) -> None:
    row = crs(by=coordinator, investigator_grade="4").row
    assert (row.investigator_grade, row.missing, row.entered_by) == (None, {}, coordinator)
    row = crs(
        by=coordinator, investigator_grade="", investigator_grade__missing="NOT DONE", temperature="38.7", reason="x"
    ).row
    assert (row.investigator_grade, row.missing) == (None, {})
    row = crs(by=investigator, temperature="38.7", investigator_grade="1", reason="seen").row
    assert row.investigator_grade == "1"
    outcome = crs(by=coordinator, temperature="38.8", investigator_grade="0", reason="source")
    assert (outcome.changed, outcome.row.investigator_grade) == ({"temperature"}, "1")


@rolls_back
@pytest.mark.parametrize(
    "role", ["MONITOR", "DATA_MANAGER", "MEDICAL_MONITOR", "STATISTICIAN", "INSPECTOR", "ADMINISTRATOR"]
)
def test_nobody_but_site_staff_enters(crs: Any, role: str, site: Site) -> None:
    with pytest.raises(PermissionDenied):
        crs(by=study.person(role, site))
    assert not CrsAssessment.objects.exists()


@rolls_back
def test_staff_of_another_site_cannot_enter(crs: Any, other_coordinator: User) -> None:
    with pytest.raises(PermissionDenied):
        crs(by=other_coordinator)


@rolls_back
def test_another_sites_subject_is_not_even_found(infused: Subject, other_coordinator: User, sites: list[Site]) -> None:
    with audit.seeing([sites[1].pk]), pytest.raises(Subject.DoesNotExist):
        study.submit("crs_assessment", infused, "d1", typed_crs(), by=other_coordinator)


@rolls_back
def test_a_form_at_a_visit_where_the_schedule_has_none_is_refused(
    infused: Subject, investigator: User, scope: None
) -> None:
    with pytest.raises(Refused, match="does not belong to this visit"):
        study.submit("demographics", infused, "d1", typed_demographics(), by=investigator)
    with pytest.raises(Refused, match="once a visit"):
        study.submit("demographics", infused, "screening", typed_demographics(), by=investigator, occurrence=2)
    assert study.submit("crs_assessment", infused, "d1", typed_crs(), by=investigator, occurrence=2).created


@rolls_back
def test_a_visit_of_another_subject_is_refused(infused: Subject, site: Site, investigator: User, scope: None) -> None:
    other = study.enrolled(site, by=investigator)
    with pytest.raises(Refused, match="another subject"):
        entry.submit(
            CrsAssessment,
            subject=infused,
            visit=study.visit_of(other, "d1"),
            data=typed_crs(),
            by=investigator,
            now=study.NOW,
        )


@rolls_back
def test_after_withdrawal_nothing_new_is_entered_and_the_old_can_be_corrected(
    crs: Any, infused: Subject, investigator: User
) -> None:
    crs(1)
    subjects.withdraw(infused, by=investigator, on=study.NOW.date(), reason="own wish")
    with pytest.raises(Refused, match="Collection has ended"):
        crs(2)
    assert crs(1, temperature="38.9", reason="source").row.version == 2
    corrected = study.typed_infusion(infused_at="2026-03-20 11:00")
    assert study.submit("car_t_infusion", infused, "d0", corrected, by=investigator, reason="clock").changed == {
        "infused_at"
    }


@rolls_back
def test_the_visit_takes_place_on_the_day_the_form_is_about_or_on_the_sites_today(
    crs: Any, infused: Subject, subject: Subject, investigator: User
) -> None:
    from datetime import UTC, date, datetime

    crs(3)
    assert study.visit_of(infused, "d3").actual_on == date(2026, 3, 23)
    late_evening = datetime(2026, 3, 4, 18, tzinfo=UTC)  # the 5th in Shanghai
    study.submit("demographics", subject, "screening", typed_demographics(), by=investigator, now=late_evening)
    assert study.visit_of(subject, "screening").actual_on == date(2026, 3, 5)


@rolls_back
def test_times_are_on_the_sites_clock(crs: Any) -> None:
    row = CrsAssessment.objects.get(pk=crs(assessed_at="2026-03-21 06:30").row.pk)
    assert row.assessed_at.isoformat() == "2026-03-20T22:30:00+00:00"
    assert row.day().isoformat() == "2026-03-21"


@rolls_back
def test_an_infusion_form_anchors_the_schedule_and_a_later_correction_moves_it(
    infused: Subject, investigator: User, scope: None
) -> None:
    assert (infused.status, infused.infused_at) == ("INFUSED", study.INFUSED_AT)
    planned = study.visit_of(infused, "d5").planned_on
    data = study.typed_infusion(infused_at="2026-03-21 10:30")
    study.submit("car_t_infusion", infused, "d0", data, by=investigator, reason="Transcription error")
    assert planned and (study.visit_of(infused, "d5").planned_on - planned).days == 1  # type: ignore[operator]


@rolls_back
def test_a_submitted_form_is_announced_once_and_its_draft_is_gone(
    infused: Subject, investigator: User, scope: None
) -> None:
    heard: list[tuple[str, int]] = []

    def listen(sender: Any, subject: Subject, form: str, **_: Any) -> None:
        heard.append((form, subject.pk))

    visit = study.visit_of(infused, "d1")
    drafts.save("crs_assessment", infused, visit, 1, values={"temperature": ["38"]}, based_on=0, by=investigator)
    data_changed.connect(listen)
    try:
        study.submit("crs_assessment", infused, "d1", typed_crs(), by=investigator)
        study.submit("crs_assessment", infused, "d1", typed_crs(), by=investigator)  # unchanged
    finally:
        data_changed.disconnect(listen)
    assert heard == [("crs_assessment", infused.pk)]
    assert not Draft.objects.exists()


# --- drafts


@rolls_back
def test_a_draft_keeps_what_was_typed_one_a_form_and_is_audited(
    infused: Subject, coordinator: User, investigator: User, scope: None
) -> None:
    visit = study.visit_of(infused, "d1")
    for by, text in ((coordinator, "38"), (investigator, "warm")):
        drafts.save("crs_assessment", infused, visit, 1, values={"temperature": [text]}, based_on=0, by=by)
    draft = drafts.find("crs_assessment", infused, visit, 1)
    assert draft is not None and (draft.values, draft.saved_by) == ({"temperature": ["warm"]}, investigator)
    assert [e.action for e in AuditEvent.objects.filter(table_name="crf_draft")] == ["I", "U"]
    assert drafts.find("crs_assessment", infused, visit, 2) is None


@rolls_back
def test_a_draft_of_ten_megabytes_is_refused_and_one_with_a_null_character_is_kept(
    infused: Subject, investigator: User, scope: None
) -> None:
    from django.core.exceptions import ValidationError

    visit = study.visit_of(infused, "d1")
    options: dict[str, Any] = {"based_on": 0, "by": investigator}
    with pytest.raises(ValidationError, match="too long for a draft"):
        drafts.save("crs_assessment", infused, visit, 1, values={"comment": ["x" * 10_000_000]}, **options)
    drafts.save("crs_assessment", infused, visit, 1, values={"comment": ["a\x00b\ud800"]}, **options)
    draft = drafts.find("crs_assessment", infused, visit, 1)
    assert draft is not None and draft.values["comment"][0].startswith("ab")


# --- nothing typed in logs and exceptions


@rolls_back
def test_neither_log_nor_exception_texts_carry_what_was_typed(crs: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)  # SQL debugging is never on in the product
    texts = []
    crs(comment="Zebrafink")
    for changes in (
        {"temperature": "47.77"},
        {"comment": "Zebrafink" * 999},
        {"oxygen": "Zebrafink"},
        {"temperature": "39.77", "based_on": 7},
    ):
        with pytest.raises((entry.Invalid, entry.Conflict)) as refused:
            crs(**changes)
        texts += [str(refused.value), repr(refused.value)]
    for text in [*texts, caplog.text]:
        assert not any(value in text for value in ("47.77", "39.77", "Zebrafink"))


def test_the_log_keeps_the_frames_of_an_exception_and_cuts_its_message() -> None:
    logger, lines = logging.getLogger("a test of logs"), []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    handler.addFilter(NoValues())
    logger.addHandler(handler)
    try:
        raise ValueError("Failing row contains (38.6)") from KeyError("Zebrafink")
    except ValueError:
        logger.exception("form %s", 7)
    assert "ValueError" in lines[0] and "KeyError" in lines[0] and "test_entry.py" in lines[0] and "form 7" in lines[0]
    assert "38.6" not in lines[0] and "Zebrafink" not in lines[0]


# --- consent, demographics


@rolls_back
def test_consent_in_the_future_is_refused(subject: Subject, investigator: User, scope: None) -> None:
    with pytest.raises(entry.Invalid) as refused:
        study.submit(
            "informed_consent", subject, "screening", typed_consent(consent_date="2026-12-01"), by=investigator
        )
    assert set(refused.value.page.errors) == {"consent_date"}
    assert not Demographics.objects.exists()
