"""Cases of the checks on grades over time, serious events, their report, and the episodes that events are part of."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from crf.checks.safety import CRITERIA
from tests.crf.checks_cases import Case, Cases, at, day, no_future_time, of
from tests.study import NOW


def changes(*seen: tuple[int | str | None, str | None]) -> Case:
    """Rows of grades by study day."""
    rows = [
        SimpleNamespace(changed_on=on if isinstance(on, str | None) else day(on).isoformat(), grade=grade)
        for on, grade in seen
    ]
    return {"grade_changes": rows}


def serious(**values: Any) -> Case:
    return {"serious": "Y", **values}


def fevers(*seen: tuple[int, str]) -> Case:
    """Stored CRS assessments: study day and temperature."""
    calm = {
        "fever_due_to_crs": "Y",
        "hypotension": "N",
        "oxygen": "NONE",
        "antipyretic": "N",
        "anticytokine": "N",
        "steroid": "N",
    }
    rows = [{"assessed_at": at(number), "vasopressors": [], **calm, **of(temperature=t)} for number, t in seen]
    return {"others": {"crs_assessment": rows}}


def drowsy(*seen: int) -> Case:
    """Stored ICANS assessments of these days: drowsy, and not assessed otherwise."""
    rows = [{"assessed_at": at(number), "consciousness": "VOICE"} for number in seen]
    return {"others": {"icans_assessment": rows}}


def linked(kind: str | None, number: int | None) -> Case:
    return {"episode": kind, "episode_number": number}


# Two fevers, with three clear days between them.
TWO = fevers(
    (3, "38.5"),
    (4, "38.9"),
    (5, "36.8"),
    (6, "36.7"),
    (7, "36.9"),
    (8, "38.4"),
    (9, "36.9"),
    (10, "36.8"),
    (11, "36.6"),
)
EVENT: Case = {"onset_on": day(3).isoformat(), "ended_on": day(9).isoformat()}
NONE_MET = dict.fromkeys(CRITERIA, "N")
INFUSED = {"latest": {"car_t_infusion.infused_at": at(0, 10)}}


def iso(number: int) -> str:
    """A study day as a date that is typed whole."""
    return day(number).isoformat()


def this(kind: str, *, number: int = 1, **values: Any) -> Case:
    """The adverse event that is an episode, not a part of one."""
    return {"term": {"CRS": "CRS", "ICANS": "ICANS"}.get(kind, "OTHER"), **linked(kind, number), **values}


# One episode of grade 1 from day 2 to day 3: resolved by two clear days, and not resolved by one.
FEVER_2_3 = fevers((1, "37.0"), (2, "38.5"), (3, "38.0"), (4, "37.9"), (5, "37.0"))
OPEN_2_3 = fevers((1, "37.0"), (2, "38.5"), (3, "38.0"), (4, "37.9"))


CASES: Cases = {
    "AE-15": (
        [{"grade": "3"} | changes((3, "1"), (5, "3")), {"grade": "4"} | changes((3, "3"))],
        [{"grade": "2"} | changes((3, "1"), (5, "3"), (9, "1")), {"grade": "3"} | changes((3, "5"))],
        [{"grade": "3"}, changes((3, "3")), {"grade": "3"} | changes((3, None))],
    ),
    "AE-16": (
        [{"grade": "3"} | changes((3, "1"), (5, "3")), {"grade": "2"} | changes((3, "3"))], [{"grade": "4"} | changes((3, "1"), (5, "3"))],
        [{"grade": "3"}, changes((3, "3")), {"grade": "3"} | changes((3, None))],
    ),
    "AE-17": (
        [EVENT | changes((3, "1"), (9, "2")), EVENT | changes(("2026-03", "1")), {"onset_on": "2026-03"} | changes((3, "1"))],
        [EVENT | changes((2, "1")), EVENT | changes((3, "1"), (10, "2")), EVENT | changes(("2026-02", "1")),
         EVENT | changes(("2026-04", "1"))],
        [EVENT, changes((3, "1")), EVENT | changes((None, "1"))],
    ),
    "AE-18": (
        [changes((3, "1"), (4, "1"))], [changes((3, "1"), (4, "3"), (3, "2"))], [{}, changes((None, "1"), (None, "2"))]
    ),
    "AE-19": (
        [serious(**NONE_MET | {name: "Y"}) for name in CRITERIA], [serious(**NONE_MET), serious(), serious(death="U")],
        [{"serious": "N"}, {}],
    ),
    "AE-20": (
        [serious(death="Y", outcome="FATAL"), serious(death="N", outcome="RECOVERED/RESOLVED")],
        [serious(death="N", outcome="FATAL"), serious(death="Y", outcome="RECOVERED/RESOLVED")],
        [serious(death="Y"), serious(outcome="FATAL"), serious(death="U", outcome="FATAL"), {"serious": "N", "outcome": "FATAL"}],
    ),
    "AE-21": (
        [serious(grade="4", life_threatening="Y")],
        [serious(grade="4", life_threatening="N"), serious(grade="4", life_threatening="U")],
        [serious(grade="3", life_threatening="N"), serious(grade="4"), {"grade": "4"}],
    ),
    "AE-22": no_future_time("aware_at"),
    "AE-23": no_future_time("reported_at"),
    # 00:30 at the site is the day before in UTC.
    "AE-24": (
        [EVENT | {"aware_at": at(3, 0)}, {"onset_on": "2026-03", "aware_at": at(3)}],
        [EVENT | {"aware_at": at(2, 23)}, {"onset_on": "2026-04", "aware_at": at(3)}],
        [EVENT, {"aware_at": at(2)}],
    ),
    "AE-25": (
        [{"aware_at": at(3, 9), "reported_at": at(3, 9)}], [{"aware_at": at(3, 9), "reported_at": at(3, 8)}],
        [{"aware_at": at(3)}, {"reported_at": at(2)}],
    ),
    "AE-26": (
        [serious(aware_at=at(3), reported_at=at(3)), serious(aware_at=at(3), reported_at=at(4))],
        # The next day is not enough: 24 hours and a minute, and 23 hours of the day after.
        [serious(aware_at=at(3), reported_at=at(4) + timedelta(minutes=1)), serious(aware_at=at(3, 1), reported_at=at(4, 23)),
         serious(aware_at=NOW - timedelta(hours=24, minutes=1))],
        [serious(aware_at=NOW - timedelta(hours=24)), serious(reported_at=NOW), {"serious": "N", "aware_at": at(3)}],
    ),
    "AE-27": (
        [{"related_bridging": "Y", "others": {"bridging_therapy": [{"started_on": day(-9)}]}}], [{"related_bridging": "Y"}],
        [{"related_bridging": "N"}, {}],
    ),
    "AE-28": ([linked("CRS", 1), linked("ICANS", 2)], [linked("CRS", None), linked("ICANS", None)], [linked("NONE", None), {}]),
    "AE-29": (
        [linked("CRS", 1) | TWO, linked("CRS", 2) | TWO, linked("CRS", 2) | TWO | INFUSED, linked("ICANS", 1) | drowsy(4, 5) | INFUSED],
        [linked("CRS", 3) | TWO, linked("CRS", 1), linked("ICANS", 1) | TWO, linked("ICANS", 2) | drowsy(4, 5),
         # Before the infusion nothing is an episode.
         linked("CRS", 1) | fevers((-3, "38.5")) | INFUSED],
        [linked("CRS", None) | TWO, linked(None, 1) | TWO, linked("NONE", 1)],
    ),
    "AE-30": (
        [this("CRS", grade="1") | FEVER_2_3, this("ICANS", grade="2") | drowsy(4, 5)],
        [this("CRS", grade="2") | FEVER_2_3, this("ICANS", grade="1") | drowsy(4, 5)],
        [this("CRS") | FEVER_2_3, this("CRS", grade="2"), this("CRS", number=2, grade="2") | FEVER_2_3,
         this("CRS", term="INFECTION", grade="2") | FEVER_2_3, this("CRS", term="ICANS", grade="2") | FEVER_2_3,
         this("NONE", grade="2") | FEVER_2_3],
    ),
    "AE-31": (
        [this("CRS", onset_on=iso(2)) | FEVER_2_3, this("CRS", onset_on="2026-03") | FEVER_2_3,
         this("ICANS", onset_on=iso(4)) | drowsy(4, 5)],
        [this("CRS", onset_on=iso(1)) | FEVER_2_3, this("CRS", onset_on=iso(3)) | FEVER_2_3,
         this("CRS", onset_on="2026-04") | FEVER_2_3],
        [this("CRS") | FEVER_2_3, this("CRS", onset_on=iso(1)), this("CRS", term="OTHER", onset_on=iso(1)) | FEVER_2_3],
    ),
    "AE-32": (
        [this("CRS", ongoing="N", ended_on=iso(3)) | FEVER_2_3, this("CRS", ongoing="U", ended_on="2026-03") | FEVER_2_3,
         # Not resolved: it goes on, or ended after what was seen.
         this("CRS", ongoing="Y") | OPEN_2_3, this("CRS", ongoing="N", ended_on=iso(3)) | OPEN_2_3,
         this("CRS", ongoing="N", ended_on=iso(6)) | OPEN_2_3],
        [this("CRS", ongoing="N", ended_on=iso(2)) | FEVER_2_3, this("CRS", ongoing="N", ended_on=iso(4)) | FEVER_2_3,
         this("CRS", ongoing="Y") | FEVER_2_3, this("CRS", ongoing="N", ended_on=iso(2)) | OPEN_2_3],
        [this("CRS", ongoing="N") | FEVER_2_3, this("CRS", ongoing="Y"), this("CRS", term="OTHER", ongoing="Y") | FEVER_2_3],
    ),
}  # fmt: skip
