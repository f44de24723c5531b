"""A transferred subject in the tables: counted where it was screened, its limits those of the site of each day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from analytics.datasets.adsl import at_screening_site
from analytics.datasets.limits import OfSubjects
from analytics.frames import shapes
from tests import study
from trial import transfers
from trial.models import Site, Subject, User

ON = date(2026, 4, 10)


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
def test_the_frame_names_both_sites_and_the_former_ones_with_their_days(
    infused: Subject, sites: list[Site], data_manager: User
) -> None:
    for to, on in ((sites[1], ON), (sites[2], date(2026, 5, 1))):
        transfers.transfer(infused, to, by=data_manager, on=on, reason="The site closes", now=study.NOW)
    shape = next(one for one in shapes() if one.name == "subject")
    (row,) = shape.frame(shape.read()).to_dict("records")
    assert (row["site"], row["screening_site"], row["former_sites"]) == ("03", "01", "01<2026-04-10 02<2026-05-01")


def subject(**more: str) -> pd.DataFrame:
    return pd.DataFrame([{"subject": "01-001", "site": "02", "site_name": "Hefei", **more}])


def test_tables_by_site_count_it_where_it_was_screened() -> None:
    moved = at_screening_site(subject(screening_site="01", screening_site_name="Wuhan"))
    assert (moved["site"][0], moved["site_name"][0]) == ("01", "Wuhan")


def test_an_older_cut_has_one_site_alone() -> None:
    assert at_screening_site(subject())["site"][0] == "02"


@pytest.mark.parametrize(
    ("former", "on", "high"),
    [
        ("01<2026-04-10", date(2026, 4, 9), 50),
        ("01<2026-04-10", ON, 35),
        ("", date(2026, 4, 9), 35),
        ("01<2026-04-10 03<2026-05-01", date(2026, 4, 30), 70),
        ("01<2026-04-10 03<2026-05-01", date(2026, 5, 1), 35),
    ],
)
def test_limits_are_those_of_the_site_of_the_day(former: str, on: date, high: int) -> None:
    people = pd.DataFrame([{"subject": "01-001", "sex": "F", "birth_year": 1961.0}])
    blank = {
        "sex": None,
        "age_from": None,
        "age_to": None,
        "valid_from": None,
        "valid_to": None,
        "unit": "U/L",
        "low": None,
    }
    stated = pd.DataFrame(
        [
            {"site": site, "analyte": "alt", "high": Decimal(limit), **blank}
            for site, limit in (("01", 50), ("02", 35), ("03", 70))
        ]
    )
    limits = OfSubjects(subject(former_sites=former), people, stated)
    assert limits.at("01-001", "02", "alt", on).high == Decimal(high)
