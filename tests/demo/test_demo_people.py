"""Background values, rows and accounts of the demonstration study are plausible, stable and labelled."""

import csv
from decimal import Decimal
from statistics import median

import pytest

from crf.demo import accounts, rows
from crf.demo.calendar import SITES, placement
from crf.demo.course import forms_for

ROWS = rows.read()
ROLES = {
    *("COORDINATOR", "INVESTIGATOR", "MONITOR", "DATA_MANAGER", "MEDICAL_MONITOR", "STATISTICIAN", "INSPECTOR"),
    "ADMINISTRATOR",
}


def typed(row: rows.Row, form: str) -> dict:
    (only,) = (one for one in forms_for(row) if one.form == form)
    return only.data


def test_every_line_of_the_file_is_labelled_and_read():
    with rows.SOURCE.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert {line["record_status"] for line in lines} == {rows.NOT_REAL}
    assert [line["subject_id"] for line in lines] == [row.subject_id for row in ROWS]


def test_a_line_without_its_label_is_refused(tmp_path, monkeypatch):
    copy = tmp_path / "copy.csv"
    copy.write_text(rows.SOURCE.read_text(encoding="utf-8").replace(rows.NOT_REAL, "REAL", 1), encoding="utf-8")
    monkeypatch.setattr(rows, "SOURCE", copy)
    with pytest.raises(ValueError, match="RECON-01"):
        rows.read.__wrapped__()


def test_a_row_is_read_with_its_blanks():
    first, fourth = rows.by_id("RECON-01"), rows.by_id("RECON-04")
    assert (first.crs_onset_day, first.crs_duration_days, first.emd_best, first.cart_detected) == (None, None, None, ())
    assert (fourth.crs_onset_day, fourth.crs_duration_days, fourth.dose_level) == (4, 5, "4.0")
    assert rows.by_id("RECON-15").cart_detected == ((1, True), (3, True), (6, True), (9, False))
    assert rows.by_id("RECON-02").number == 2


def test_sex_and_age_are_those_of_the_row_and_no_birth_date_is_typed():
    for row in ROWS:
        data = typed(row, "demographics")
        assert data["sex"] == row.sex
        assert placement(row.subject_id).infused_at.year - int(data["birth_year"]) == row.age
        assert set(data) == {"birth_year", "sex", "ethnicity", "height", "weight"}
        assert data["ethnicity"] in {"HAN", "OTHER", "UNKNOWN"}
    assert median(row.age for row in ROWS) == 59


def test_heights_and_weights_are_plausible_with_one_decimal():
    for row in ROWS:
        data = typed(row, "demographics")
        height, weight = Decimal(data["height"]), Decimal(data["weight"])
        assert 150 <= height <= 180
        assert height.as_tuple().exponent == -1
        assert 43 <= weight <= 90
        assert weight.as_tuple().exponent == -1
    assert len({typed(row, "demographics")["weight"] for row in ROWS}) > 15


def test_every_criterion_is_answered_in_favour_of_enrolment():
    for row in ROWS:
        data = typed(row, "eligibility")
        assert data["assessed_on"] == placement(row.subject_id).enrolled_on.isoformat()
        assert data["waiver"] == "N"
        assert {name: value for name, value in data.items() if name.startswith("inclusion")} == {
            f"inclusion_{n:02d}": "Y" for n in range(1, 9)
        }
        assert {name: value for name, value in data.items() if name.startswith("exclusion")} == {
            f"exclusion_{n:02d}": "N" for n in range(1, 9)
        }


def test_the_cells_infused_agree_with_level_and_weight():
    for row in ROWS:
        data, weight = typed(row, "car_t_infusion"), Decimal(typed(row, "demographics")["weight"])
        per_kg, total = Decimal(data["cells_per_kg"]), Decimal(data["cells_total"])
        assert data["dose_level"] == row.dose_level
        assert abs(per_kg / Decimal(row.dose_level) - 1) <= Decimal("0.02")
        assert abs(total - per_kg * weight) <= Decimal("0.05")


def test_every_role_has_an_account_and_every_site_its_two_people():
    assert {account.role for account in accounts.ACCOUNTS} == ROLES
    for site in SITES:
        for by in ("coordinator", "investigator"):
            account = accounts.who(by, site=site.code)
            assert (account.role, account.sites) == (by.upper(), (site.code,))
    assert len({account.username for account in accounts.ACCOUNTS}) == len(accounts.ACCOUNTS)
    assert {account.language for account in accounts.ACCOUNTS} == {"en", "zh-hans"}
    assert all(site in {s.code for s in SITES} for account in accounts.ACCOUNTS for site in account.sites or ())


def test_the_password_is_long_and_like_nobodys_name():
    assert len(accounts.PASSWORD) >= 12
    assert not accounts.PASSWORD.isdigit()
    for account in accounts.ACCOUNTS:
        for part in (account.username, account.first_name, account.last_name):
            assert part.lower() not in accounts.PASSWORD
