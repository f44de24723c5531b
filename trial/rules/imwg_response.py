"""The response at one time point: progression first, then the lowest of what every part allows."""

from dataclasses import dataclass
from datetime import date

from trial.rules.imwg_components import flc_level, serum_level, urine_level
from trial.rules.imwg_marrow import lesion_level, marrow_level, no_clone, normal_ratio
from trial.rules.imwg_measurable import Baseline
from trial.rules.imwg_options import CONVENTION, RANK, TABLE, ImwgOptions, finding, lowest
from trial.rules.imwg_progression import Nadirs, Progression, progression
from trial.rules.imwg_timeline import Assessment
from trial.rules.imwg_watch import MISSING_FLAGS, watched
from trial.rules.verdict import Verdict, joined

PROGRESSIVE = "Progressive disease ({reasons}): one criterion is enough, whatever else is missing."
NO_BASELINE = "Not evaluable: nothing was measured before the infusion."
SD_WHATEVER = "Stable disease: {parts} allows no more, whatever is missing."
NOT_EVALUABLE = "Not evaluable: {parts} is missing and the response needs it."
NOT_MEASURABLE = "Not evaluable: no measurable disease at baseline, neither complete response nor progression."
STRINGENT = "Stringent complete response: complete response, normal free light chain ratio, no clonal plasma cells."
COMPLETE = "Complete response; {parts} allows no more."
VERY_GOOD = "Very good partial response; {parts} allows no more."
PARTIAL = "Partial response; {parts} allows no more."
MINIMAL = "Minimal response; {parts} allows no more."
STABLE = "Stable disease; {parts} allows no more."
NO_VGPR = "Response is followed by marrow or lesions only, for which VGPR is not defined: less than CR caps at PR."

RESPONSE_CLAUSES = (
    PROGRESSIVE, NO_BASELINE, SD_WHATEVER, NOT_EVALUABLE, NOT_MEASURABLE, STRINGENT, COMPLETE, VERY_GOOD, PARTIAL, MINIMAL,
    STABLE, NO_VGPR,
)  # fmt: skip
CLAUSE_OF = {"SCR": STRINGENT, "CR": COMPLETE, "VGPR": VERY_GOOD, "PR": PARTIAL, "MR": MINIMAL, "SD": STABLE}


@dataclass(frozen=True, slots=True)
class TimePoint:
    """One assessment judged: its response, what it says about progression, and the nadirs it was held against."""

    assessment: Assessment
    verdict: Verdict  # SCR CR VGPR PR MR SD PD NE
    progression: Progression
    nadirs: Nadirs


Part = tuple[str, Verdict]


def time_point(
    now: Assessment,
    nadirs: Nadirs,
    baseline: Baseline,
    *,
    light_chain: str | None,
    prior_anti_cd38: str | None,
    infused_on: date,
    options: ImwgOptions,
) -> TimePoint:
    """Judge an assessment against its baseline and the nadirs of earlier days.

    Source: Kumar S et al. Lancet Oncol 2016;17:e328-46, table 4; order and missing components as in `docs/rules/`.
    """
    before = nadirs.copy()
    found = progression(now, before, baseline, options)
    parts = _parts(now, baseline, light_chain, options)
    verdict = _ladder(parts, found, baseline)
    extra = watched(
        now,
        str(verdict.value),
        found=found,
        nadirs=before,
        baseline=baseline,
        infused_on=infused_on,
        options=options,
    )
    flags = joined(verdict.flags, baseline.verdict.flags, extra)
    if prior_anti_cd38 == "N":
        flags = tuple(flag for flag in flags if flag != "REFLEX_NOT_DONE")
    because = (baseline.verdict, *(one for _, one in parts), *found.findings)
    judged = Verdict(verdict.value, verdict.clause, verdict.basis, because, verdict.version, verdict.shown, flags)
    return TimePoint(now, judged, found, before)


def _parts(now: Assessment, baseline: Baseline, light_chain: str | None, options: ImwgOptions) -> list[Part]:
    """What every part allows; the demands of sCR only where all others allow CR."""
    if baseline.verdict.value is None:
        return []
    parts: list[Part] = [
        ("SERUM", serum_level(now, baseline, options)),
        ("URINE", urine_level(now, baseline, options)),
    ]
    if baseline.follows("FLC"):
        parts.append(("FLC", flc_level(now, baseline, options)))
    parts.append(("MARROW", marrow_level(now, baseline, options)))
    if baseline.lesions:
        parts.append(("PLASMACYTOMA", lesion_level(now, baseline, options)))
    if all(one.value == "CR" for _, one in parts):
        parts.append(("FLC_RATIO", normal_ratio(now, baseline, options)))
        parts.append(("CLONALITY", no_clone(now, light_chain, options)))
    elif baseline.route and set(baseline.route) <= {"MARROW", "PLASMACYTOMA"}:
        parts.append(("ROUTE", finding("PR", NO_VGPR, basis=CONVENTION, flags=_only_missing(parts))))
    return parts


def _only_missing(parts: list[Part]) -> tuple[str, ...]:
    """What is missing, where nothing else keeps the parts from CR."""
    missing = [MISSING_FLAGS.intersection(one.flags) for _, one in parts if one.value != "CR"]
    return tuple(sorted(frozenset().union(*missing))) if all(missing) else ()


def _ladder(parts: list[Part], found: Progression, baseline: Baseline) -> Verdict:
    """Progression, then stable disease by a present component, then what is missing, then the lowest level."""
    if found.reasons:
        flags = joined(*(one.flags for one in found.findings if one.value == "PD"))
        return finding("PD", PROGRESSIVE, flags=joined(flags, _remarks(parts)), reasons=", ".join(found.reasons))
    if not parts:
        return finding("NE", NO_BASELINE, basis=CONVENTION)
    limits = {name: one.value for name, one in parts}
    absent = [name for name, value in limits.items() if value is None]
    stable = [name for name, value in limits.items() if value == "SD"]
    if stable and absent:
        return finding("SD", SD_WHATEVER, basis=CONVENTION, flags=_remarks(parts), parts=", ".join(stable))
    if absent:
        flags = joined(*(one.flags for _, one in parts if one.value is None), _remarks(parts))
        return finding("NE", NOT_EVALUABLE, basis=CONVENTION, flags=flags, parts=", ".join(absent))
    return _lowest(parts, found, baseline)


def _lowest(parts: list[Part], found: Progression, baseline: Baseline) -> Verdict:
    """The lowest of what the parts allow. Where two demands of sCR alone decide, CR is below both."""
    allowed = [("SCR" if one.value == "CR" and _may_be_more(name) else str(one.value)) for name, one in parts]
    level = lowest(allowed)
    limiting = [part for part, most in zip(parts, allowed, strict=True) if most == level]
    flags = joined(*(one.flags for _, one in limiting), _remarks(parts), *(one.flags for one in _notes(found)))
    if all(MISSING_FLAGS.intersection(one.flags) for _, one in limiting) and level != "SCR":
        flags = joined(("CAPPED_BY_MISSING",), flags)
    if not baseline.route and RANK[level] < RANK["CR"]:
        return finding("NE", NOT_MEASURABLE, basis=CONVENTION, flags=flags)
    if level == "SCR":
        return finding("SCR", STRINGENT, basis=TABLE, flags=flags)
    return finding(level, CLAUSE_OF[level], flags=flags, parts=", ".join(name for name, _ in limiting))


def _may_be_more(name: str) -> bool:
    """Whether CR in this part leaves sCR open; the two parts that ask for sCR say so themselves."""
    return name not in ("FLC_RATIO", "CLONALITY")


def _remarks(parts: list[Part]) -> tuple[str, ...]:
    """Flags that matter whichever part decides."""
    return tuple(flag for _, one in parts for flag in one.flags if flag not in MISSING_FLAGS)


def _notes(found: Progression) -> tuple[Verdict, ...]:
    return tuple(one for one in found.findings if one.value == "NO")


def dated(point: TimePoint, level: str, baseline: Baseline) -> date:
    """The day of a response: that of the latest result which this level needs and this assessment brought."""
    now = point.assessment
    days = [now.day]
    complete = RANK[level] >= RANK["CR"]
    if now.marrow is not None and now.marrow is now.last_marrow and (complete or baseline.follows("MARROW")):
        days.append(now.marrow.day)
    if now.imaging is not None and baseline.lesions and (complete or baseline.follows("PLASMACYTOMA")):
        days.append(now.imaging.day)
    return max(days)
