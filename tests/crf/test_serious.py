"""The clock of a serious adverse event: on its page, on the work list, and in the e-mail to those who must know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.utils import timezone, translation

from crf import serious
from crf.models.adverse_event import AdverseEvent
from crf.sent import typed
from tests import study
from trial import audit, jobs
from trial.models import Job, Site, Subject, User

rolls_back = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
AWARE = datetime(2026, 3, 6, 6, 10, tzinfo=UTC)  # 14:10 at the site
EVENT = {
    "verbatim": "Septic shock", "term": "INFECTION", "grade": "4", "onset_on": "2026-03-21", "ongoing": "Y",
    "outcome": "NOT RECOVERED/NOT RESOLVED", "serious": "Y", "related_cart": "N", "related_lymphodepletion": "N", "aesi": "N",
    "death": "N", "life_threatening": "Y", "hospitalisation": "Y", "disability": "N", "congenital": "N",
    "medically_important": "N", "aware_at": "2026-03-22 09:00",
}  # fmt: skip


def event(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"serious": "Y", "aware_at": AWARE, "reported_at": None} | values)


# --- the clock


@pytest.mark.parametrize(
    ("after", "text"),
    [
        (timedelta(0), "Report by 14:10 on 7 Mar: 24 h 0 min left."),
        (timedelta(hours=20, minutes=30), "Report by 14:10 on 7 Mar: 3 h 30 min left."),
        (timedelta(hours=24), "Report by 14:10 on 7 Mar: 0 h 0 min left."),
        (timedelta(hours=24, minutes=1), "The report was due by 14:10 on 7 Mar: overdue by 0 h 1 min."),
        (timedelta(hours=50), "The report was due by 14:10 on 7 Mar: overdue by 26 h 0 min."),
    ],
)
def test_the_clock_counts_24_hours_from_the_awareness_at_the_site(after: timedelta, text: str) -> None:
    found = serious.clock(event(), zone=SHANGHAI, now=AWARE + after)
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize(
    "values", [{"serious": "N"}, {"serious": None}, {"reported_at": AWARE}, {"aware_at": None, "reported_at": AWARE}]
)
def test_there_is_no_clock_where_nothing_is_due(values: dict[str, Any]) -> None:
    assert serious.clock(event(**values), zone=SHANGHAI, now=AWARE) is None


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def submit(subject: Subject, by: User, **changes: Any) -> None:
    options = {name: changes.pop(name) for name in ("reason", "occurrence") if name in changes}
    with study.seeing_everything():
        study.submit("adverse_event", subject, "log", EVENT | changes, by=by, **options)


@rolls_back
def test_the_clock_follows_what_is_being_typed(infused: Subject, investigator: User) -> None:
    def live(**changes: Any) -> str:
        data = dict(typed(EVENT | changes).lists())
        return (
            browser(investigator)
            .post(f"/subjects/{infused.code}/logs/adverse-event/new/verdict/", data)
            .content.decode()
        )

    now = timezone.localtime(timezone.now(), SHANGHAI)
    assert "min left." in live(aware_at=f"{now - timedelta(hours=2):%Y-%m-%d %H:%M}")
    assert "overdue by" in live()
    assert "Report" not in live(serious="N")
    assert "min left." not in live(reported_at="2026-03-22 10:00")


# --- the work list


@rolls_back
def test_the_work_list_names_what_is_not_reported_until_it_is(infused: Subject, investigator: User) -> None:
    submit(infused, investigator)
    page = browser(investigator).get("/").content.decode()
    assert "Serious adverse event, entry 1." in page
    assert "overdue by" in page
    assert f"/subjects/{infused.code}/log/adverse-event/" in page
    submit(infused, investigator, reported_at="2026-03-22 10:00", reason="Reported")
    assert "Serious adverse event" not in browser(investigator).get("/").content.decode()


@rolls_back
def test_those_who_look_after_safety_see_it_and_nobody_else(
    infused: Subject,
    investigator: User,
    coordinator: User,
    medical_monitor: User,
    other_coordinator: User,
    statistician: User,
) -> None:
    submit(infused, investigator)
    seen = {who.username: "Serious adverse event" in browser(who).get("/").content.decode()
            for who in (coordinator, medical_monitor, other_coordinator, statistician)}  # fmt: skip
    assert seen == {
        coordinator.username: True, medical_monitor.username: True, other_coordinator.username: False, statistician.username: False
    }  # fmt: skip


# --- the e-mail


def with_address(user: User, language: str = "en") -> User:
    with audit.acting("migration"):
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.org", language=language)
    return user


def run_waiting() -> None:
    for pk in Job.objects.filter(kind=serious.KIND, state="QUEUED").values_list("pk", flat=True):
        jobs.run(pk)


@pytest.fixture
def told(investigator: User, coordinator: User, medical_monitor: User, data_manager: User, sites: list[Site]) -> None:
    """Everybody has an address; the medical monitor reads Chinese."""
    for user in (investigator, coordinator, data_manager, study.person("INVESTIGATOR", sites[1])):
        with_address(user)
    with_address(medical_monitor, "zh-hans")


@pytest.mark.django_db(transaction=True)
@override_settings(PUBLIC_ADDRESS="https://capture.example.org")
def test_the_medical_monitor_and_the_investigators_of_the_site_get_one_letter(
    infused: Subject, investigator: User, told: None
) -> None:
    submit(infused, investigator)
    assert mail.outbox == []  # nothing is sent before a worker does it
    run_waiting()
    assert sorted(one.to[0] for one in mail.outbox) == ["investigator-01@example.org", "medical_monitor@example.org"]
    letter = next(one for one in mail.outbox if one.to == ["investigator-01@example.org"])
    assert letter.subject == f"BM38: serious adverse event, subject {infused.code}"
    assert f"https://capture.example.org/subjects/{infused.code}/log/adverse-event/" in letter.body
    assert "Hospital 1" in letter.body
    for value in ("Septic", "INFECTION", "2026", "14:10", "Life"):
        assert value not in letter.subject + letter.body
    with study.seeing_everything():
        submit(infused, investigator, verbatim="Septic shock, two organs", reason="More is known")
    run_waiting()
    assert len(mail.outbox) == 2  # once an event, however often it is changed
    (job,) = Job.objects.filter(kind=serious.KIND)
    jobs.run(job.pk)  # delivered twice by the broker
    assert len(mail.outbox) == 2
    assert (job.state, job.result) == ("DONE", {"told": 2})


@pytest.mark.django_db(transaction=True)
def test_a_letter_is_written_in_the_language_of_who_reads_it(infused: Subject, investigator: User, told: None) -> None:
    submit(infused, investigator)
    asked: list[str | None] = []
    real = serious._message

    def note(event: Any, person: User) -> Any:
        with translation.override("en"):
            message = real(event, person)
            asked.append(translation.get_language())
            return message

    serious._message = note  # type: ignore[assignment]
    try:
        run_waiting()
    finally:
        serious._message = real
    english, chinese = (
        next(one for one in mail.outbox if one.to == [f"{name}@example.org"])
        for name in ("investigator-01", "medical_monitor")
    )
    with translation.override("zh-hans"):
        expected = translation.gettext("%(study)s: serious adverse event, subject %(subject)s")
    assert chinese.subject == expected % {"study": "BM38", "subject": infused.code}
    assert english.subject.startswith("BM38: serious adverse event")
    assert set(asked) == {"en"}  # the thread keeps its own language


@pytest.mark.django_db(transaction=True)
def test_nobody_is_told_of_what_is_reported_meanwhile_or_not_serious(
    infused: Subject, investigator: User, told: None
) -> None:
    submit(infused, investigator, serious="N", grade="3")
    assert not Job.objects.filter(kind=serious.KIND).exists()
    submit(infused, investigator, occurrence=2, verbatim="Another")
    submit(infused, investigator, occurrence=2, verbatim="Another", reported_at="2026-03-22 10:00", reason="Reported")
    run_waiting()
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_a_refused_form_tells_nobody(infused: Subject, investigator: User, told: None) -> None:
    from crf.entry import Invalid

    with pytest.raises(Invalid):
        submit(infused, investigator, onset_on="2027-01-01")
    with study.seeing_everything():
        assert not AdverseEvent.objects.exists()
    assert not Job.objects.filter(kind=serious.KIND).exists()
