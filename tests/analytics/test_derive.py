"""Days, missing values, and the one pass over each subject's assessments."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from analytics import derive
from trial.rules import crs

SHANGHAI = ZoneInfo("Asia/Shanghai")
INFUSED = datetime(2025, 11, 3, 1, 0, tzinfo=UTC)  # 09:00 at the site


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (INFUSED, 0),
        (datetime(2025, 11, 3, 15, 59, tzinfo=UTC), 0),  # one minute before midnight at the site
        (datetime(2025, 11, 3, 16, 0, tzinfo=UTC), 1),  # midnight at the site
        (datetime(2025, 11, 2, 15, 59, tzinfo=UTC), -1),
        (date(2025, 11, 5), 2),
        (None, None),
    ],
)
def test_the_study_day_changes_at_midnight_of_the_site(at, day):
    assert derive.study_day(at, INFUSED, SHANGHAI) == day


def test_without_an_infusion_there_is_no_study_day():
    assert derive.study_day(INFUSED, None) is None


def test_a_month_is_30_4375_days():
    # Data analysis plan: days / 30.4375.
    assert derive.months(365.25) == 12


def test_a_number_comes_back_with_the_digits_that_were_typed():
    assert derive.plain(pd.Series([38.1, None])) == [Decimal("38.1"), None]


def test_every_kind_of_missing_is_none():
    assert derive.plain(pd.Series(["a", None], dtype="string")) == ["a", None]
    assert derive.plain(pd.Series([1, None], dtype="Int64")) == [1, None]
    assert derive.plain(pd.Series([True, None], dtype="boolean")) == [True, None]
    assert derive.plain(pd.to_datetime(pd.Series([INFUSED, None]), utc=True)) == [INFUSED, None]
    assert derive.plain(pd.Series([date(2025, 1, 2), None])) == [date(2025, 1, 2), None]


def test_a_frame_without_its_columns_is_refused_by_name():
    with pytest.raises(ValueError, match="frame subject lacks infused_at, site"):
        derive.require(pd.DataFrame({"subject": []}), "subject", ("subject", "infused_at", "site"))


def courses(frames, **instead):
    names = ("subject", "crs_assessment", "crs_assessment.vasopressors", "vital_signs")
    return derive.courses(*(instead.get(name, frames[name]) for name in names))


def test_a_temperature_of_the_vital_signs_counts_from_the_infusion_on(frames):
    rows = frames["crs_assessment"].copy()
    rows.loc[(rows["subject"] == "01-001"), "temperature"] = None
    shape = frames["vital_signs"]
    first = rows.query("subject == '01-001' and assessed_at.notna()").sort_values("assessed_at").iloc[-1]
    infused = frames["subject"].set_index("subject").loc["01-001", "infused_at"]

    def grades(*measured):
        lines = [{"subject": "01-001", "measured_at": at, "temperature": 38.2} for at in measured]
        signs = pd.DataFrame(lines, columns=list(shape.columns)).astype(shape.dtypes)
        followed = courses(frames, crs_assessment=rows, vital_signs=signs)["01-001"]
        return [one.value for one in followed.course.verdicts]

    nothing = grades()
    assert 1 not in nothing and grades(first["assessed_at"])[-1] == 1
    assert grades(infused - pd.Timedelta(minutes=1)) == nothing != grades(infused)


def test_each_subject_is_judged_once_over_all_its_assessments(frames, monkeypatch):
    judged = []
    course = crs.course
    monkeypatch.setattr(crs, "course", lambda rows, **more: judged.append(len(rows)) or course(rows, **more))
    followed = courses(frames)
    # The assessment before the infusion and the one not done take no part.
    assert judged == [3, 6, 5, 4, 6]
    assert sorted(followed) == ["01-001", "01-002", "01-003", "02-001", "02-002"]


def test_vasopressor_rows_stand_with_their_own_assessment(frames):
    followed = courses(frames)
    given = {a.visit: [row.drug for row in a.vasopressors] for a in followed["01-003"].assessments}
    assert given == {"d1": [], "d2": ["NOREPINEPHRINE"], "d3": [], "d4": [], "d5": []}


def test_two_assessments_of_one_visit_keep_their_own_vasopressors(frames):
    second = frames["crs_assessment"].query("subject == '01-003' and visit == 'd2'").assign(occurrence=2)
    rows = pd.concat([frames["crs_assessment"], second], ignore_index=True)
    followed = courses(frames, crs_assessment=rows)
    given = [(a.occurrence, len(a.vasopressors)) for a in followed["01-003"].assessments if a.visit == "d2"]
    assert given == [(1, 1), (2, 0)]
