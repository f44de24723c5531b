"""Cases of the checks on history, dose-limiting toxicity, deviations, the end of study, and of the consent before every form."""

from __future__ import annotations

from typing import Any

from crf.checks import consent, window
from crf.checks.conduct import ENDED
from crf.declare.form import casebook
from tests.crf.checks_cases import (
    TODAY,
    Case,
    Cases,
    at,
    day,
    in_the_visit,
    not_in_the_future,
    since_consent,
    since_infusion,
)

INFUSED: Case = {"latest": {"car_t_infusion.infused_at": at(0, 10)}}
DIED = {"latest": {"death.died_on": day(30)}}
BORN = {"latest": {"demographics.birth_year": 1961}}
CONSENT = {"latest": {"informed_consent.consent_date": day(-20)}}
LATE: Case = {"started_on": day(31), "ended_on": day(31)}


def stored(form: str, *rows: Case) -> Case:
    return {"others": {form: list(rows)}}


def event(onset: int | str | None, grade: str | None = "4", number: int = 2) -> Case:
    """A stored adverse event."""
    started = onset if isinstance(onset, str | None) else day(onset).isoformat()
    return {"occurrence": number, "onset_on": started, "grade": grade}


def limiting(*events: Case, number: int | None = 2) -> Case:
    return INFUSED | {"dlt": "Y", "event": number} | stored("adverse_event", *events)


def ended(number: int, reason: str | None = None, **values: Any) -> Case:
    return {"ended_on": day(number), "reason": reason, **values}


def _last_day(form: str, item: str, number: int) -> Case:
    """A stored form of that kind on a study day."""
    kind = {f.declared.name: f.declared.items[item].kind for f in casebook() if f.declared.name == form}[form]
    return stored(form, {item: at(number) if kind == "datetime" else day(number)})


HISTORY: Case = {"term": "Hypertension", "onset_on": "2011"}
DEVIATION: Case = {"happened_on": day(9), "category": "DOSE", "description": "Half the bag was given."}


def visits(*days: int) -> Case:
    """Vital signs of visits on these study days, at a site that works under version 2.0 from day 10 on."""
    return {"active": {"2.0": day(10)}, "others": {"vital_signs": [{"measured_at": at(number)} for number in days]}}


def consented(*renewals: tuple[int, str], seen: tuple[int, ...], **values: Any) -> Case:
    """Visits, with renewed consents of (study day, version of the protocol)."""
    found = visits(*seen)
    rows = [{"given_on": day(number), "protocol_version": version} for number, version in renewals]
    return values | found | {"others": {**found["others"], "renewed_consent": rows}}


def again(number: int, *, seen: tuple[int, ...], version: str = "2.0", **logged: Any) -> Case:
    """An entry of the log of renewed consents, beside visits."""
    found = consented(seen=seen, given_on=day(number), protocol_version=version)
    return found | {"others": {**found["others"], **logged}}


OF_CONSENT = {"protocol_deviation": [{"happened_on": day(10), "category": "CONSENT"}]}
OF_DOSE = {"protocol_deviation": [{"happened_on": day(10), "category": "DOSE"}]}
FIRST: Case = {"consent_date": day(-20)}

CASES: Cases = {
    # Under 2.0 from day 10 on: the visit of day 9 is still under 1.0.
    "ICF-04": (
        [consented((10, "2.0"), seen=(3, 10), **FIRST), consented((21, "2.0"), seen=(3, 10), **FIRST)],
        [consented(seen=(3, 10), **FIRST), consented(seen=(28,), **FIRST), consented((10, "1.0"), seen=(10,), **FIRST)],
        [consented(seen=(3, 9), **FIRST), consented(seen=(10,), consent_date=day(10)), consented(seen=(10,)), FIRST],
    ),
    "RCN-01": not_in_the_future("given_on"),
    "RCN-02": since_consent("given_on"),
    "RCN-03": (
        [again(10, seen=()), again(9, seen=(), version="1.0"), again(12, seen=(), version="1.0")], [again(9, seen=())],
        [{"given_on": day(9)}, {"protocol_version": "2.0"}],
    ),
    "RCN-04": (
        [again(10, seen=(3, 10, 21)), again(11, seen=(10,), **OF_CONSENT),
         again(21, seen=(10,), renewed_consent=[{"given_on": day(10), "protocol_version": "2.0"}])],
        [again(11, seen=(3, 10, 21)), again(11, seen=(10,), **OF_DOSE)],
        [again(11, seen=(3, 9)), {"protocol_version": "2.0"} | visits(10), {"given_on": day(11)} | visits(10)],
    ),
    "MH-01": ([{"onset_on": TODAY.isoformat()}, {"onset_on": "2026"}], [{"onset_on": "2026-07"}], [{}]),
    "MH-02": ([{"ended_on": TODAY.isoformat()}], [{"ended_on": "2027"}], [{}]),
    "MH-03": (
        [{"onset_on": "2011-03", "ended_on": "2011"}], [{"onset_on": "2011-03", "ended_on": "2011-02"}], [{"onset_on": "2011"}]
    ),
    "MH-04": ([{"onset_on": "1961"} | BORN], [{"onset_on": "1960"} | BORN], [{"onset_on": "1960"}]),
    "MH-05": (
        [{"onset_on": "2026-03"} | INFUSED, {"onset_on": "2026-03-20"} | INFUSED],
        [{"onset_on": "2026-03-21"} | INFUSED, {"onset_on": "2026-04"} | INFUSED],
        [{"onset_on": "2026-04"}, INFUSED],
    ),
    "MH-06": ([{"grade": "2"}], [{"grade": "5"}], [{}]),
    "MH-07": (
        [HISTORY, HISTORY | stored("medical_history", HISTORY | {"onset_on": "2012"}, HISTORY | {"term": "Gout"}, {"term": None})],
        [HISTORY | stored("medical_history", HISTORY | {"term": "HYPERTENSION"})],
        [{"term": "Gout"}, {"onset_on": "2011"}],
    ),
    "DLT-01": not_in_the_future("evaluated_on"),
    "DLT-02": in_the_visit("evaluated_on"),
    "DLT-03": since_infusion("evaluated_on"),
    "DLT-04": (
        [{"evaluated_on": day(28), "dlt": "N"}, {"evaluated_on": day(9), "dlt": "Y"}],
        [{"evaluated_on": day(27), "dlt": "N"}, {"evaluated_on": day(27), "dlt": "U"}],
        [{"evaluated_on": day(27)}, {"dlt": "N"}, {"evaluated_on": day(27), "dlt": "N", "subject.infused_at": None}],
    ),
    "DLT-05": (
        [{"dlt": "Y", "evaluable": "Y"}, {"dlt": "N", "evaluable": "N"}], [{"dlt": "Y", "evaluable": "N"}],
        [{"dlt": "Y"}, {"evaluable": "N"}],
    ),
    "DLT-06": ([{"dlt": "Y", "event": 1}], [{"dlt": "Y"}], [{"dlt": "N"}, {"event": 1}]),
    "DLT-07": (
        [limiting(event(5, number=1), event(5))], [limiting(), limiting(event(5, number=1))],
        [limiting(event(5), number=None), limiting(event(5)) | {"dlt": "N"}],
    ),
    "DLT-08": (
        [limiting(event(0)), limiting(event(28)), limiting(event("2026-03")), limiting(event("2026-04"))],
        [limiting(event(-1)), limiting(event(29)), limiting(event("2026-02")), limiting(event("2026-05"))],
        [limiting(event(None)), limiting(event(29, number=1)), limiting(event(29)) | {"latest": {}}],
    ),
    "DLT-09": (
        [limiting(event(5, "3")), limiting(event(5, "5"))], [limiting(event(5, "2")), limiting(event(5, "1"))],
        [limiting(event(5, None)), limiting(event(5, "2", number=1))],
    ),
    "DLT-10": (
        [limiting(event(5, "5"))],
        [INFUSED | {"dlt": "N"} | stored("adverse_event", event(28, "5")),
         INFUSED | {"dlt": "N"} | stored("adverse_event", event(5), event(5, "5"))],
        [INFUSED | {"dlt": "N"} | stored("adverse_event", event(29, "5"), event(-1, "5"), event(5, "4")),
         {"dlt": "N"} | stored("adverse_event", event(5, "5")), INFUSED | stored("adverse_event", event(5, "5"))],
    ),
    "DEV-01": not_in_the_future("happened_on"),
    "DEV-02": not_in_the_future("reported_on"),
    "DEV-03": (
        [{"happened_on": day(9), "reported_on": day(9)}], [{"happened_on": day(9), "reported_on": day(8)}],
        [{"happened_on": day(9)}, {"reported_on": day(8)}],
    ),
    "DEV-04": (
        [{"happened_on": day(-20), "category": "VISIT"} | CONSENT],
        [{"happened_on": day(-21), "category": "VISIT"} | CONSENT],
        [{"happened_on": day(-21), "category": "CONSENT"} | CONSENT, {"happened_on": day(-21), "category": "VISIT"}, CONSENT],
    ),
    "DEV-05": ([{"severity": "MAJOR", "reported_on": day(9)}], [{"severity": "MAJOR"}], [{"severity": "MINOR"}, {}]),
    "DEV-06": (
        [DEVIATION, DEVIATION | stored("protocol_deviation", DEVIATION | {"happened_on": day(8)}, DEVIATION | {"description": None})],
        [DEVIATION | stored("protocol_deviation", DEVIATION | {"description": "HALF the bag was given."})],
        [{"happened_on": day(9), "category": "DOSE"}],
    ),
    "EOS-01": not_in_the_future("ended_on"),
    "EOS-02": ([{"reason": "DEATH"} | DIED], [{"reason": "DEATH"}], [{"reason": "LOST TO FOLLOW-UP"} | DIED, {}]),
    "EOS-03": (
        [ended(30, "DEATH") | DIED, ended(29, "WITHDRAWAL BY SUBJECT") | DIED],
        [ended(29, "DEATH") | DIED, ended(31, "DEATH") | DIED, ended(30, "LOST TO FOLLOW-UP") | DIED, ended(31, "COMPLETED") | DIED],
        [ended(30, "DEATH"), ended(30) | DIED, {"reason": "DEATH"} | DIED],
    ),
    "EOS-04": (
        [ended(30), *(ended(30) | _last_day(form, item, 30) for form, item in ENDED.items())],
        [ended(30) | _last_day(form, item, 31) for form, item in ENDED.items()],
        [_last_day("survival_status", "status_on", 31)],
    ),
    "EOS-05": (
        [ended(702, "COMPLETED")], [ended(701, "COMPLETED"), ended(28, "COMPLETED")],
        [ended(28, "LOST TO FOLLOW-UP"), {"reason": "COMPLETED"}, ended(28, "COMPLETED") | {"subject.infused_at": None}],
    ),
    "EOS-06": (
        [ended(30) | stored("end_of_study", {"ended_on": day(30)})],
        [ended(30) | stored("end_of_study", {"ended_on": day(30)}, {"ended_on": day(29)})],
        [ended(30), stored("end_of_study", {"ended_on": day(30)})],
    ),
    "EOS-07": since_infusion("ended_on"),
}  # fmt: skip


def _of_every_form() -> Cases:
    """The checks that forms carry without declaring them: consent before, day within the visit."""
    found: Cases = {}
    for form in casebook():
        declared = form.declared
        day_item = declared.about_day
        time = bool(day_item) and declared.items[day_item].kind == "datetime"
        if consent.PREFIX + declared.name in declared.checks:
            found[consent.PREFIX + declared.name] = since_consent(day_item, time=time)
        if window.PREFIX + declared.name in declared.checks:
            found[window.PREFIX + declared.name] = in_the_visit(day_item, time=time, planned_only=True)
    return found


CASES |= _of_every_form()
