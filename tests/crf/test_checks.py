"""Every edit check holds and fails, and says nothing where it cannot judge."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crf import sheet
from crf.declare.form import Check, FormClass, casebook, form_named
from crf.models.crs_assessment import CrsAssessment
from tests.crf import (
    checks_conduct,
    checks_laboratory,
    checks_lesions,
    checks_myeloma,
    checks_safety,
    checks_serious,
    checks_survival,
    checks_treatment,
)
from tests.crf.checks_cases import Cases, added, in_the_visit
from tests.study import NOW
from trial import ranges, schedule
from trial.models import Site, Subject, Visit
from trial.rules.verdict import Verdict

INFUSED_AT = datetime(2026, 3, 20, 2, 30, tzinfo=UTC)  # 10:30 at the site
ALL_MET = {f"inclusion_{n:02d}": "Y" for n in range(1, 9)} | {f"exclusion_{n:02d}": "N" for n in range(1, 9)}


def past(temperature: str, *, due: str = "Y", day: int = 25, **values: Any) -> SimpleNamespace:
    """An earlier assessment."""
    items = dict.fromkeys(CrsAssessment.declared.items) | {"vasopressors": []} | values
    on = datetime(2026, 3, day, 2, tzinfo=UTC)
    return SimpleNamespace(**items | {"temperature": Decimal(temperature), "fever_due_to_crs": due, "assessed_at": on})


FEVER = {
    "temperature": Decimal("38.6"), "hypotension": "N", "oxygen": "NONE", "antipyretic": "N", "anticytokine": "N", "steroid": "N",
    "death_due_to_crs": "N", "assessed_at": datetime(2026, 3, 21, 2, tzinfo=UTC),
}  # fmt: skip


SHOCK = FEVER | {"hypotension": "Y", "hypotension_due_to_crs": "Y"}


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A time of March 2026 on the site's clock, eight hours ahead of UTC; stored in UTC."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def drug(start: datetime | None, stop: datetime | None, name: str = "NOREPINEPHRINE") -> SimpleNamespace:
    return SimpleNamespace(drug=name, dose=None, dose_unit=None, started_at=start, stopped_at=stop, hours=None)


OTHER_CAUSE = {"temperature": Decimal(37), "fever_due_to_crs": "N", "assessed_at": at(26)}


def vital_sign(temperature: str, *, day: int = 26, hour: int = 11) -> dict[str, Any]:
    return {"others": {"vital_signs": [{"measured_at": at(day, hour), "temperature": Decimal(temperature)}]}}


PRESSED = SHOCK | {"vasopressors": [drug(at(20), at(21))]}  # grade 3

# "subject.x", "visit", "planned", "latest", "others" and "history" set the surroundings (see `judged`).
CASES: Cases = {
    "ICF-02": ([{"consent_date": date(2026, 3, 2)}], [{"consent_date": date(2026, 3, 3)}], [{}]),
    "ICF-03": ([{"consent_date": date(2026, 6, 1)}], [{"consent_date": date(2026, 6, 2)}], [{}]),
    "DM-01": ([{"birth_year": Decimal(2008)}], [{"birth_year": Decimal(2009)}], [{}]),
    "DM-02": (
        [{"height": Decimal(170), "weight": Decimal(60)}, {"height": Decimal(100), "weight": Decimal(12)}],
        [{"height": Decimal(170), "weight": Decimal(30)}, {"height": Decimal(110), "weight": Decimal(170)}],
        [{"height": Decimal(170)}, {"weight": Decimal(60)}],
    ),
    "IE-01": (
        [ALL_MET], [ALL_MET | {"inclusion_03": "N"}, ALL_MET | {"exclusion_08": "U"}, ALL_MET | {"inclusion_01": None}], []
    ),  # fmt: skip
    "IE-02": (
        [{"assessed_on": date(2026, 3, 1), "latest": date(2026, 3, 1)}],
        [{"assessed_on": date(2026, 2, 28), "latest": date(2026, 3, 1)}],
        [{"assessed_on": date(2026, 3, 1)}, {"latest": date(2026, 3, 1)}],
    ),
    "EX-01": ([{"dose_level": "2.0"}], [{"dose_level": "4.0"}], [{}]),
    "EX-02": (
        [{"dose_level": "2.0", "cells_per_kg": Decimal("2.4")}, {"dose_level": "2.0", "cells_per_kg": Decimal("1.6")}],
        [{"dose_level": "2.0", "cells_per_kg": Decimal("2.41")}, {"dose_level": "2.0", "cells_per_kg": Decimal("1.59")}],
        [{"dose_level": "2.0"}, {"cells_per_kg": Decimal(2)}],
    ),
    "EX-03": (
        [{"cells_per_kg": Decimal(2), "cells_total": Decimal(132), "latest": Decimal(60)}],
        [{"cells_per_kg": Decimal(2), "cells_total": Decimal("132.1"), "latest": Decimal(60)}],
        [{"cells_per_kg": Decimal(2), "cells_total": Decimal(132)}],
    ),
    # 00:30 at the site on the day of enrolment is still the day before in UTC.
    "EX-04": ([{"infused_at": at(9, 0, 30)}], [{"infused_at": at(8, 23, 59)}], [{}, {"infused_at": at(9), "subject.enrolled_on": None}]),
    "EX-05": ([{"infused_at": NOW}], [{"infused_at": NOW + timedelta(minutes=1)}], [{}]),
    "CRS-01": (
        [FEVER | {"investigator_grade": "1"}],
        [FEVER | {"investigator_grade": "2"}, FEVER | {"investigator_grade": "0"}],
        [FEVER, {"investigator_grade": "1"}],
    ),
    "CRS-02": (
        [{"vasopressors": [drug(None, None)], "hypotension": "Y"}],
        [{"vasopressors": [drug(None, None)], "hypotension": "N"}, {"vasopressors": [drug(None, None)]}],
        [{"hypotension": "N"}],
    ),
    "CRS-03": (
        [{"oxygen": "NASAL_CANNULA", "oxygen_flow": Decimal(2)}], [{"oxygen": "NASAL_CANNULA"}], [{"oxygen": "HFNC"}, {}]
    ),  # fmt: skip
    # 00:30 and 23:30 at the site on the day of the visit.
    "CRS-04": added(
        in_the_visit("assessed_at", time=True),
        ([{"assessed_at": at(23, 0, 30)}, {"assessed_at": at(23, 23, 30)}],
         [{"assessed_at": at(22, 23, 59)}, {"assessed_at": at(24, 0, 1)}], []),
    ),
    "CRS-05": (
        [{"assessed_at": INFUSED_AT}], [{"assessed_at": INFUSED_AT - timedelta(minutes=1)}],
        [{}, {"assessed_at": at(19), "subject.infused_at": None}],
    ),
    "CRS-06": ([{"assessed_at": NOW}], [{"assessed_at": NOW + timedelta(minutes=1)}], [{}]),
    "CRS-07": (
        [{}, {"vasopressors": [drug(at(21), at(21)), drug(at(21), None), drug(None, at(20))]}],
        [{"vasopressors": [drug(at(21), at(22)), drug(at(21), at(20))]}],
        [],
    ),
    "CRS-08": (
        [
            {"temperature": Decimal(39), "assessed_at": at(31)},  # day 11
            {"temperature": Decimal("37.9"), "assessed_at": at(20) + timedelta(days=15)},
            {"temperature": Decimal(39), "assessed_at": at(20) + timedelta(days=14)},
            {"temperature": Decimal(39), "assessed_at": at(20) + timedelta(days=15), "history": [past("38.0")]},
        ],
        [
            {"temperature": Decimal(38), "assessed_at": at(20) + timedelta(days=15), "history": [past("37.9")]},
            {"temperature": Decimal(38), "assessed_at": at(20) + timedelta(days=15), "fever_due_to_crs": "U"},
            {"temperature": Decimal(38), "assessed_at": at(20) + timedelta(days=15), "history": [past("39", due="N")]},
            {"temperature": Decimal(38), "assessed_at": at(20) + timedelta(days=15), "history": [past("39", day=19)]},
        ],
        [
            {"temperature": Decimal(39), "assessed_at": at(20) + timedelta(days=15), "fever_due_to_crs": "Y"},
            {"assessed_at": at(20) + timedelta(days=15)}, {"temperature": Decimal(39)},
        ],
    ),
    "CRS-08.2": (
        [
            {"temperature": Decimal(39), "assessed_at": at(20) + timedelta(days=10)},
            {"temperature": Decimal("37.9"), "assessed_at": at(20) + timedelta(days=11)},
            {"temperature": Decimal(39), "assessed_at": at(20) + timedelta(days=11), "history": [past("38.0")]},
        ],
        [
            {"temperature": Decimal(38), "assessed_at": at(20) + timedelta(days=11)},
            {"temperature": Decimal(38), "assessed_at": at(20) + timedelta(days=11), "fever_due_to_crs": "U"},
        ],
        [{"temperature": Decimal(39), "assessed_at": at(20) + timedelta(days=11), "fever_due_to_crs": "N"}],
    ),
    "CRS-09": (
        [FEVER | {"oxygen": "CPAP", "ventilation_reason": "HYPOXIA"}, FEVER], [FEVER | {"oxygen": "CPAP"}], []
    ),
    "CRS-10": (
        [SHOCK | {"vasopressors": [drug(at(21), None), drug(at(21), None, "DOPAMINE")]}, SHOCK | {"vasopressors": [drug(None, None)]}],
        [SHOCK | {"vasopressors": [drug(at(21), None), drug(None, None, "DOPAMINE")]}],
        [],
    ),
    "CRS-11": (
        [SHOCK, SHOCK | {"vasopressors": [drug(None, None)]}],
        [SHOCK | {"vasopressors": [drug(None, None, "VASOPRESSIN")]}, SHOCK | {"vasopressors": [drug(None, None, "TERLIPRESSIN")]}],
        [],
    ),
    "CRS-12": ([{"temperature": Decimal(37)}], [{}], []),
    "CRS-13": ([FEVER], [FEVER | {"hypotension": None}, FEVER | {"oxygen": None}, FEVER | {"hypotension": "U"}], []),
    "CRS-14": (
        [FEVER | {"oxygen": "HFNC", "oxygen_flow": Decimal("6.1")}, FEVER | {"oxygen": "NASAL_CANNULA", "oxygen_flow": Decimal(6)}],
        [FEVER | {"oxygen": "HFNC", "oxygen_flow": Decimal(6)}],
        [],
    ),
    "CRS-15": (
        [FEVER | {"fever_due_to_crs": "Y"}, FEVER],
        [FEVER | {"fever_due_to_crs": "U"}, SHOCK | {"hypotension_due_to_crs": "U"},
         FEVER | {"oxygen": "FACE_MASK", "hypoxia_due_to_crs": "U"}],
        [],
    ),
    "CRS-16": ([{"death_due_to_crs": "N"}, {"death_due_to_crs": "Y"}, {}], [{"death_due_to_crs": "U"}], []),
    "CRS-17": (
        [FEVER, FEVER | {"fever_possible_masked": "N", "antipyretic": "Y"}],
        [FEVER | {"fever_possible_masked": "Y"}, FEVER | {"temperature": Decimal(37), "antipyretic": "Y"}],
        [],
    ),
    "CRS-18": (
        [SHOCK | {"vasopressors": [drug(None, None, "METARAMINOL")]}], [SHOCK | {"vasopressors": [drug(None, None, "OTHER")]}], []
    ),
    "CRS-19": (
        [
            SHOCK | {"history": [past("39", vasopressors=[drug(at(20), None)])], "vasopressors": [drug(at(20), None)]},
            SHOCK | {"history": [past("39", vasopressors=[drug(at(20), at(21))])]},
        ],
        [SHOCK | {"history": [past("39", vasopressors=[drug(at(20), None)])], "vasopressors": [drug(at(21), None, "DOPAMINE")]}],
        [SHOCK, SHOCK | {"history": [past("39", day=19, vasopressors=[drug(at(18), None)])]},
         SHOCK | {"hypotension_due_to_crs": "N", "history": [past("39", vasopressors=[drug(at(20), None)])]}],
    ),
    "CRS-20": ([SHOCK | {"investigator_grade": "3"}], [SHOCK], [{"temperature": None}]),
    "CRS-23": (
        [FEVER | {"steroid": "Y"},
         FEVER | {"temperature": Decimal(37), "anticytokine": "Y", "history": [past("39", day=21)]}],
        [FEVER | {"temperature": Decimal(37), "anticytokine": "Y"}, FEVER | {"temperature": Decimal(37), "steroid": "Y"},
         FEVER | {"steroid": "Y", "fever_due_to_crs": "N"},
         FEVER | {"temperature": Decimal(37), "steroid": "Y", "history": [past("39", day=19)]}],  # before the infusion
        [FEVER, {"steroid": "Y"}],
    ),
    "CRS-24": (
        [
            PRESSED | {"anticytokine": "Y"}, PRESSED | {"comment": "Not given: infection first"},
            PRESSED | {"anticytokine": "N", "history": [past("39", anticytokine="Y")]},
        ],
        [PRESSED | {"anticytokine": "N"}, PRESSED, PRESSED | {"anticytokine": "N", "history": [past("39", day=19, anticytokine="Y")]}],
        [FEVER | {"anticytokine": "N"}, {"anticytokine": "N"}],
    ),
    "CRS-25": (
        [
            OTHER_CAUSE | vital_sign("37.9"), OTHER_CAUSE | {"temperature": Decimal("38.0")} | vital_sign("39"),
            OTHER_CAUSE | vital_sign("39", hour=13), OTHER_CAUSE | {"history": [past("39")]} | vital_sign("39", day=25, hour=9),
        ],
        [
            OTHER_CAUSE | vital_sign("38.0"),
            OTHER_CAUSE | {"temperature": Decimal("37.9"), "history": [past("39")]} | vital_sign("39", day=25, hour=11),
        ],
        [
            OTHER_CAUSE | {"temperature": None} | vital_sign("39"), OTHER_CAUSE | {"fever_due_to_crs": "Y"} | vital_sign("39"),
            OTHER_CAUSE | {"fever_due_to_crs": None} | vital_sign("39"),
        ],
    ),
    **checks_conduct.CASES, **checks_serious.CASES, **checks_treatment.CASES,
    **checks_laboratory.CASES, **checks_lesions.CASES, **checks_myeloma.CASES, **checks_safety.CASES, **checks_survival.CASES,
}  # fmt: skip
DECLARED: dict[str, tuple[FormClass, Check]] = {
    c.id: (form, c) for form in casebook() for c in form.declared.checks.values()
}


SURROUNDINGS = {"active", "visit", "planned", "latest", "others", "history"}


class Watched:
    """A row of another form that notes which of its items are read."""

    def __init__(self, form: str, values: dict[str, Any], read: set[str]) -> None:
        self._form, self._values, self._read = form, values, read

    def __getattr__(self, name: str) -> Any:
        if name != "occurrence":  # the number of an entry never changes
            self._read.add(f"{self._form}.{name}")
        return sheet.on_site(self._values.get(name), ZoneInfo("Asia/Shanghai"))


def judged(check_id: str, case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> bool | None:
    """What the check says of a form with these values, at visit d3 of a subject infused on 2026-03-20.

    latest: what another form answers, or answers by "form.item". others: stored forms by name, oldest first. history:
    earlier forms of this kind. active: version of the protocol -> its first day at the site. planned: False = the
    visit has no window. A derived value may be given by its name.
    """
    form, check = DECLARED[check_id]
    site = Site(pk=1, code="01", timezone="Asia/Shanghai")
    site.__dict__["_active"] = case.get("active", {})
    subject = Subject(
        pk=1, site=site, code="01-001", status="INFUSED", dose_level="2.0", screened_on=date(2026, 3, 2),
        enrolled_on=date(2026, 3, 9), infused_at=INFUSED_AT, protocol_version="1.0",
    )  # fmt: skip
    for name in [name for name in case if name.startswith("subject.")]:
        setattr(subject, name.removeprefix("subject."), case[name])
    code, on = case.get("visit", "d3"), date(2026, 3, 23) if case.get("planned", True) else None
    window = on if code in schedule.BY_CODE and code not in schedule.BEFORE_ENROLMENT else None
    visit = Visit(
        subject=subject, site=site, code=code, planned_on=on, window_from=window, window_to=window,
        unscheduled=code not in schedule.BY_CODE,
    )  # fmt: skip
    latest, read = case.get("latest"), set[str]()

    def ask(_sheet: sheet.Sheet, form: str, item: str) -> Any:
        read.add(f"{form}.{item}")
        return latest.get(f"{form}.{item}") if isinstance(latest, dict) else latest

    def others(_sheet: sheet.Sheet, form: str) -> list[Any]:
        return [Watched(form, row, read) for row in case.get("others", {}).get(form, [])]

    def since_infusion(_sheet: sheet.Sheet, form: str) -> list[Any]:
        key, start = form_named(form).declared.about_day, subject.infused_at
        return [one for one in others(_sheet, form) if start and getattr(one, key) >= start]

    monkeypatch.setattr(sheet.Sheet, "latest", ask)
    monkeypatch.setattr(sheet.Sheet, "others", others)
    monkeypatch.setattr(sheet.Sheet, "others_since_infusion", since_infusion)
    monkeypatch.setattr(ranges, "of_site", lambda _site: ())  # published limits of normal
    limits, limited = sheet.Sheet.limits, set[str]()

    def ask_limits(of: sheet.Sheet, analyte: str, **about: Any) -> Any:
        limited.add(analyte)
        return limits(of, analyte, **about)

    monkeypatch.setattr(sheet.Sheet, "limits", ask_limits)
    values = {name: value for name, value in case.items() if name in {**form.declared.items, **form.declared.rows}}
    derived = {name: Verdict(case[name], "") for name in form.declared.derived if name in case}
    assert not {n for n in case if not n.startswith("subject.")} - set(values) - set(derived) - SURROUNDINGS
    of = sheet.Sheet(
        form,
        values,
        subject=subject,
        visit=visit,
        before=case.get("history", []),
        now=NOW,
        casebook=sheet.Casebook(subject),
    )
    of.__dict__.update(derived)  # where a sheet keeps what it has found
    says = check.holds(of)
    seen = (form.declared.derived[name].paths() for name in check.sees if name in form.declared.derived)
    assert read <= set(check.reads).union(*seen), "a check that asks another form is judged again when that changes"
    assert limited <= set(check.limits), "a check that asks limits of normal is judged again when these change"
    return says


def test_the_table_covers_every_declared_check() -> None:
    assert set(CASES) == set(DECLARED)
    assert all(holds and fails for holds, fails, _ in CASES.values())


ROWS = [
    (check, says, n)
    for check, rows in CASES.items()
    for says, cases in zip((True, False, None), rows, strict=True)
    for n in range(len(cases))
]


@pytest.mark.parametrize(("check", "says", "number"), ROWS, ids=[f"{c}-{s}-{n}" for c, s, n in ROWS])
def test_check(check: str, says: bool | None, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[check][(True, False, None).index(says)][number]
    assert judged(check, case, monkeypatch) is says


@pytest.mark.parametrize("check", DECLARED)
def test_every_check_says_what_is_wrong_and_then_what_to_do(check: str) -> None:
    form, declared = DECLARED[check]
    text = str(declared.text)
    assert text.endswith(".") and ("Please" in text)
    assert declared.item in {**form.declared.items, **form.declared.rows}
