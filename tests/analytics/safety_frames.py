"""Disease, adverse events, blood counts and ICANS of the eight subjects of conftest.py; infusion 2025-11-03 at 09:00."""

from datetime import date, datetime
from typing import Any

import pandas as pd

from tests.analytics.by_hand import made

LAST_VISIT = date(2025, 12, 3)  # study day 30
# Subject: heavy and light chain, any abnormality, lines, extramedullary, paraskeletal, diagnosed. 02-005 has no form.
HISTORY: dict[str, tuple[Any, ...]] = {
    "01-001": ("IGG", "KAPPA", "Y", 3, "Y", "N", "2020-10-20"),  # 1826 days before screening on 2025-10-20
    "01-002": ("IGA", "LAMBDA", "N", 5, "N", "N", "2015"),
    "01-003": ("LIGHT_CHAIN_ONLY", "KAPPA", "U", 4, "N", "Y", "2018-03"),
    "02-001": ("IGG", "KAPPA", None, 2, "Y", "Y", None),
    "02-002": ("IGG", "LAMBDA", "Y", 9, "N", "N", "2019-02"),
    "02-003": ("IGD", "LAMBDA", "N", 4, "N", "N", "2021-06-30"),
    "02-004": ("IGG", "KAPPA", "N", None, None, None, "2022"),
}
# Subject, term, grade, onset, end (None = ongoing or not recorded), and what differs from a usual entry.
EVENTS: list[tuple[str, str | None, str | None, str | None, str | None, dict[str, Any]]] = [
    ("01-001", "NEUTROPENIA", "4", "2025-11-05", "2025-11-14", {}),  # days 2 to 11
    ("01-001", "NEUTROPENIA", "2", "2025-11-14", "2025-11-20", {"related_cart": "N"}),  # days 11 to 17: one overlaps
    ("01-002", "NEUTROPENIA", "3", "2025-11-07", None, {"ongoing": "Y"}),  # days 4 to 30 so far
    ("01-003", "ANAEMIA", "2", "2025-11", "2025-11-30", {}),  # the month of the infusion: from day 0 on
    ("02-001", "INFECTION", "5", "2025-11-20", "2025-11-25",
     {"serious": "Y", "related_cart": "N", "outcome": "FATAL"}),
    ("02-002", "THROMBOCYTOPENIA", "1", "2025-10-30", "2025-11-10", {}),  # began before the infusion
    ("02-002", "OTHER", None, None, None, {"ongoing": "U", "related_cart": "U", "serious": None, "outcome": "UNKNOWN"}),
    ("02-003", "INFECTION", "2", "2025-10-29", "2025-11-02", {}),  # never infused
]  # fmt: skip
USUAL_EVENT = {
    "verbatim": "as written", "organ_class": None, "ongoing": "N", "outcome": "RECOVERED/RESOLVED", "serious": "N", "related_cart": "Y",
    "related_lymphodepletion": "Y", "aesi": "N",
}  # fmt: skip
# Subject -> visit -> (haemoglobin, leukocytes, neutrophils, lymphocytes, platelets); all are women (LLN 115 g/L).
COUNTS: dict[str, dict[str, tuple[float | None, ...]]] = {
    "01-001": {
        "screening": (120, 5, 3, 1.5, 200),
        "d0": (118, 3.4, 2.5, 0.6, 180),
        "d7": (112, 0.9, 0.3, 0.3, 126),
        "d14": (116, 4, 2, 1.2, 150),
    },
    "01-002": {"screening": (110, 4, 2, 1.2, 130), "d0": (105, 4, 2, 1.2, 120), "d7": (101, 3.6, 0.99, 1.1, 49)},
    "01-003": {"d0": (116, 5, 3, 1.5, 200), "d7": (99, 5, 3, 1.5, 125)},
    "02-001": {"d7": (100, 2, 1, 0.5, 25)},  # no count before the infusion
    "02-002": {"screening": (None, 5, 3, 1.5, 200)},  # none after it
    "02-005": {"d0": (115, 3.5, 1.8, 1.1, 125), "d7": (115, 3.5, 1.8, 1.1, 125)},  # at the limits: normal
}
FULL_ICE = {
    "orientation_year": "1", "orientation_month": "1", "orientation_city": "1", "orientation_hospital": "1",
    "naming": 3.0, "command": "1", "writing": "1", "attention": "1",
}  # fmt: skip
ALERT = {
    **FULL_ICE, "ice_status": "DONE", "baseline_ice": 10.0, "consciousness": "ALERT", "seizure": "NONE",
    "motor_weakness": "N", "oedema": "NONE", "raised_icp_sign": "NONE", "death_due_to_icans": "N",
    "investigator_grade": "0",
}  # fmt: skip
ICE_8 = {"attention": "0", "writing": "0"}
ICANS: dict[str, dict[int, dict[str, Any]]] = {
    "01-001": {-1: {"consciousness": "TACTILE"}, 1: {}, 2: {}, 3: {}},  # before the infusion it is no ICANS
    "01-002": {1: {}, 2: {}, 3: ICE_8, 4: ICE_8, 5: {}, 6: {}},  # grade 1, 2 days
    "01-003": {1: {}, 2: {"consciousness": "VOICE"}, 3: {"seizure": "RESOLVED_RAPIDLY"}, 4: {}, 5: {}},  # 2 then 3
    "02-001": {4: {}, 5: ICE_8},  # no assessment after
    # Clear so far as recorded: cannot be judged.
    "02-002": {2: {"consciousness": None, "ice_status": "NOT_DONE", **dict.fromkeys(FULL_ICE)}},
}


def history_frame() -> pd.DataFrame:
    names = ("heavy_chain", "light_chain", "cytogenetic_abnormality", "prior_lines", "emd_at_entry",
             "paramedullary_at_entry", "diagnosed_on")  # fmt: skip
    return made(
        "myeloma_history",
        (
            {"subject": code, "visit": "screening", "assessed_on": date(2025, 10, 22), "del_17p": line[2],
             "prior_anti_cd38": "N", **dict(zip(names, line, strict=True))}
            for code, line in HISTORY.items()
        ),
    )  # fmt: skip


def event_frame() -> pd.DataFrame:
    seen: dict[str, int] = {}
    rows = []
    for code, term, grade, onset, end, changed in EVENTS:
        seen[code] = seen.get(code, 0) + 1
        dates = {"onset_on": onset, "ended_on": end}
        rows.append({"subject": code, "occurrence": seen[code], "term": term, "grade": grade, **dates, **USUAL_EVENT,
                     **changed})  # fmt: skip
    return made("adverse_event", rows)


def count_frame(at: Any) -> pd.DataFrame:
    items = ("haemoglobin", "leukocytes", "neutrophils", "lymphocytes", "platelets")
    return made(
        "haematology",
        (
            {"subject": code, "visit": visit, "sampled_at": at(_day(visit)), **dict(zip(items, values, strict=True))}
            for code, visits in COUNTS.items()
            for visit, values in visits.items()
        ),
    )


def _day(visit: str) -> int:
    return -14 if visit == "screening" else int(visit[1:])


def icans_frame(at: Any) -> pd.DataFrame:
    return made(
        "icans_assessment",
        (
            {
                "subject": code,
                "visit": f"d{day}" if day > 0 else "screening",
                "assessed_at": at(day),
                **ALERT,
                **changed,
            }
            for code, days in ICANS.items()
            for day, changed in days.items()
        ),
    )


def visit_frame(infused: list[str]) -> pd.DataFrame:
    return made("visit", ({"subject": code, "visit": "m1", "actual_on": LAST_VISIT} for code in infused))


def safety(at: Any, infused: list[str]) -> dict[str, pd.DataFrame]:
    """Their frames by name; `at` gives the time of a study day."""
    assert at(0) < datetime.fromisoformat("2025-11-03T01:00:00+00:00")  # the count of day 0 is before the infusion
    return {
        "myeloma_history": history_frame(),
        "adverse_event": event_frame(),
        "haematology": count_frame(at),
        "icans_assessment": icans_frame(at),
        "visit": visit_frame(infused),
    }
