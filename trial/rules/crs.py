"""Cytokine release syndrome by ASTCT 2019: the grade of one assessment, and the course of a subject."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from trial.rules import crs_axes, crs_temperature
from trial.rules.crs_axes import AXIS_CLAUSES, VERSION, finding
from trial.rules.crs_episodes import Course, Episode, Follow, day_of, episode
from trial.rules.crs_options import CONVENTION, NOTE, RECOMMENDED, TABLE, AstctOptions
from trial.rules.crs_pressors import rows_of
from trial.rules.verdict import Verdict, concluded, joined, known

__all__ = ["CLAUSES", "FLAGS", "AstctOptions", "Course", "Episode", "astct_2019", "course"]

DEATH = "Death due to CRS."
CANNOT_WITHOUT_TEMPERATURE = "Cannot be judged: the temperature is not recorded, and fever is required here."
NOT_CRS_OTHER_CAUSE = "The fever has another cause and no episode of CRS is open: not CRS."
NOT_CRS_NO_FEVER = "No fever and no open episode of CRS: not CRS, whatever the blood pressure and the oxygen."
FEVER_GONE = "Fever is gone without a drug for CRS: the text of ASTCT 2019 gives grade 0."
CANNOT_NOT_ALL_RECORDED = "Cannot be judged: what is recorded is clear, but not all of it is recorded."
FEVER_AT_LEAST = "Fever; hypotension or oxygen support is not recorded: at least grade 1."
FEVER_ONLY = "Fever, without hypotension and without hypoxia."
CLEAR = "No fever, no hypotension and no hypoxia of CRS in an open episode: clear."
WAIVED = "Fever is no longer required: an antipyretic, anti-cytokine drug or corticosteroid was given in this episode."
OPEN_EPISODE = "The episode is still open: hypotension and hypoxia are graded without fever."

CLAUSES: tuple[str, ...] = (
    DEATH, CANNOT_WITHOUT_TEMPERATURE, NOT_CRS_OTHER_CAUSE, NOT_CRS_NO_FEVER, FEVER_GONE, CANNOT_NOT_ALL_RECORDED,
    FEVER_AT_LEAST, FEVER_ONLY, CLEAR, WAIVED, OPEN_EPISODE, *AXIS_CLAUSES,
)  # fmt: skip

# What each flag asks of the reader; fixed sentences, to be translated like clauses.
FLAGS: dict[str, str] = {
    "LOWER_BOUND": "Something is not recorded; the grade may be higher.",
    "TEMPERATURE_MISSING": "The temperature is not recorded.",
    "TEMPERATURE_ELSEWHERE": "The highest temperature since the last assessment stands in the vital signs, and counts.",
    "HYPOTENSION_MISSING": "It is not recorded whether there was hypotension.",
    "HYPOXIA_MISSING": "The oxygen support is not recorded or not known.",
    "FLOW_MISSING": "The oxygen flow is not recorded.",
    "VENTILATION_REASON_MISSING": "The reason for positive pressure is not recorded.",
    "PRESSOR_WITHOUT_HYPOTENSION": "A vasopressor is recorded, but hypotension is not.",
    "PRESSOR_DRUG_MISSING": "A vasopressor is recorded without its name.",
    "PRESSOR_OTHER": "A vasopressor outside the list was counted.",
    "PRESSOR_TIMES_MISSING": "Vasopressors without a start were assumed to have run at the same time.",
    "PRESSOR_TIMES_REVERSED": "A vasopressor stops before it starts; it was assumed to have run all the time.",
    "PRESSORS_IN_SEQUENCE": "Vasopressors one after the other were counted as one, by convention.",
    "VASOPRESSIN_ALONE": "Vasopressin is the only vasopressor; its grade is a convention.",
    "INOTROPE_NOT_COUNTED": "An inotrope is not counted as a vasopressor, by convention.",
    "OXYGEN_AT_BASELINE": "Oxygen support unchanged since before the infusion is not counted, by convention.",
    "HIGH_FLOW_DEVICE_AT_LOW_FLOW": "A high-flow cannula is recorded with a low flow; the device decides.",
    "FEVER_CAUSE_UNKNOWN": "It is unknown whether the fever is due to CRS; it is counted.",
    "HYPOTENSION_CAUSE_UNKNOWN": "It is unknown whether the hypotension is due to CRS; it is counted.",
    "HYPOXIA_CAUSE_UNKNOWN": "It is unknown whether the need for oxygen is due to CRS; it is counted.",
    "DEATH_CAUSE_UNKNOWN": "It is unknown whether the death is due to CRS; it is not graded as such.",
    "NO_FEVER_IN_OPEN_EPISODE": "Graded without fever because the episode is still open, by convention.",
    "MASKED_ONSET_POSSIBLE": "A drug for CRS was given although no fever is documented; the onset may be masked.",
    "ONSET_LATE": "The onset is more than 14 days after the infusion.",
    "ONSET_BEFORE_INFUSION": "The onset is before the infusion.",
}


class Assessment(NamedTuple):
    """One CRS assessment as the rule reads it; anything not recorded is None."""

    assessed_at: Any
    temperature: Any
    fever_due_to_crs: str | None
    antipyretic: str | None
    anticytokine: str | None
    steroid: str | None
    hypotension: str | None
    hypotension_due_to_crs: str | None
    vasopressors: Any
    oxygen: str | None
    oxygen_flow: Any
    oxygen_at_baseline: str | None
    hypoxia_due_to_crs: str | None
    ventilation_reason: str | None
    death_due_to_crs: str | None

    @property
    def support(self) -> bool:
        """Whether a drug for CRS was given since the last assessment."""
        return "Y" in (self.antipyretic, self.anticytokine, self.steroid)


def astct_2019(
    *,
    temperature: Decimal | float | None,
    fever_due_to_crs: str | None,
    antipyretic: str | None,
    anticytokine: str | None,
    steroid: str | None,
    hypotension: str | None,
    hypotension_due_to_crs: str | None,
    vasopressors: Any,
    oxygen: str | None,
    oxygen_flow: Decimal | float | None,
    oxygen_at_baseline: str | None,
    hypoxia_due_to_crs: str | None,
    ventilation_reason: str | None,
    death_due_to_crs: str | None,
    history: Iterable[Any] = (),
    vital_signs: Iterable[Any] = (),
    assessed_at: datetime | date | None = None,
    options: AstctOptions = RECOMMENDED,
) -> Verdict:
    """Grade one assessment, 0 to 5; None = cannot be judged.

    Temperature in Cel, flow in L/min; `vasopressors` = rows with drug, started_at, stopped_at; causes blank or U count.
    `history` = the earlier assessments of the same infusion, oldest first. `assessed_at` tells whether the last of
    them is of the same day (its day is then not over); None = this assessment is of a later day. `vital_signs` = those
    since the infusion; where they hold a higher temperature than an assessment, theirs counts (crs_temperature).
    Source: Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638, table 2.
    """
    now = Assessment(
        assessed_at=assessed_at,
        temperature=temperature,
        fever_due_to_crs=fever_due_to_crs,
        antipyretic=antipyretic,
        anticytokine=anticytokine,
        steroid=steroid,
        hypotension=hypotension,
        hypotension_due_to_crs=hypotension_due_to_crs,
        vasopressors=vasopressors,
        oxygen=oxygen,
        oxygen_flow=oxygen_flow,
        oxygen_at_baseline=oxygen_at_baseline,
        hypoxia_due_to_crs=hypoxia_due_to_crs,
        ventilation_reason=ventilation_reason,
        death_due_to_crs=death_due_to_crs,
    )
    *earlier, this = _read([*history, now], vital_signs, options)
    _, follow = _replay(earlier, options)
    return _judge(this, follow=follow, options=options)


def course(
    assessments: Iterable[Any],
    *,
    vital_signs: Iterable[Any] = (),
    infused_at: datetime | date | None = None,
    options: AstctOptions = RECOMMENDED,
) -> Course:
    """Judge all assessments of one subject after one infusion in one pass, oldest first.

    Each has the item names as attributes (with `anticytokine_drug`). Days are those of the time zone that
    `assessed_at` carries. The last day counts as over. `infused_at` only dates the onset; None = `onset_day` is None.
    `vital_signs` as for one assessment. A fever in them dates the onset, and the day it was measured on is not clear; one
    after the last assessment begins nothing, but that assessment's day is not known to be clear.
    """
    rows = list(assessments)
    measured = list(vital_signs) if options.vital_signs_count else []
    verdicts, follow = _replay(_read(rows, measured, options), options)
    follow.unjudged({at.date() for at in crs_temperature.fevers_after(rows, measured)})
    follow.close_day()
    episodes = (episode(span, assessments=rows, verdicts=verdicts, infused_at=infused_at) for span in follow.spans)
    return Course(verdicts=tuple(verdicts), episodes=tuple(episodes))


def _read(assessments: Iterable[Any], vital_signs: Iterable[Any], options: AstctOptions) -> list[Any]:
    return crs_temperature.read(assessments, vital_signs if options.vital_signs_count else ())


def _replay(assessments: Iterable[Any], options: AstctOptions) -> tuple[list[Verdict], Follow]:
    follow = Follow(options=options)
    return [_judge(one, follow=follow, options=options) for one in assessments], follow


def _judge(assessment: Any, *, follow: Follow, options: AstctOptions) -> Verdict:
    """Grade the next assessment and carry the state forward."""
    now = _clean(assessment)
    fever = crs_axes.fever(now.temperature, now.fever_due_to_crs, elsewhere=crs_temperature.elsewhere(assessment))
    hypotension = crs_axes.hypotension(
        now.hypotension, now.hypotension_due_to_crs, rows_of(now.vasopressors), options=options
    )
    hypoxia = crs_axes.hypoxia(
        now.oxygen,
        now.oxygen_flow,
        at_baseline=now.oxygen_at_baseline,
        due_to_crs=now.hypoxia_due_to_crs,
        reason=now.ventilation_reason,
        options=options,
    )
    because = (fever, hypotension, hypoxia)
    died = now.death_due_to_crs == "Y"
    # A fever counts from when it was measured, and on the day it was: the assessment after it may be of the next.
    seen = crs_temperature.fevers(assessment) if fever.value == 1 else ()
    follow.arrive(day_of(now.assessed_at), found_on={at.date() for at in seen})
    onset = seen[0] if seen else now.assessed_at
    follow.begin(fever=fever.value == 1, died=died, support=now.support, at=onset)
    supported = now.support and options.support_delays_resolution
    follow.end(clear=_clear(because, supported=supported))
    return _grade(now, because, follow=follow, options=options)


def _clear(because: tuple[Verdict, ...], *, supported: bool) -> bool | None:
    """Whether nothing was found and no drug given that forbids it; None = something is not recorded."""
    if supported or any(part.value for part in because):
        return False
    return None if any(part.value is None for part in because) else True


def _grade(
    now: Assessment, because: tuple[Verdict, Verdict, Verdict], *, follow: Follow, options: AstctOptions
) -> Verdict:
    """The ladder, worst first: death, then what needs fever, then the axes."""
    fever = because[0]
    if now.death_due_to_crs == "Y":
        return _verdict(5, DEATH, because)
    flags = ("DEATH_CAUSE_UNKNOWN",) if now.death_due_to_crs == "U" else ()
    if fever.value == 1:
        return _by_axes(because, flags)
    if follow.waived:
        return _by_axes((*because, finding("WAIVED", WAIVED, basis=NOTE)), flags)
    if follow.open and options.axes_without_fever_in_open_episode:
        still_open = finding("OPEN_EPISODE", OPEN_EPISODE, basis=CONVENTION)
        return _by_axes((*because, still_open), joined(flags, ("NO_FEVER_IN_OPEN_EPISODE",)))
    if fever.value is None:
        return _verdict(None, CANNOT_WITHOUT_TEMPERATURE, because, flags)
    if follow.open:
        return _verdict(0, FEVER_GONE, because, flags)
    if fever.clause == crs_axes.FEVER_OTHER_CAUSE:
        return _verdict(0, NOT_CRS_OTHER_CAUSE, because, flags, basis=NOTE)
    return _verdict(0, NOT_CRS_NO_FEVER, because, joined(flags, ("MASKED_ONSET_POSSIBLE",) if now.support else ()))


def _by_axes(because: tuple[Verdict, ...], flags: tuple[str, ...]) -> Verdict:
    """The worse of hypotension and hypoxia decides; what is not recorded makes the grade a lower bound."""
    fever, hypotension, hypoxia = because[:3]
    missing = hypotension.value is None or hypoxia.value is None
    for grade in (4, 3, 2):
        for axis in (hypotension, hypoxia):
            if axis.value == grade:
                # A cannula without its flow is low flow by convention; it could be high flow, which is 3.
                could_be_more = (missing and grade < 4) or ("FLOW_MISSING" in hypoxia.flags and grade < 3)
                bound = ("LOWER_BOUND",) if could_be_more else ()
                return _verdict(grade, axis.clause, because, joined(flags, bound), basis=axis.basis, shown=axis.shown)
    if fever.value == 1 and missing:
        return _verdict(1, FEVER_AT_LEAST, because, joined(flags, ("LOWER_BOUND",)))
    if fever.value == 1:
        return _verdict(1, FEVER_ONLY, because, flags)
    if missing or fever.value is None:
        return _verdict(None, CANNOT_NOT_ALL_RECORDED, because, flags)
    return _verdict(0, CLEAR, because, flags)


def _clean(assessment: Any) -> Assessment:
    """Read the items by name; blank text, NaN and NaT become None, so that the ladders see one kind of missing."""
    values = ((name, getattr(assessment, name)) for name in Assessment._fields)
    return Assessment(*(value if name == "vasopressors" or known(value) else None for name, value in values))


def _verdict(
    value: int | None, clause: str, because: tuple[Verdict, ...], flags: tuple[str, ...] = (), **how: Any
) -> Verdict:
    """The verdict on the assessment, by the table unless `how` names another basis."""
    return concluded(value, clause, because, flags, version=VERSION, **{"basis": TABLE, **how})
