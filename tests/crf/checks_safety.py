"""Cases of the checks on neurotoxicity, blood counts, CAR-T cells and adverse events."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.crf.checks_cases import (
    TODAY,
    Case,
    Cases,
    at,
    day,
    in_the_visit,
    no_future_time,
    not_in_the_future,
    of,
    since_consent,
    since_infusion,
)

POINTS = (
    "orientation_year",
    "orientation_month",
    "orientation_city",
    "orientation_hospital",
    "command",
    "writing",
    "attention",
)
CALM: Case = {
    "ice_status": "DONE", **dict.fromkeys(POINTS, "1"), **of(naming=3, baseline_ice=10), "consciousness": "ALERT",
    "seizure": "NONE", "motor_weakness": "N", "oedema": "NONE", "raised_icp_sign": "NONE", "death_due_to_icans": "N",
}  # fmt: skip
LOW = CALM | {"writing": "0", "attention": "0"}
INFUSED_AT = at(0, 10).replace(minute=30)


def with_baseline(*scores: int | None) -> Case:
    """Earlier assessments."""
    return {"history": [SimpleNamespace(baseline_ice=score) for score in scores]}


def counts(*seen: tuple[int, Any], item: str = "platelets") -> Case:
    """Stored blood counts by study day."""
    return {"others": {"haematology": [{"sampled_at": at(number), item: value} for number, value in seen]}}


def icans(*seen: tuple[int, str | None]) -> Case:
    rows = [{"assessed_at": at(number), "investigator_grade": grade} for number, grade in seen]
    return {"others": {"icans_assessment": rows}}


def event(onset: int | str, end: int | None = None, **values: Any) -> Case:
    """An event by study days."""
    found: Case = {"onset_on": onset if isinstance(onset, str) else day(onset).isoformat(), **values}
    return found if end is None else found | {"ended_on": day(end).isoformat()}


def low(grade: str | None, **values: Any) -> Case:
    return event(2, 20, term="NEUTROPENIA", grade=grade, **values)


FEMALE = {"latest": {"demographics.sex": "F"}}
NADIR = counts(
    (0, of(x="4.0")["x"]), (7, of(x="0.7")["x"]), (10, of(x="1.4")["x"]), (21, of(x="0.1")["x"]), item="neutrophils"
)
DIED = {"latest": {"death.died_on": day(30)}}
LOGGED: Case = {"verbatim": "Herpes zoster", "term": "INFECTION", "onset_on": "2026-04"}

CASES: Cases = {
    "ICN-01": (
        [CALM | {"investigator_grade": "0"}, LOW | {"investigator_grade": "1"}],
        [CALM | {"investigator_grade": "1"}, LOW | {"investigator_grade": "0"}],
        [CALM, {"investigator_grade": "1"}],
    ),
    "ICN-02": in_the_visit("assessed_at", time=True),
    "ICN-03": (
        [{"assessed_at": INFUSED_AT}],
        [{"assessed_at": at(0, 10)}],
        [{}, {"assessed_at": at(-1), "subject.infused_at": None}],
    ),
    "ICN-04": no_future_time("assessed_at"),
    "ICN-05": (
        [{"ice_status": "UNAROUSABLE", "consciousness": "VIGOROUS_OR_UNAROUSABLE"}],
        [{"ice_status": "UNAROUSABLE", "consciousness": level} for level in ("ALERT", "TACTILE")],
        [{"ice_status": "DONE", "consciousness": "VIGOROUS_OR_UNAROUSABLE"}, {"ice_status": "UNAROUSABLE"}],
    ),
    "ICN-06": (
        [CALM, {"ice_status": "UNAROUSABLE"}, {"ice_status": "SEDATED"}],
        [CALM | {"writing": None}, CALM | {"naming": None}, {"ice_status": "NOT_DONE"}],
        [],
    ),
    "ICN-07": ([LOW | {"investigator_grade": "1"}], [LOW, CALM], [{"investigator_grade": "1"}, {}]),
    "ICN-08": (
        [of(baseline_ice=9) | with_baseline(10, 9), of(baseline_ice=9) | with_baseline(9, None)],
        [of(baseline_ice=9) | with_baseline(10), of(baseline_ice=10) | with_baseline(10, 9)],
        [of(baseline_ice=9), with_baseline(9), of(baseline_ice=9) | with_baseline(None)],
    ),
    "ICN-09": (
        [LOW, LOW | {"ice_due": "Y"}, LOW | {"ice_due": "N"}, CALM | {"ice_due": "U"}, CALM | {"death_due_to_icans": "U"}],
        [
            LOW | {"ice_due": "U"},
            CALM | {"consciousness": "VOICE", "consciousness_due": "U"},
            CALM | {"seizure": "PROLONGED", "seizure_due": "U"},
            CALM | {"motor_weakness": "Y", "motor_due": "U"},
            CALM | {"oedema": "DIFFUSE", "icp_due": "U"},
        ],
        [],
    ),
    "ICN-10": ([{"death_due_to_icans": "N"}, {"death_due_to_icans": "Y"}, {}], [{"death_due_to_icans": "U"}], []),
    "ICN-11": (
        [{"death_due_to_icans": "Y"} | DIED], [{"death_due_to_icans": "Y"}], [{}, {"death_due_to_icans": "N"}]
    ),
    "HEM-01": no_future_time("sampled_at"),
    "HEM-02": in_the_visit("sampled_at", time=True),
    "HEM-03": since_consent("sampled_at", time=True),
    "HEM-04": (
        [of(leukocytes=2, neutrophils="1.5", lymphocytes="0.6"), of(leukocytes=0, neutrophils=0, lymphocytes=0)],
        [of(leukocytes=2, neutrophils="1.5", lymphocytes="0.61"), of(leukocytes="4.1", neutrophils=62, lymphocytes=30)],
        [of(leukocytes=2, neutrophils=3), of(neutrophils=3, lymphocytes=3)],
    ),
    "HEM-05": ([of(haemoglobin=30)], [of(haemoglobin=29), of(haemoglobin=12)], [{}]),
    "HEM-06": (
        [
            of(platelets=150) | {"sampled_at": at(7)} | counts((4, 19), (10, 160)),
            of(platelets=15) | {"sampled_at": at(7)} | counts((4, 160), (10, 20)),  # low from here on
            of(platelets=150) | {"sampled_at": at(7)} | counts((0, 10), (4, 160), (10, 160), (14, 10)),
        ],
        [
            of(platelets=160) | {"sampled_at": at(7)} | counts((4, 18), (10, 20)),
            of(platelets=20) | {"sampled_at": at(7)} | counts((-7, 160), (21, 170)),
        ],
        [
            of(platelets=20) | {"sampled_at": at(7)} | counts((-8, 160), (10, 170)),
            of(platelets=20) | {"sampled_at": at(7)} | counts((4, 160), (22, 170)),
            of(platelets=20) | {"sampled_at": at(7)} | counts((4, 160), (10, None)),
            of(platelets=0) | {"sampled_at": at(7)} | counts((4, 160), (10, 170)),
            {"sampled_at": at(7)}, of(platelets=20),
        ],
    ),
    "PER-01": not_in_the_future("sampled_on"),
    "PER-02": in_the_visit("sampled_on"),
    "PER-03": since_infusion("sampled_on"),
    "PER-04": ([of(value=310), {"below": "BLD"}], [{}, of(value=310) | {"below": "BLQ"}], []),
    "PER-05": (
        [{"method": "QPCR", "unit": "copies/ug"}, {"method": "DDPCR", "unit": "copies/ug"}, {"method": "FLOW", "unit": "cells/uL"}],
        [{"method": "QPCR", "unit": "cells/uL"}, {"method": "FLOW", "unit": "copies/ug"}],
        [{"method": "QPCR"}, {"unit": "cells/uL"}],
    ),
    "PER-06": (
        [of(nominal_month=3) | {"visit": "m3"}, of(nominal_month=12) | {"visit": "m12"}],
        [of(nominal_month=6) | {"visit": "m3"}, {"visit": "m3"}],
        [of(nominal_month=6) | {"visit": "u1"}, {"visit": "u2"}],
    ),
    "PER-07": ([of(value="0.01")], [of(value=0)], [of(value=0) | {"below": "BLD"}, {"below": "BLD"}, {}]),
    "PER-08": (
        [{"method": "QPCR", "others": {"cart_persistence": [{"method": "QPCR"}, {"method": None}]}}],
        [{"method": "FLOW", "others": {"cart_persistence": [{"method": "QPCR"}]}},
         {"method": "QPCR", "others": {"cart_persistence": [{"method": "QPCR"}, {"method": "DDPCR"}]}}],
        [{"method": "QPCR"}, {"others": {"cart_persistence": [{"method": "QPCR"}]}},
         {"method": "QPCR", "others": {"cart_persistence": [{"method": None}]}}],
    ),
    "AE-01": (
        [{"onset_on": TODAY.isoformat()}, {"onset_on": "2026-06"}, {"onset_on": "2026"}],
        [{"onset_on": "2026-06-02"}, {"onset_on": "2026-07"}, {"onset_on": "2027"}],
        [{}],
    ),
    "AE-02": (
        [{"ended_on": TODAY.isoformat()}, {"ended_on": "2026"}], [{"ended_on": "2026-06-02"}, {"ended_on": "2026-07"}],
        [{"onset_on": "2027"}],
    ),
    "AE-03": (
        [event(3, 3), event("2026-05", 60), event("2026", 3), {"onset_on": "2026-03-31", "ended_on": "2026-03"}],
        [event(3, 2), event("2026-05", 3), {"onset_on": "2026-03-31", "ended_on": "2026-02"}, {"onset_on": "2026", "ended_on": "2025"}],
        [event(3), {"ended_on": "2025"}],
    ),
    "AE-04": (
        [{"ongoing": "Y", "outcome": "RECOVERING/RESOLVING"}, {"ongoing": "N", "outcome": "RECOVERED/RESOLVED"},
         {"ongoing": "Y", "outcome": "UNKNOWN"}, {"ongoing": "N", "outcome": "FATAL"}],
        [{"ongoing": "Y", "outcome": "RECOVERED/RESOLVED"}, {"ongoing": "Y", "outcome": "RECOVERED/RESOLVED WITH SEQUELAE"},
         {"ongoing": "Y", "outcome": "FATAL"},
         {"ongoing": "N", "outcome": "RECOVERING/RESOLVING"}, {"ongoing": "N", "outcome": "NOT RECOVERED/NOT RESOLVED"}],
        [{"ongoing": "Y"}, {"outcome": "FATAL"}, {"ongoing": "U", "outcome": "RECOVERED/RESOLVED"}],
    ),
    "AE-05": (
        [{"grade": "5", "outcome": "FATAL"}, {"grade": "4", "outcome": "RECOVERED/RESOLVED"}],
        [{"grade": "4", "outcome": "FATAL"}, {"grade": "5", "outcome": "NOT RECOVERED/NOT RESOLVED"}],
        [{"grade": "5"}, {"outcome": "FATAL"}],
    ),
    "AE-06": (
        [{"grade": "5", "serious": "Y"}, {"grade": "4", "serious": "N"}],
        [{"grade": "5", "serious": "N"}, {"grade": "5"}, {"grade": "4"}, {"grade": "4", "serious": "U"}],
        [{"grade": "3"}, {}],
    ),
    "AE-07": (
        [event(-20, latest={"informed_consent.consent_date": day(-20)}), event("2026-02", latest=day(-20))],
        [event(-21, latest=day(-20)), event("2026-01", latest=day(-20))],
        [event(-21), {"latest": day(-20)}],
    ),
    "AE-08": (
        [event(30) | DIED, event(3, 30) | DIED, event("2026-04") | DIED],
        [event(31) | DIED, event(3, 31) | DIED, event("2026-05") | DIED],
        [event(31), DIED],
    ),
    "AE-09": (
        [{"grade": "5"} | DIED, {"outcome": "FATAL"} | DIED],
        [{"grade": "5"}, {"outcome": "FATAL", "grade": "4"}],
        [{}, {"grade": "4", "outcome": "RECOVERED/RESOLVED"}],
    ),
    "AE-10": (
        [event(0, related_cart="Y"), event(-1, related_cart="N"), event("2026-03", related_cart="Y")],
        [event(-1, related_cart="Y"), event("2026-02", related_cart="Y")],
        [event(-1), {"related_cart": "Y"}, event(-1, related_cart="Y") | {"subject.infused_at": None}],
    ),
    # The worst neutrophils of days 2 to 20 are grade 3; the count of day 21 is grade 4.
    "AE-11": (
        [low("3") | NADIR | FEMALE, low("4") | NADIR | FEMALE,
         event(2, term="NEUTROPENIA", grade="4") | NADIR | FEMALE,
         event(2, 20, term="ANAEMIA", grade="3") | FEMALE | counts((7, of(x=79)["x"]), item="haemoglobin")],
        [low("2") | NADIR | FEMALE, low("1") | NADIR | FEMALE,
         event(2, term="NEUTROPENIA", grade="3") | NADIR | FEMALE,
         event(9, 20, term="NEUTROPENIA", grade="4") | NADIR | FEMALE],
        [low("5") | NADIR, low(None) | NADIR, low("2") | FEMALE, low("2") | NADIR | {"onset_on": "2026-03"},
         event(2, 20, term="INFECTION", grade="2") | NADIR, event(11, 20, term="NEUTROPENIA", grade="2") | NADIR,
         event(2, 20, term="ANAEMIA", grade="2") | counts((7, of(x=110)["x"]), item="haemoglobin")],
    ),
    "AE-12": (
        [event(3, 6, term="NEUROTOXICITY") | icans((3, "0"), (6, "1"))],
        [event(3, 6, term="NEUROTOXICITY") | icans((2, "2"), (3, "0"), (6, "0"), (7, "1"))],
        [event(3, 6, term="NEUROTOXICITY") | icans((2, "2"), (4, None)), event(3, 6, term="OTHER") | icans((3, "0")),
         {"term": "NEUROTOXICITY"} | icans((3, "0"))],
    ),
    "AE-13": (
        [LOGGED, LOGGED | {"others": {"adverse_event": [LOGGED | {"onset_on": "2026-05"}, LOGGED | {"verbatim": "Sepsis"},
                                                        LOGGED | {"term": "OTHER"}, {"verbatim": None}]}}],
        [LOGGED | {"others": {"adverse_event": [LOGGED | {"verbatim": "HERPES zoster"}]}}],
        [{"verbatim": "Sepsis", "term": "INFECTION"}, {"term": "INFECTION", "onset_on": "2026"}],
    ),
    "AE-14": ([{"grade": "1"}], [{}, {"serious": "Y"}], []),
}  # fmt: skip
