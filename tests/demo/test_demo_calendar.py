"""The calendar holds together: consent first, dose levels upwards, nothing after the as-of date."""

import re
from datetime import date, timedelta
from itertools import groupby, pairwise
from statistics import median

from crf.demo import rows
from crf.demo.calendar import AS_OF, FIRST_DAY, SITES, last_day, placement, placements
from crf.demo.course import forms_for

ROWS = rows.read()
DLT_WINDOW_DAYS, STAGGER_DAYS = 28, 14  # the assumed protocol
SCREENING_DAYS = (-42, -8)


def infused(row: rows.Row) -> date:
    return placement(row.subject_id).infused_at.date()


def test_every_subject_of_the_file_has_one_place():
    assert sorted(found.subject_id for found in placements()) == sorted(row.subject_id for row in ROWS)
    assert len(ROWS) == 23


def test_subject_ids_count_up_per_site_in_order_of_screening():
    assert [found.screened_on for found in placements()] == sorted(found.screened_on for found in placements())
    for site in SITES:
        codes = [found.code for found in placements() if found.site == site]
        assert codes == [f"{site.code}-{number:03d}" for number in range(1, len(codes) + 1)]
        assert len(codes) >= 5
    assert all(re.fullmatch(r"\d\d-\d{3}", found.code) for found in placements())
    assert placement("RECON-23").code == "01-001"


def test_no_two_subjects_are_screened_on_one_day():
    assert len({found.screened_on for found in placements()}) == 23


def test_consent_comes_before_everything():
    for row in ROWS:
        typed = forms_for(row)
        consent = date.fromisoformat(next(one for one in typed if one.form == "informed_consent").data["consent_date"])
        assert consent == placement(row.subject_id).screened_on
        assert consent <= min(one.on for one in typed)
        assert consent < placement(row.subject_id).enrolled_on < infused(row)


def test_screening_lies_in_its_window_and_three_to_six_weeks_before_the_infusion():
    for row in ROWS:
        days = (placement(row.subject_id).screened_on - infused(row)).days
        assert SCREENING_DAYS[0] <= days <= -21
        assert (placement(row.subject_id).enrolled_on - infused(row)).days <= SCREENING_DAYS[1]


def test_dose_levels_open_in_order_after_the_dlt_window_of_the_level_below():
    by_time = sorted(ROWS, key=infused)
    levels = [row.dose_level for row in by_time]
    assert [level for level, _ in groupby(levels)] == ["0.5", "1.0", "2.0", "4.0"]
    for before, after in pairwise(by_time):
        if before.dose_level != after.dose_level:
            assert (infused(after) - infused(before)).days > DLT_WINDOW_DAYS


def test_the_first_two_subjects_of_a_level_are_staggered():
    for _, level in groupby(sorted(ROWS, key=infused), key=lambda row: row.dose_level):
        first, second, *_rest = (infused(row) for row in level)
        assert (second - first).days >= STAGGER_DAYS


def test_the_follow_up_of_every_row_fits_before_the_as_of_date_with_at_most_three_weeks_to_spare():
    for row in ROWS:
        spare = AS_OF - (infused(row) + timedelta(days=last_day(row.os_months)))
        assert timedelta(0) <= spare <= timedelta(weeks=3), row.subject_id
        assert row.pfs_months <= row.os_months
    assert median(row.os_months for row in ROWS) == 9.0  # bm38_published.csv: follow_up_median


def test_nothing_typed_lies_outside_the_study():
    for row in ROWS:
        for one in forms_for(row):
            assert FIRST_DAY <= one.on <= AS_OF
            for text in re.findall(r"\d{4}-\d\d-\d\d", str(one.data)):
                assert FIRST_DAY <= date.fromisoformat(text) <= one.on, (row.subject_id, one.visit)


def test_screening_enrolment_and_infusion_are_on_working_days():
    assert all(infused(row).weekday() < 5 for row in ROWS)
    assert all(day.weekday() < 5 for found in placements() for day in (found.screened_on, found.enrolled_on))


def test_sites_say_that_they_are_invented():
    assert all("Demonstration" in site.name for site in SITES)
    assert len({site.code for site in SITES}) == len(SITES) == 3
