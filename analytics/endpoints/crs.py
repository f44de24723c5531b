"""Cytokine release syndrome: maximum grade, onset and duration, and treatment; overall and by dose level."""

from collections.abc import Iterable, Sequence

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics import statistics
from analytics.derive import plain
from analytics.endpoints.groups import EXACT_NOTE, POPULATION, Group, by_dose_level, population_note, rate_rows
from analytics.endpoints.summaries import QUARTILES_NOTE, summary_rows
from analytics.layout import DASH, Body, Cell, Row, Words, between, count, figure, say
from analytics.registry import endpoint
from trial.rules.crs_axes import VERSION

GRADES = (0, 1, 2, 3, 4, 5)
NOT_ESTIMABLE = Words(_("NE"))
MAXIMUM_NOTE = Words(_("A subject counts once, with the maximum grade over all assessments and episodes."))
DAY_NOTE = Words(_("Study day: calendar days at the site, infusion = day 0."))
EPISODES_NOTE = Words(
    _("Several episodes in one subject count as one: first onset, maximum grade over all episodes, last resolution.")
)
DURATION_NOTE = Words(
    _(
        "Duration: last day with grade 1 or more minus day of first onset, plus 1. Resolution needs two consecutive "
        "clear days (convention)."
    )
)
KM_NOTE = Words(
    _(
        "Duration, Kaplan-Meier: every subject with CRS; one whose CRS had not resolved, death included, is censored "
        "at the last assessment. Median with Brookmeyer-Crowley 95 % CI on the log-log scale. NE: not estimable."
    )
)
ONGOING_NOTE = _("Not resolved, and left out of the resolved durations: {subjects}.")
DETAILS = {
    "maximum": _("Maximum grade"),
    "maximum_day": _("Study day of the maximum"),
    "episodes": _("Episodes"),
    "onset_day": _("Onset, study day"),
    "duration_days": _("Duration in days"),
    "ongoing": _("Ongoing"),
}


def rule_note() -> Words:
    """Which rule graded, as a footnote."""
    note = _("Grades are computed from the CRS assessments by rule {version}; the investigator's grade is not used.")
    return say(note, version=VERSION)


def _where(frame: pd.DataFrame, condition: pd.Series) -> tuple[str, ...]:
    return tuple(plain(frame.loc[condition.fillna(False).astype(bool), "subject"]))


@endpoint(
    title=_("Cytokine release syndrome by maximum grade"),
    definition=_(
        "Number and percentage of subjects by the highest CRS grade after the infusion, with exact 95 % confidence "
        "intervals."
    ),
    options=(POPULATION,),
    details="adcrs_subject",
    detail_columns=DETAILS,
)
def crs_by_grade(adsl: pd.DataFrame, adcrs_subject: pd.DataFrame, *, population: str) -> Body:
    """Any grade, grade 1-2, grade 3 or more, then each grade; a subject without a gradable assessment has a line."""
    groups = by_dose_level(adsl, population)
    grade = adcrs_subject["maximum"]
    sums: tuple[tuple[str, Words, pd.Series], ...] = (
        ("any", Words(_("Any grade (1 to 5)")), grade >= 1),
        ("grade_1_2", Words(_("Grade 1 to 2")), grade.between(1, 2)),
        ("grade_3_plus", Words(_("Grade 3 or higher")), grade >= 3),
    )
    rows: list[Row] = []
    for key, label, condition in sums:
        rows.extend(rate_rows(key, label, _where(adcrs_subject, condition), groups))
    rows.append(Row(Words(_("Maximum grade")), kind="heading", key="maximum"))
    for n in GRADES:
        has = _where(adcrs_subject, grade == n)
        rows.extend(rate_rows(f"grade_{n}", say(_("Grade {grade}"), grade=n), has, groups, indent=1))
    missing = _where(adcrs_subject, grade.isna())
    rows.extend(rate_rows("not_graded", Words(_("Not assessed or not gradable")), missing, groups, indent=1))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), MAXIMUM_NOTE, rule_note(), EXACT_NOTE,
            Words(_("Grade 0: assessed, and no assessment was a CRS.")),
            *_lower_bounds(adcrs_subject, groups[0]),
        ),
        population=groups[0].label,
        stub=Words(_("CRS")),
    )  # fmt: skip


def _lower_bounds(frame: pd.DataFrame, group: Group) -> tuple[Words, ...]:
    """Names the subjects whose maximum may be higher, because an assessment lacks something that the grade needs."""
    codes = group.among(_where(frame, (frame["uncertain"] > 0) & (frame["judged"] > 0)))
    note = _("An assessment lacks an item that the grade needs; the maximum may be higher: {subjects}.")
    return (say(note, subjects=", ".join(codes)),) if codes else ()


@endpoint(
    title=_("Onset and duration of cytokine release syndrome"),
    definition=_(
        "Study day of the first onset and of the first assessment at the maximum grade, and days from the first onset "
        "to the last resolution, of subjects with CRS."
    ),
    options=(POPULATION,),
    details="adcrs_subject",
    detail_columns=DETAILS,
)
def crs_onset_duration(adsl: pd.DataFrame, adcrs_subject: pd.DataFrame, *, population: str) -> Body:
    """Summaries of the subjects with CRS; a duration that had not ended is censored, not summarised as if it had."""
    groups = by_dose_level(adsl, population)
    ill = adcrs_subject[(adcrs_subject["maximum"] >= 1).fillna(False).astype(bool)]
    ended = ill[~ill["ongoing"].astype(bool)]
    rows = [Row(Words(_("Subjects with CRS")), tuple(count(g.among(ill["subject"])) for g in groups), key="with_crs")]
    parts: tuple[tuple[str, Words, pd.DataFrame, str], ...] = (
        ("onset", Words(_("First onset, study day")), ill, "onset_day"),
        ("maximum", Words(_("First day at the maximum grade, study day")), ill, "maximum_day"),
        ("duration", Words(_("Duration in days, resolved")), ended, "duration_days"),
    )
    for key, label, frame, column in parts:
        rows.extend(summary_rows(key, label, dict(zip(frame["subject"], plain(frame[column]), strict=True)), groups))
    rows.extend(_censored_rows(ill, groups))
    ongoing = groups[0].among(_where(ill, ill["ongoing"]))
    unresolved = say(ONGOING_NOTE, subjects=", ".join(ongoing)) if ongoing else Words(_("No CRS was unresolved."))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), DAY_NOTE, rule_note(), EPISODES_NOTE, DURATION_NOTE, QUARTILES_NOTE, KM_NOTE,
            unresolved,
        ),
        population=groups[0].label,
        stub=Words(_("CRS")),
    )  # fmt: skip


def _censored_rows(ill: pd.DataFrame, groups: Sequence[Group]) -> Iterable[Row]:
    """Median duration by Kaplan-Meier: resolution is the event, an unresolved CRS censored at its last assessment."""
    seen = ill["last_day"] - ill["onset_day"] + 1
    days = dict(zip(ill["subject"], plain(ill["duration_days"].where(~ill["ongoing"].astype(bool), seen)), strict=True))
    resolved = dict(zip(ill["subject"], plain(~ill["ongoing"].astype(bool)), strict=True))
    medians, limits = [], []
    for group in groups:
        codes = group.among(days)
        estimate = statistics.median(statistics.kaplan_meier([days[c] for c in codes], [resolved[c] for c in codes]))
        numbers = {
            "n": len(codes), "events": sum(resolved[c] for c in codes),
            "median": estimate.value, "low": estimate.low, "high": estimate.high,
        }  # fmt: skip
        missing = NOT_ESTIMABLE if codes else DASH
        medians.append(Cell(figure(estimate.value, missing=missing), numbers, codes))
        limits.append(Cell(between(estimate.low, estimate.high, missing=missing), numbers, codes))
    yield Row(Words(_("Duration in days, Kaplan-Meier")), kind="heading", key="km")
    yield Row(Words(_("Median")), tuple(medians), indent=1, key="km.median")
    yield Row(Words(_("95 % CI")), tuple(limits), indent=1, key="km.ci")


TREATMENTS: tuple[tuple[str, Words], ...] = (
    ("tocilizumab", Words(_("Tocilizumab"))),
    ("other_anticytokine", Words(_("Other anti-cytokine drug"))),
    ("unnamed_anticytokine", Words(_("Anti-cytokine drug not named"))),
    ("steroid", Words(_("Corticosteroid"))),
    ("vasopressor", Words(_("Vasopressor"))),
)


@endpoint(
    title=_("Treatment of cytokine release syndrome"),
    definition=_(
        "Number and percentage of subjects given each treatment for CRS at any assessment after the infusion, among "
        "all of the population and among those with CRS, with exact 95 % confidence intervals."
    ),
    options=(POPULATION,),
    details="adcrs_subject",
    detail_columns=DETAILS | {key: label.msgid for key, label in TREATMENTS},
)
def crs_treatment(adsl: pd.DataFrame, adcrs_subject: pd.DataFrame, *, population: str) -> Body:
    """Each treatment twice: of all subjects of the column, then of its subjects with CRS."""
    groups = by_dose_level(adsl, population)
    ill = _where(adcrs_subject, adcrs_subject["maximum"] >= 1)
    with_crs = tuple(Group(group.key, group.label, group.among(ill)) for group in groups)
    rows: list[Row] = []
    for block, label, among in (
        ("all", groups[0].label, groups),
        ("crs", Words(_("Among subjects with CRS")), with_crs),
    ):
        sizes = tuple(Cell(f"N = {len(group.subjects)}", {"N": len(group.subjects)}, group.subjects) for group in among)
        rows.append(Row(label, sizes, kind="heading", key=block))
        for key, said in TREATMENTS:
            given = _where(adcrs_subject, adcrs_subject[key])
            rows.extend(rate_rows(f"{block}.{key}", said, given, among, indent=1))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), rule_note(),
            Words(_("95 % CI: exact (Clopper-Pearson), in percent of the N above the lines.")),
            Words(_("A drug counts where a CRS assessment says that it was given for CRS.")),
            Words(_("Vasopressors count unless the hypotension has another cause; inotropes do not count.")),
            Words(_("A subject may count in several lines.")),
        ),
        population=groups[0].label,
        stub=Words(_("Treatment")),
    )  # fmt: skip
