"""Adverse events: the small cut by hand (safety_frames.py), and every row of the demonstration study."""

import json
from datetime import date

import pandas as pd
import pytest

from analytics import published
from analytics.datasets.adae import CYTOPENIAS
from analytics.endpoints.adverse_events import LABELS
from analytics.registry import Cut
from crf.codelists import EventTerm
from crf.demo import calendar, rows
from tests.analytics.by_hand import made
from tests.analytics.safety_frames import USUAL_EVENT


def text(table, row, column="all"):
    return str(table.cell(row, column).text)


def with_event(frames, **event):
    """The cut with one more entry, the ninth of 02-005."""
    entry = made(
        "adverse_event", [{"subject": "02-005", "occurrence": 9, "term": "OTHER", "grade": "1", **USUAL_EVENT, **event}]
    )
    return frames | {"adverse_event": pd.concat([frames["adverse_event"], entry], ignore_index=True)}


def only(cut):
    adae = cut["adae"]
    return adae[adae["occurrence"] == 9].iloc[0]


def test_a_term_is_counted_once_a_subject_with_its_worst_grade(frames):
    table = Cut(frames).table("adverse_events")
    assert text(table, "neutropenia") == "2 (33.3 %)"
    assert text(table, "neutropenia.ci") == "4.3 to 77.7"  # Clopper-Pearson for 2 of 6
    assert table.cell("neutropenia.grade_4", "all").subjects == ("01-001",)
    assert table.cell("neutropenia.grade_2", "all").subjects == ()  # its second event was milder
    assert table.cell("neutropenia.grade_3_plus", "1.0").subjects == ("01-001", "01-002")
    assert (text(table, "neutropenia.events"), text(table, "any.events")) == ("3", "6")
    assert table.cell("infection.serious", "all").subjects == ("02-001",)
    assert table.cell("any.related", "all").subjects == ("01-001", "01-002", "01-003", "02-002")
    assert table.cell("other.grade_unknown", "all").subjects == ("02-002",)


def test_an_event_from_before_the_infusion_counts_where_asked(frames):
    cut = Cut(frames)
    with pytest.raises(KeyError):
        cut.table("adverse_events").cell("thrombocytopenia", "all")
    table = cut.table("adverse_events", onsets="any")
    assert table.cell("thrombocytopenia", "all").subjects == ("02-002",)
    enrolled = cut.table("adverse_events", onsets="any", population="enrolled")
    assert enrolled.cell("infection", "all").subjects == ("02-001", "02-003")
    assert cut.table("adverse_events", population="enrolled").cell("infection", "all").subjects == ("02-001",)


def test_related_events_are_those_that_nobody_called_unrelated(frames):
    table = Cut(frames).table("adverse_events", attribution="cart")
    assert text(table, "neutropenia.events") == "2"
    assert table.cell("other", "all").subjects == ("02-002",)  # unknown: counts
    assert "any" in {row.key for row in table.rows} and "infection" not in {row.key for row in table.rows}
    shown = Cut(frames).details("adverse_events", ("01-001",), attribution="cart")
    assert (shown.loc[0, "events"], json.loads(shown.loc[0, "forms"])) == (1, [["adverse_event", "", 1]])


def test_options_stand_in_the_footnotes(frames):
    cut = Cut(frames)
    for chosen, words in (
        ({"attribution": "cart"}, "does not call unrelated"),
        ({"onsets": "any"}, "those from before the infusion included"),
        ({"population": "enrolled"}, "All enrolled"),
    ):
        for table, stated in ((cut.table("adverse_events", **chosen), True), (cut.table("adverse_events"), False)):
            assert any(words in str(note) for note in table.footnotes) is stated


def test_days_are_counted_once_where_events_overlap(frames):
    # Days 2 to 11 and 11 to 17: 16 days. 01-002: 27 days so far. S falls to one half at 16 and stays: (16 + 27) / 2.
    km = Cut(frames).table("adverse_events").cell("neutropenia.km.median", "all").numbers
    assert (km["n"], km["events"], km["median"]) == (2, 1, 21.5)


def test_an_ongoing_event_is_censored_at_the_last_contact(frames):
    line = Cut(frames)["adae"].query("subject == '01-002'").iloc[0]
    assert (line["resolved"], line["seen_day"], line["duration_days"]) == (False, 30, 27)
    alive = made("survival_status", [{"subject": "01-002", "visit": "m2", "status_on": date(2026, 1, 5), "alive": "Y",
                                      "last_known_alive_on": date(2026, 1, 4)}])  # fmt: skip
    later = Cut(frames | {"survival_status": alive})["adae"].query("subject == '01-002'").iloc[0]
    assert later["seen_day"] == 62
    died = made("death", [{"subject": "01-002", "visit": "u1", "died_on": date(2025, 11, 20), "cause": "OTHER"}])
    dead = Cut(frames | {"death": died})["adae"].query("subject == '01-002'").iloc[0]
    assert (dead["seen_day"], dead["resolved"]) == (17, False)


def test_a_fatal_event_did_not_resolve(frames):
    km = Cut(frames).table("adverse_events").cell("infection.km.median", "all").numbers
    assert (km["n"], km["events"], km["median"]) == (1, 0, None)


def test_an_end_that_is_not_recorded_or_before_the_onset_is_censored_at_the_onset(frames):
    for end in (None, "2025-11-01"):
        cut = Cut(with_event(frames, onset_on="2025-11-10", ended_on=end))
        line = only(cut)
        assert (line["resolved"], line["duration_days"], pd.isna(line["end_day"])) == (False, 1, True)
    assert any("before the onset" in str(n) and "02-005" in str(n) for n in cut.table("adverse_events").footnotes)


@pytest.mark.parametrize(
    ("onset", "end", "emergent", "day"),
    [
        ("2025-11-03", "2025-11-04", True, 0),  # the day of the infusion
        ("2025-11-02", "2025-11-04", False, -1),
        ("2025-11", "2025-11-20", True, 0),  # may be after the infusion: the day of the infusion
        ("2025-11", "2025-11-02", False, -1),  # over before it
        ("2025", "2026-01", True, 0),
        ("2025-10", "2025-11", False, -33),
        ("2024", "2026-01", False, -672),
        (None, "2025-11-02", False, None),  # no onset, over before the infusion
        (None, "2025-11-03", True, None),
        (None, None, True, None),
    ],
)
def test_treatment_emergent_is_what_may_have_begun_after_the_infusion(frames, onset, end, emergent, day):
    line = only(Cut(with_event(frames, onset_on=onset, ended_on=end)))
    assert line["emergent"] == emergent
    assert (None if pd.isna(line["onset_day"]) else line["onset_day"]) == day


def test_completed_dates_and_missing_ones_are_named_with_their_subjects(frames):
    def said(name, **options):
        return [str(note) for note in Cut(frames).table(name, **options).footnotes]

    assert "Dates completed: 01-003." in said("adverse_events")
    assert "No onset recorded, so counted but without a duration: 02-002." in said("adverse_events")
    # The entry without an onset is no cytopenia: that table does not name its subject.
    assert not any("No onset recorded" in note for note in said("cytopenias"))


def test_a_partial_end_is_not_later_than_the_last_contact(frames):
    line = only(Cut(with_event(frames, onset_on="2025-11-10", ended_on="2025-12")))
    assert (line["end_day"], line["resolved"], line["flags"]) == (30, True, "END_IMPUTED")


def test_the_day_of_the_infusion_is_that_of_the_site(frames):
    # 2025-11-02 at 17:00 UTC is the third of November at the site.
    subject = frames["subject"].assign(
        infused_at=frames["subject"]["infused_at"].where(
            frames["subject"]["infused_at"].isna(), pd.Timestamp("2025-11-02T17:00Z")
        )
    )
    line = only(Cut(with_event(frames | {"subject": subject}, onset_on="2025-11-02", ended_on="2025-11-05")))
    assert (line["onset_day"], line["emergent"]) == (-1, False)


def test_cytopenias_are_the_four_terms_whether_or_not_they_occurred(frames):
    table = Cut(frames).table("cytopenias")
    found = {term: table.cell(term.lower(), "all").subjects for term in CYTOPENIAS}
    assert found == {
        "NEUTROPENIA": ("01-001", "01-002"), "LEUKOPENIA": (), "ANAEMIA": ("01-003",), "THROMBOCYTOPENIA": (),
    }  # fmt: skip
    assert table.cell("any", "all").subjects == ("01-001", "01-002", "01-003")
    assert any("invented" in str(note) for note in table.footnotes)


def test_each_subject_opens_the_entries_behind_the_table(frames):
    cut = Cut(frames)
    shown = cut.details("cytopenias", ("01-001", "02-001")).set_index("subject")
    assert json.loads(shown.loc["01-001", "forms"]) == [["adverse_event", "", 1], ["adverse_event", "", 2]]
    assert json.loads(shown.loc["02-001", "forms"]) == []  # an infection is no cytopenia
    held = set(zip(frames["adverse_event"]["subject"], frames["adverse_event"]["occurrence"], strict=True))
    for code, forms in cut["adae_subject"].set_index("subject")["forms"].items():
        assert all((code, occurrence) in held for _form, _visit, occurrence in json.loads(forms))


def test_an_entry_without_a_term_has_lines_of_its_own(frames):
    table = Cut(with_event(frames, term=None, onset_on="2025-11-10")).table("adverse_events")
    assert table.cell("no_term", "all").subjects == ("02-005",)


def test_a_cut_without_any_event_has_its_first_lines(frames):
    table = Cut(frames | {"adverse_event": frames["adverse_event"].iloc[:0]}).table("adverse_events")
    assert (text(table, "any"), text(table, "any.events"), text(table, "any.km.median")) == ("0 (0.0 %)", "0", "–")
    assert [row.key for row in table.rows if "." not in row.key] == ["any"]


def test_every_term_of_the_form_has_its_label():
    assert {code: str(label) for code, label in LABELS.items()} == {
        code: str(label) for code, label in EventTerm.choices
    }


@pytest.mark.parametrize("name", ["adverse_events", "cytopenias"])
def test_the_order_of_the_rows_moves_nothing(name, frames):
    shuffled = frames["adverse_event"].sample(frac=1, random_state=4).reset_index(drop=True)
    assert Cut(frames | {"adverse_event": shuffled}).table(name) == Cut(frames).table(name)


# --- the demonstration study


def test_every_demonstration_subject_has_in_the_log_the_events_of_its_row(demo_cut):
    adae = demo_cut["adae"]
    logged = {code: set(own["term"]) for code, own in adae[adae["emergent"]].groupby("subject")}
    for place in calendar.placements():
        row = rows.by_id(place.subject_id)
        terms = [*CYTOPENIAS, "HEPATOTOXICITY", "NEPHROTOXICITY", "NEUROTOXICITY"]
        had = {term for term in terms if getattr(row, term.lower())} | ({"CRS"} if row.crs_max_grade else set())
        assert logged.get(place.code, set()) == had, place.code


def test_the_published_cytopenias_are_computed_with_the_default_options(demo_cut):
    table = demo_cut.table("cytopenias")
    lines = {line.key: line for line in published.published()}
    for term in CYTOPENIAS:
        numbers, line = table.cell(term.lower(), "all").numbers, lines[term.lower()]
        assert (numbers["n"], numbers["N"]) == (line.numerator, line.denominator), term


def test_an_ongoing_event_of_the_demonstration_study_is_censored_at_the_last_contact(demo_cut):
    ongoing = demo_cut["adae"].query("ongoing == 'Y'")
    by_code = {place.code: rows.by_id(place.subject_id) for place in calendar.placements()}
    assert len(ongoing) > 0
    for event in ongoing.itertuples():
        assert not event.resolved
        assert event.seen_day == calendar.last_day(by_code[event.subject].os_months), event.subject
