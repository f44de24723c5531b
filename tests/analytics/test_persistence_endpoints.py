"""Persistence of CAR-T cells: the published estimate, the others by name, and what decides the time of a sample."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from analytics import registry, snapshot
from analytics.figures import draw
from analytics.registry import Cut
from crf.demo import calendar, rows
from tests import database
from tests.analytics.by_hand import empty, made
from tests.analytics.conftest import INFUSED_AT
from trial.rules import persistence as rule

NAME = "persistence"


@pytest.fixture(scope="module")
def demo(demo_database, django_db_blocker):
    """The frames of the demonstration study, read once; no test changes them in place."""
    with django_db_blocker.unblock(), database.using(demo_database, read_only=True):
        return dict(snapshot.read().frames)


@pytest.fixture(scope="module")
def cut(demo) -> Cut:
    return Cut(demo)


@pytest.fixture(scope="module")
def expected():
    return {place.code: rows.by_id(place.subject_id) for place in calendar.placements()}


def text(table, row, column="all") -> str:
    return str(table.cell(row, column).text)


def of(samples: dict[str, list[dict]]) -> Cut:
    """A cut of infused subjects with these samples; each has a day, and month, below or value where they matter."""
    on = INFUSED_AT.date()  # the site's clock is that of UTC here
    subjects = [
        {"subject": code, "timezone": "UTC", "status": "INFUSED", "dose_level": "1.0", "infused_at": INFUSED_AT}
        for code in samples
    ]
    lines = [
        {
            "subject": code, "visit": f"u{number}", "sampled_on": on + timedelta(days=one["day"]), "method": "QPCR",
            "unit": "copies/ug", "nominal_month": one.get("month"), "below": one.get("below"),
            "value": None if "below" in one else one.get("value", 100.0),
        }
        for code, own in samples.items()
        for number, one in enumerate(own, start=1)
    ]  # fmt: skip
    return Cut(empty() | {"subject": made("subject", subjects), "cart_persistence": made("cart_persistence", lines)})


# --- the demonstration study


def test_every_subject_has_the_loss_and_the_month_of_its_row(cut, expected):
    frame = cut["adpc_subject"].set_index("subject")
    assert set(frame.index) == set(expected) and len(expected) == 23
    for code, row in expected.items():
        line = frame.loc[code]
        shown = (line["nominal_shown"], bool(line["event"]))
        assert shown == (f"{row.cart_last_months:.1f}", row.cart_lost), row.subject_id


def test_every_sample_is_detected_as_its_row_says(cut, expected):
    frame = cut["adpc"]
    for code, row in expected.items():
        own = frame[(frame["subject"] == code) & frame["nominal_month"].notna()]
        found = {int(one.nominal_month): bool(one.detected) for one in own.itertuples()}
        assert found == dict(row.cart_detected), row.subject_id


def test_the_default_table_gives_the_published_shares(cut):
    # Mei et al. 2021: CAR-T cells detectable in 77.8 % at 9 months and in 62.2 % at 12 months.
    table = cut.table(NAME)
    assert table.options["estimator"] == "kaplan_meier"
    assert (text(table, "m9"), text(table, "m12")) == ("77.8", "62.2")
    # 7/9 and 7/9 * 4/5, exactly.
    assert table.cell("m9", "all").numbers["percent"] == pytest.approx(700 / 9)
    assert table.cell("m12", "all").numbers["percent"] == pytest.approx(2800 / 45)


def test_the_other_estimates_are_those_of_the_reconstruction(cut):
    # The notes of the reconstruction: 87.5 % at both months by two consecutive samples; 77.8 and 66.7 cross-sectional.
    confirmed = cut.table(NAME, rule="confirmed")
    assert (text(confirmed, "m9"), text(confirmed, "m12")) == ("87.5", "87.5")
    shares = cut.table(NAME, estimator="cross_sectional")
    assert (text(shares, "m9"), text(shares, "m12")) == ("7 of 9 (77.8 %)", "4 of 6 (66.7 %)")
    # Clopper-Pearson for 4 of 6: 22.28 to 95.67 % (tables of the exact binomial interval).
    assert text(shares, "m12.ci") == "22.3 to 95.7"


@pytest.mark.parametrize(("options", "column"), [({}, "nominal"), ({"time": "actual"}, "months")])
@pytest.mark.parametrize("loss", ["first", "confirmed"])
def test_rates_and_limits_are_those_of_lifelines(cut, options, column, loss):
    table, frame = cut.table(NAME, rule=loss, **options), cut["losses"].frame(loss)
    fitter = KaplanMeierFitter().fit(frame[column], frame["event"].astype(bool))
    compared = 0
    for month in (1, 3, 6, 9, 12, 15, 18):
        numbers = table.cell(f"m{month}", "all").numbers
        assert numbers["percent"] == pytest.approx(100 * fitter.predict(month))
        if numbers["low"] is not None:
            limits = fitter.confidence_interval_.loc[:month].iloc[-1] * 100
            assert (numbers["low"], numbers["high"]) == pytest.approx(tuple(limits))
            compared += 1
    assert compared >= 2
    assert text(table, "m24") == "NE"


def test_cells_of_a_share_list_those_in_whom_cells_were_detected(cut, expected):
    table = cut.table(NAME, estimator="cross_sectional")
    for month in (1, 3, 6, 9, 12, 15, 18):
        cell = table.cell(f"m{month}", "all")
        sampled = {
            code: dict(row.cart_detected)[month] for code, row in expected.items() if month in dict(row.cart_detected)
        }
        assert set(cell.subjects) == {code for code, detected in sampled.items() if detected}
        assert (cell.numbers["n"], cell.numbers["N"]) == (sum(sampled.values()), len(sampled))


def test_the_explanation_follows_the_rule_of_loss(cut, expected):
    twice = next(code for code, row in expected.items() if row.subject_id == "RECON-20")
    once = next(code for code, row in expected.items() if row.subject_id == "RECON-15")
    first, confirmed = (
        cut.details(NAME, (once, twice), rule=name).set_index("subject") for name in ("first", "confirmed")
    )
    assert set(first["clause"]) == {rule.LOST_FIRST}
    assert first["forms"][twice] == '[["cart_persistence", "m9", 1]]'
    assert (confirmed["clause"][twice], confirmed["clause"][once]) == (rule.LOST_TWICE, rule.ONE_BELOW)
    # Censored at the last sample with detection, of month 6.
    assert confirmed["forms"][once] == '[["cart_persistence", "m6", 1]]'
    both = cut["adpc_subject"].set_index("subject")
    assert (both["event"][once], both["confirmed_event"][once], both["confirmed_event"][twice]) == (True, False, True)


def test_the_figure_shows_the_numbers_of_the_table(cut):
    for curves in ("all", "groups"):
        table = cut.table(NAME, curves=curves)
        for curve in table.figure.data["curves"]:
            assert (curve["n"], curve["events"]) == tuple(
                table.cell("median", curve["key"]).numbers[key] for key in ("n", "events")
            )
            for month in (3, 6, 9, 12, 15, 18):
                heights = [s for time, s in zip(curve["times"], curve["survival"], strict=True) if time <= month]
                numbers = table.cell(f"m{month}", curve["key"]).numbers
                assert curve["at_risk"][table.figure.data["ticks"].index(month)] == numbers["at_risk"]
                if numbers["percent"] is not None:
                    assert 100 * (heights or [1.0])[-1] == pytest.approx(numbers["percent"])
    assert cut.table(NAME, estimator="cross_sectional").figure is None


def test_columns_are_dose_levels_or_extramedullary_disease(cut):
    assert [column.n for column in cut.table(NAME).columns] == [23, 3, 6, 8, 6]
    assert [column.n for column in cut.table(NAME, by="emd").columns] == [23, 9, 14]


# --- the time of a sample


def test_a_sample_of_day_280_taken_for_month_9_counts_at_month_9():
    # Day 280 is month 9.2: by its own day the loss is after month 9.
    cut = of({"01-001": [{"day": 31, "month": 1}, {"day": 280, "month": 9, "below": "BLD"}]})
    assert text(cut.table(NAME), "m9") == "0.0"
    assert text(cut.table(NAME, time="actual"), "m9") == "100.0"
    assert text(cut.table(NAME, time="actual"), "m12") == "0.0"
    assert text(cut.table(NAME, time="actual"), "median") == "9.2"


def test_a_sample_without_a_planned_month_counts_at_its_day():
    cut = of({"01-001": [{"day": 31, "month": 1}, {"day": 100, "below": "BLD"}]})
    numbers = cut.table(NAME).cell("median", "all").numbers
    assert numbers["median"] == pytest.approx(100 / 30.4375)
    assert cut["adpc_subject"]["flags"].iloc[0] == "NOMINAL_MONTH_MISSING"
    # For no planned month it is a sample at a month; on its day it is nearest to month 3.
    assert text(cut.table(NAME, estimator="cross_sectional"), "m3") == "–"
    assert text(cut.table(NAME, estimator="cross_sectional", time="actual"), "m3") == "0 of 1 (0.0 %)"


def test_of_several_samples_near_a_month_the_nearest_counts_and_on_one_day_any_detection():
    near = {"day": 275, "below": "BLD"}
    cut = of({"01-001": [{"day": 260}, near], "01-002": [{"day": 275}, near], "01-003": [{"day": 320}]})
    cell = cut.table(NAME, estimator="cross_sectional", time="actual").cell("m9", "all")
    # Month 9 is day 274: day 260 and day 275 are both near it, day 320 (month 10.5) is near no planned month.
    assert (cell.numbers["n"], cell.numbers["N"], cell.subjects) == (1, 2, ("01-002",))


def test_below_the_limit_of_quantification_is_detected_and_below_that_of_detection_is_not():
    cut = of({"01-001": [{"day": 91, "month": 3, "below": "BLQ"}], "01-002": [{"day": 91, "month": 3, "below": "BLD"}]})
    assert cut.table(NAME, estimator="cross_sectional").cell("m3", "all").subjects == ("01-001",)


def test_cells_that_come_back_are_lost_by_the_first_rule_and_not_by_the_second():
    samples = [{"day": 31, "month": 1}, {"day": 91, "month": 3, "below": "BLD"}, {"day": 183, "month": 6}]
    cut = of({"01-001": samples})
    assert (text(cut.table(NAME), "events"), text(cut.table(NAME, rule="confirmed"), "events")) == (
        "1 (100.0 %)", "0 (0.0 %)",
    )  # fmt: skip
    assert "REDETECTED" in cut["adpc_subject"]["flags"].iloc[0]


def test_never_sampled_is_censored_at_the_infusion_and_never_detected_lost_at_the_first_sample():
    cut = of({"01-001": [], "01-002": [{"day": 31, "month": 1, "below": "BLD"}]})
    frame = cut["adpc_subject"].set_index("subject")
    assert (frame["nominal"]["01-001"], bool(frame["event"]["01-001"])) == (0.0, False)
    assert (frame["nominal"]["01-002"], bool(frame["event"]["01-002"])) == (1.0, True)
    assert list(frame["clause"]) == [rule.NO_SAMPLE, rule.NEVER_DETECTED]


def test_a_sample_before_the_infusion_or_that_was_not_done_counts_nowhere():
    cut = of({"01-001": [{"day": -3, "month": 1, "below": "BLD"}, {"day": 31, "month": 1}]})
    assert text(cut.table(NAME), "events") == "0 (0.0 %)"
    assert text(cut.table(NAME, estimator="cross_sectional"), "m1") == "1 of 1 (100.0 %)"
    frames = dict(cut.frames)
    frames["cart_persistence"] = frames["cart_persistence"].assign(status="NOT_DONE")
    assert Cut(frames)["adpc"].empty


# --- extremes


@pytest.mark.parametrize("estimator", ["kaplan_meier", "cross_sectional"])
def test_an_empty_cut_has_its_table(estimator):
    table = Cut(empty()).table(NAME, estimator=estimator)
    assert table.rows
    assert all(str(cell.text) in ("0", "–") for row in table.rows for cell in row.cells)
    assert table.figure is None or "No subjects to show" in draw(table.figure)


def test_everybody_who_loses_the_cells_leaves_a_rate_of_0_and_nobody_one_of_100():
    lost = [{"day": 31, "month": 1}, {"day": 91, "month": 3, "below": "BLD"}]
    everybody, nobody = of({f"01-00{n}": lost for n in range(1, 4)}), of({f"01-00{n}": lost[:1] for n in range(1, 4)})
    assert (text(everybody.table(NAME), "m3"), text(everybody.table(NAME), "m24")) == ("0.0", "0.0")
    assert (text(nobody.table(NAME), "m1"), text(nobody.table(NAME), "m3")) == ("100.0", "NE")


def test_a_subject_who_was_not_infused_is_not_estimated(demo):
    subjects = demo["subject"].copy()
    subjects.loc[subjects["subject"] == "01-001", "infused_at"] = pd.NaT
    cut = Cut(demo | {"subject": subjects})
    assert cut.table(NAME, population="enrolled").cell("n", "all").numbers["n"] == 22
    assert "01-001" not in set(cut["adpc"]["subject"])


def test_options_are_printed_and_the_default_is_explained_by_the_registered_data_set(cut):
    plain = cut.table(NAME)
    for option in registry.find(NAME).options:
        for value in option.choices:
            table = cut.table(NAME, **{option.name: value})
            assert table.options[option.name] == value
            if value != option.default and option.name != "curves":
                assert (table.footnotes, table.columns) != (plain.footnotes, plain.columns)
    assert cut.explained(NAME)[1] is cut["adpc_subject"]
    assert set(registry.find(NAME).detail_columns) <= set(cut["losses"].frame("confirmed").columns)
