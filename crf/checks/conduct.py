"""History, dose-limiting toxicity, deviations and the end of study beside the other forms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from crf.checks.follow_up import DATED
from crf.checks.timing import earliest, infusion_day, span
from trial import protocol, schedule

INFUSION_READS = ("car_t_infusion.infused_at",)
EVENT_READS = tuple(f"adverse_event.{item}" for item in ("verbatim", "onset_on", "grade"))
# Forms after which there is nothing more to collect. Logs may be completed later and date themselves.
ENDED = {
    **DATED,
    "leukapheresis": "collected_on",
    "lymphodepletion": "started_on",
    "car_t_infusion": "infused_at",
    "dlt_evaluation": "evaluated_on",
    "survival_status": "status_on",
    "subsequent_therapy": "started_on",
}
END_READS = tuple(f"{name}.{item}" for name, item in ENDED.items())


def history_before_infusion(form: Any) -> bool | None:
    """What began after the infusion is an adverse event."""
    onset, infused_on = earliest(form.onset_on), infusion_day(form)
    return None if onset is None or infused_on is None else onset <= infused_on


def history_once(form: Any) -> bool | None:
    """No other entry has the same words and onset."""
    if None in (form.term, form.onset_on):
        return None

    def key(one: Any) -> tuple[str, Any]:
        return str(one.term or "").casefold(), one.onset_on

    return key(form) not in {key(one) for one in form.others("medical_history")}


def window_over(form: Any) -> bool | None:
    """Nobody is free of a dose-limiting toxicity before the window is over; one that came is known at once."""
    if form.study_day is None or form.dlt is None:
        return None
    return bool(form.dlt == "Y" or form.study_day >= protocol.DLT_WINDOW_DAYS)


def toxicity_counts(form: Any) -> bool | None:
    """Who had a dose-limiting toxicity is evaluable."""
    return None if None in (form.dlt, form.evaluable) else not (form.dlt == "Y" and form.evaluable == "N")


def toxicity_has_event(form: Any) -> bool | None:
    """A dose-limiting toxicity is an adverse event, by its number."""
    return None if form.dlt != "Y" else form.event is not None


def toxicity_event_exists(form: Any) -> bool | None:
    """The number is that of an entry in the log of adverse events."""
    if form.dlt != "Y" or form.event is None:
        return None
    return form.entry("adverse_event", form.event) is not None


def toxicity_in_the_window(form: Any) -> bool | None:
    """The event began between the infusion and the last day of the window."""
    infused_on = infusion_day(form)
    event = form.entry("adverse_event", form.event) if form.dlt == "Y" and form.event is not None else None
    onset = span(event.onset_on) if event is not None else None
    if infused_on is None or onset is None:
        return None
    return onset[1] >= infused_on and onset[0] <= infused_on + timedelta(days=protocol.DLT_WINDOW_DAYS)


def toxicity_is_severe(form: Any) -> bool | None:
    """A dose-limiting toxicity has at least grade 3."""
    event = form.entry("adverse_event", form.event) if form.dlt == "Y" and form.event is not None else None
    return None if event is None or event.grade is None else event.grade in ("3", "4", "5")


def death_is_limiting(form: Any) -> bool | None:
    """An event of grade 5 within the window was judged."""
    infused_on = infusion_day(form)
    if infused_on is None or form.dlt not in ("Y", "N"):
        return None
    last = infused_on + timedelta(days=protocol.DLT_WINDOW_DAYS)
    onsets = [earliest(one.onset_on) for one in form.others("adverse_event") if one.grade == "5"]
    fatal = any(onset is not None and infused_on <= onset <= last for onset in onsets)
    return None if not fatal else bool(form.dlt == "Y")


def deviation_since_consent(form: Any) -> bool | None:
    """Nothing deviates from a protocol that nobody consented to, except the consent itself."""
    consent = form.latest("informed_consent", "consent_date")
    if form.happened_on is None or consent is None or form.category in (None, "CONSENT"):
        return None
    return bool(form.happened_on >= consent)


def major_is_reported(form: Any) -> bool | None:
    """A major deviation is reported."""
    return None if form.severity != "MAJOR" else form.reported_on is not None


def deviation_once(form: Any) -> bool | None:
    """No other entry has the same day, category and words."""
    if None in (form.happened_on, form.category, form.description):
        return None

    def key(one: Any) -> tuple[Any, Any, str]:
        return one.happened_on, one.category, str(one.description or "").casefold()

    return key(form) not in {key(one) for one in form.others("protocol_deviation")}


def death_has_form(form: Any) -> bool | None:
    """A study that ended by death has the form of the death."""
    return None if form.reason != "DEATH" else form.latest("death", "died_on") is not None


def ended_with_death(form: Any) -> bool | None:
    """The study ends with the death, on its day, and for no other reason after it."""
    died_on = form.latest("death", "died_on")
    if died_on is None or None in (form.ended_on, form.reason):
        return None
    return bool(form.ended_on == died_on if form.reason == "DEATH" else form.ended_on < died_on)


def nothing_after_end(form: Any) -> bool | None:
    """No sample, imaging or assessment is dated after the end."""
    if form.ended_on is None:
        return None
    return all(day <= form.ended_on for day in _days(form))


def _days(form: Any) -> list[date]:
    days = [earliest(getattr(one, item)) for name, item in ENDED.items() for one in form.others(name)]
    return [day for day in days if day is not None]


def completed_at_the_end(form: Any) -> bool | None:
    """A study is completed at its last visit, not before the window of that visit opens."""
    last = schedule.BY_CODE[schedule.MONTHLY[-1]]
    if form.reason != "COMPLETED" or form.study_day is None or last.day is None:
        return None
    return bool(form.study_day >= last.day - last.before)


def ended_once(form: Any) -> bool | None:
    """A subject's study ends once."""
    others = form.others("end_of_study")
    return None if form.ended_on is None or not others else all(one.ended_on == form.ended_on for one in others)
