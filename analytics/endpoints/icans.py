"""Neurotoxicity (ICANS): maximum grade, onset and duration; overall and by dose level."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.derive import plain
from analytics.endpoints.crs import DAY_NOTE, EPISODES_NOTE, MAXIMUM_NOTE
from analytics.endpoints.groups import EXACT_NOTE, POPULATION, Group, by_dose_level, population_note, rate_rows
from analytics.endpoints.kaplan_meier import Observed, median_rows
from analytics.endpoints.subgroups import where
from analytics.endpoints.summaries import QUARTILES_NOTE, summary_rows
from analytics.layout import Body, Row, Words, count, say
from analytics.registry import endpoint
from trial.rules.icans_episodes import PLAUSIBLE_ONSET_DAYS
from trial.rules.icans_ice import VERSION

GRADES = (0, 1, 2, 3, 4, 5)
DETAILS = {
    "maximum": _("Maximum grade"),
    "maximum_day": _("Study day of the maximum"),
    "episodes": _("Episodes"),
    "onset_day": _("Onset, study day"),
    "duration_days": _("Duration in days"),
    "ongoing": _("Ongoing"),
}
RULE_NOTE = say(
    _("Grades are computed from the ICANS assessments by rule {version}; the investigator's grade is not used."),
    version=VERSION,
)
DURATION_NOTE = Words(
    _(
        "Duration: last day with grade 1 or more minus day of first onset, plus 1. Resolution needs two consecutive clear "
        "days: grade 0 and ICE back to 10 or to the subject's own baseline (convention)."
    )
)
KM_NOTE = Words(
    _(
        "Duration, Kaplan-Meier: every subject with ICANS; one whose ICANS had not resolved, death included, is censored at "
        "the last assessment. Median with Brookmeyer-Crowley 95 % CI on the log-log scale. NE: not estimable."
    )
)


@endpoint(
    title=_("Neurotoxicity (ICANS) by maximum grade"),
    definition=_(
        "Number and percentage of subjects by the highest ICANS grade after the infusion, with exact 95 % confidence "
        "intervals."
    ),
    options=(POPULATION,),
    details="adicans_subject",
    detail_columns=DETAILS,
)
def icans_by_grade(adsl: pd.DataFrame, adicans_subject: pd.DataFrame, *, population: str) -> Body:
    """Any grade, grade 1-2, grade 3 or more, then each grade; a subject without a gradable assessment has a line."""
    groups = by_dose_level(adsl, population)
    grade = adicans_subject["maximum"]
    sums: tuple[tuple[str, Words, pd.Series], ...] = (
        ("any", Words(_("Any grade (1 to 5)")), grade >= 1),
        ("grade_1_2", Words(_("Grade 1 to 2")), grade.between(1, 2)),
        ("grade_3_plus", Words(_("Grade 3 or higher")), grade >= 3),
    )
    rows: list[Row] = []
    for key, label, condition in sums:
        rows.extend(rate_rows(key, label, where(adicans_subject, condition), groups))
    rows.append(Row(Words(_("Maximum grade")), kind="heading", key="maximum"))
    for n in GRADES:
        has = where(adicans_subject, grade == n)
        rows.extend(rate_rows(f"grade_{n}", say(_("Grade {grade}"), grade=n), has, groups, indent=1))
    missing = where(adicans_subject, grade.isna())
    rows.extend(rate_rows("not_graded", Words(_("Not assessed or not gradable")), missing, groups, indent=1))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), MAXIMUM_NOTE, RULE_NOTE, EXACT_NOTE,
            Words(_("Grade 0: assessed, and no assessment was ICANS.")),
            *_named(adicans_subject, groups[0]),
        ),
        population=groups[0].label,
        stub=Words(_("ICANS")),
    )  # fmt: skip


def _named(frame: pd.DataFrame, everyone: Group) -> tuple[Words, ...]:
    """Names the subjects whose maximum may be higher, and those whose onset is later than ICANS is expected."""
    uncertain = everyone.among(where(frame, (frame["uncertain"] > 0) & (frame["judged"] > 0)))
    late = everyone.among(where(frame, frame["late_onset"]))
    higher = _("An assessment lacks an item that the grade needs; the maximum may be higher: {subjects}.")
    after = _("Onset more than {days} days after the infusion: {subjects}.")
    notes = [say(higher, subjects=", ".join(uncertain))] if uncertain else []
    notes += [say(after, days=PLAUSIBLE_ONSET_DAYS, subjects=", ".join(late))] if late else []
    return tuple(notes)


@endpoint(
    title=_("Onset and duration of neurotoxicity (ICANS)"),
    definition=_(
        "Study day of the first onset and of the first assessment at the maximum grade, and days from the first onset to "
        "the last resolution, of subjects with ICANS."
    ),
    options=(POPULATION,),
    details="adicans_subject",
    detail_columns=DETAILS,
)
def icans_onset_duration(adsl: pd.DataFrame, adicans_subject: pd.DataFrame, *, population: str) -> Body:
    """Summaries of the subjects with ICANS; a duration that had not ended is censored, not summarised as if it had."""
    groups = by_dose_level(adsl, population)
    ill = adicans_subject[(adicans_subject["maximum"] >= 1).fillna(False).astype(bool)]
    ended = ill[~ill["ongoing"].astype(bool)]
    rows = [
        Row(Words(_("Subjects with ICANS")), tuple(count(g.among(ill["subject"])) for g in groups), key="with_icans")
    ]
    parts: tuple[tuple[str, Words, pd.DataFrame, str], ...] = (
        ("onset", Words(_("First onset, study day")), ill, "onset_day"),
        ("maximum", Words(_("First day at the maximum grade, study day")), ill, "maximum_day"),
        ("duration", Words(_("Duration in days, resolved")), ended, "duration_days"),
    )
    for key, label, frame, column in parts:
        rows.extend(summary_rows(key, label, dict(zip(frame["subject"], plain(frame[column]), strict=True)), groups))
    rows.append(Row(Words(_("Duration in days, Kaplan-Meier")), kind="heading", key="km"))
    rows.extend(median_rows(_observed(ill), groups, Words(_("Median")), prefix="km."))
    ongoing = groups[0].among(where(ill, ill["ongoing"]))
    named = _("Not resolved, and left out of the resolved durations: {subjects}.")
    unresolved = say(named, subjects=", ".join(ongoing)) if ongoing else Words(_("No ICANS was unresolved."))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), DAY_NOTE, RULE_NOTE, EPISODES_NOTE, DURATION_NOTE, QUARTILES_NOTE, KM_NOTE,
            unresolved,
        ),
        population=groups[0].label,
        stub=Words(_("ICANS")),
    )  # fmt: skip


def _observed(ill: pd.DataFrame) -> Observed:
    """Days of ICANS by subject; resolution is the event, an unresolved ICANS is censored at its last assessment."""
    seen = ill["last_day"] - ill["onset_day"] + 1
    ongoing = ill["ongoing"].astype(bool)
    days = plain(ill["duration_days"].where(~ongoing, seen))
    codes = plain(ill["subject"])
    return Observed(
        {code: float(day) for code, day in zip(codes, days, strict=True)},
        dict(zip(codes, plain(~ongoing), strict=True)),
    )
