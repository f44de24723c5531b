"""Response of multiple myeloma by IMWG 2016: every assessment of a subject, what is confirmed, best response, progression."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from trial.rules.imwg_best import BEST_CLAUSES, best_confirmed, best_unconfirmed, relapse_from_cr
from trial.rules.imwg_components import COMPONENT_CLAUSES
from trial.rules.imwg_confirmed import CONFIRMED_CLAUSES, Ends, confirm
from trial.rules.imwg_marrow import MARROW_CLAUSES
from trial.rules.imwg_measurable import MEASURABLE_CLAUSES, Baseline, freeze
from trial.rules.imwg_options import BASES, RECOMMENDED, VERSION, ImwgOptions
from trial.rules.imwg_progression import PROGRESSION_CLAUSES, Nadirs
from trial.rules.imwg_response import RESPONSE_CLAUSES, TimePoint, time_point
from trial.rules.imwg_timeline import Assessment, assessments, circulations, day_of, imagings, laboratories, marrows
from trial.rules.imwg_watch import FLAGS, RELAPSES
from trial.rules.verdict import Verdict

__all__ = [
    "BASES",
    "CLAUSES",
    "FLAGS",
    "RECOMMENDED",
    "VERSION",
    "Assessment",
    "ImwgOptions",
    "ResponseCourse",
    "course",
    "measurable",
]

CLAUSES: tuple[str, ...] = (
    *MEASURABLE_CLAUSES,
    *COMPONENT_CLAUSES,
    *MARROW_CLAUSES,
    *PROGRESSION_CLAUSES,
    *RESPONSE_CLAUSES,
    *CONFIRMED_CLAUSES,
    *BEST_CLAUSES,
)
# Response categories of an objective response.
OBJECTIVE = frozenset({"PR", "VGPR", "CR", "SCR"})


@dataclass(frozen=True, slots=True)
class ResponseCourse:
    """All assessments of one subject after one infusion; `verdicts`, `confirmed`, `own` and `dates` run beside them."""

    measurable: Verdict  # classes joined by "+", "NONE", or None where nothing was measured before the infusion
    baseline: Baseline  # the values that were frozen before the infusion
    nadirs: Nadirs  # every value that may be a nadir, baseline and last assessment included
    assessments: tuple[Assessment, ...]
    verdicts: tuple[Verdict, ...]  # response at the time point: SCR CR VGPR PR MR SD PD NE
    own: tuple[Verdict, ...]  # what the next assessment confirms of it; None = after the end
    confirmed: tuple[Verdict, ...]  # the status reached so far; PD from progression on; None = after the end
    dates: tuple[date | None, ...]  # date of what `own` says
    best: Verdict  # or "MISSING"
    best_unconfirmed: Verdict
    best_on: date | None  # None = PD, NE or MISSING
    first_response_on: date | None  # first confirmed partial response or better
    progression_on: date | None  # first confirmed progression
    progression_reason: str | None  # IMAGING BM BIOCHEM CPC
    relapse_from_cr_on: date | None
    clinical_relapse_on: date | None  # flagged only; no progression by itself

    @property
    def days(self) -> tuple[date, ...]:
        """The days of the assessments."""
        return tuple(one.day for one in self.assessments)


def course(
    laboratory: Iterable[Any],
    marrow: Iterable[Any] = (),
    emd_course: Any = None,
    *,
    infused_on: date,
    light_chain: str | None,
    heavy_chain: str | None,
    new_therapy_on: date | None = None,
    died_on: date | None = None,
    death_cause: str | None = None,
    circulating: Iterable[Any] = (),
    prior_anti_cd38: str | None = None,
    baseline_until: date | None = None,
    options: ImwgOptions = RECOMMENDED,
) -> ResponseCourse:
    """Judge all assessments of one subject after one infusion; rows in any order, undated ones are left out.

    `laboratory`, `marrow`, `circulating` = rows with the item names of those forms (serum g/dL, urine mg/24 h, light
    chains mg/L, marrow %, calcium mmol/L, cells per uL). `emd_course` = the course of the lesions (`verdicts`, `days`,
    `baseline_spd`, `has_baseline_lesions`); None = no imaging. `light_chain` and `heavy_chain` as in the myeloma history.
    Baseline = the last values up to `baseline_until` (None = the day of infusion); what lies between that and the
    infusion is not used. Source: Kumar S et al. Lancet Oncol 2016;17:e328-46, table 4.
    """
    infused_on = day_of(infused_on) or infused_on
    until = min(day_of(baseline_until) or infused_on, infused_on)
    start = day_of(new_therapy_on)
    labs, bones, cells = laboratories(laboratory), marrows(marrow), circulations(circulating)
    baseline = _frozen(
        labs, bones, cells, emd_course, until=until, light_chain=light_chain, heavy_chain=heavy_chain, options=options
    )
    after = assessments(
        [one for one in labs if one.day > infused_on],
        [one for one in bones if one.day > infused_on],
        [one for one in imagings(emd_course) if one.day > infused_on],
        [one for one in cells if one.day > infused_on],
        new_therapy_on=start,
        options=options,
    )
    nadirs, points = Nadirs.of(baseline), []
    for now in after:
        points.append(
            time_point(
                now,
                nadirs,
                baseline,
                light_chain=light_chain,
                prior_anti_cd38=prior_anti_cd38,
                infused_on=infused_on,
                options=options,
            )
        )
        nadirs.add(now, baseline, options)
    return _course(baseline, nadirs, tuple(points), Ends(start, day_of(died_on), death_cause), options)


def measurable(
    laboratory: Iterable[Any],
    marrow: Iterable[Any] = (),
    emd_course: Any = None,
    *,
    until: date,
    light_chain: str | None,
    heavy_chain: str | None,
    options: ImwgOptions = RECOMMENDED,
) -> Verdict:
    """Measurable disease by the last values up to a day, that day included, without what came of it; else as `course`."""
    return _frozen(
        laboratories(laboratory), marrows(marrow), [], emd_course, until=until, light_chain=light_chain,
        heavy_chain=heavy_chain, options=options,
    ).verdict  # fmt: skip


def _frozen(
    labs: Sequence[Any],
    bones: Sequence[Any],
    cells: Sequence[Any],
    emd_course: Any,
    *,
    until: date,
    **read_by: Any,
) -> Baseline:
    """The baseline by what was found up to a day."""
    return freeze(
        [one for one in labs if one.day <= until],
        [one for one in bones if one.day <= until],
        [one for one in cells if one.day <= until],
        emd_course=emd_course,
        **read_by,
    )


def _course(
    baseline: Baseline, nadirs: Nadirs, points: tuple[TimePoint, ...], ends: Ends, options: ImwgOptions
) -> ResponseCourse:
    found = confirm(points, baseline, ends, options)
    best = best_confirmed(points, found)
    first = next((at for at, one in enumerate(found.own) if one.value in OBJECTIVE), None)
    reached = next((at for at, one in enumerate(found.own) if one.value == best.value), None)
    progressed = None if found.progressed_at is None else points[found.progressed_at]
    relapsed = (point for point in points if RELAPSES & set(point.verdict.flags))
    return ResponseCourse(
        measurable=baseline.verdict,
        baseline=baseline,
        nadirs=nadirs,
        assessments=tuple(point.assessment for point in points),
        verdicts=tuple(point.verdict for point in points),
        own=found.own,
        confirmed=found.status,
        dates=found.days,
        best=best,
        best_unconfirmed=best_unconfirmed(points, found),
        best_on=None if reached is None or best.value == "PD" else found.days[reached],
        first_response_on=None if first is None else found.days[first],
        progression_on=progressed.progression.day if progressed else None,
        progression_reason=progressed.progression.reason if progressed else None,
        relapse_from_cr_on=relapse_from_cr(points, found, options),
        clinical_relapse_on=next((point.assessment.day for point in relapsed), None),
    )
