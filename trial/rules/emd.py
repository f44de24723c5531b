"""Response of extramedullary disease: the lesions of each imaging day against baseline and nadir."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trial.rules.crs_episodes import day_of
from trial.rules.emd_findings import (
    CONVENTION,
    FINDING_CLAUSES,
    IMWG,
    VERSION,
    Scene,
    all_gone,
    growth,
    named,
    new_lesions,
    possible_flare,
    scene,
    spd_from_baseline,
    spd_from_nadir,
    unlisted,
    unread_targets,
)
from trial.rules.emd_lesions import EmdOptions, imagings
from trial.rules.verdict import Verdict, joined

__all__ = ["BASES", "CLAUSES", "FLAGS", "ORDER", "EmdCourse", "EmdOptions", "course"]

RECOMMENDED = EmdOptions()
# IMWG 2016, table 4 (PR); 2011 consensus and EMD convention (MR): fall of the SPD, at least.
PR_FALL, MR_FALL = Decimal("0.50"), Decimal("0.25")
ORDER = ("CR", "PR", "MR", "SD", "PD", "NE")  # best first

NO_BASELINE = "There is no imaging on or before the day of the infusion: nothing to compare with."
NO_LESIONS = "No lesion at baseline and none since: there is no extramedullary response to judge."
TARGET_UNREAD = "Not evaluable: target lesion {lesions} not measured, and nothing else shows progression."
NO_TARGET_RESPONSE = "Not evaluable: lesions are left, and none of them is a target."
ALL_TREATED = "Not evaluable: every lesion of the baseline has been treated locally."
PR = "SPD fell by 50 % or more."
MR = "SPD fell by 25 % or more and less than 50 %."
SD = "Neither response nor progression."

CLAUSES: tuple[str, ...] = (
    NO_BASELINE, NO_LESIONS, TARGET_UNREAD, NO_TARGET_RESPONSE, ALL_TREATED, PR, MR, SD, *FINDING_CLAUSES,
)  # fmt: skip
BASES: tuple[str, ...] = (IMWG, CONVENTION)

FLAGS: dict[str, str] = {
    "POSSIBLE_FLARE": "Growth, uptake or a new lesion up to month 1 may be inflammation; the result stands, please judge.",
    "SPD_RISE_OF_ONE_LESION": "The SPD rose by 50 % or more, but of one lesion only; by the text this is no progression.",
    "NEW_LESION_ASSUMED": "A lesion that was not recorded at baseline was taken as new, because the form does not say.",
    "LESION_NOT_AT_BASELINE": "A lesion said not to be new was not recorded at baseline; it is not compared.",
    "REAPPEARED": "A lesion that was gone is back; it counts like a new one, by convention.",
    "TARGET_NOT_MEASURED": "A target lesion is not measured.",
    "LESION_NOT_RECORDED": "It is not recorded of every lesion whether it is gone; this excludes a complete response.",
    "PET_POSITIVE": "A lesion gone by size is still active on PET; this excludes a complete response.",
    "PET_SCORE_MISSING": "A lesion was active on PET at baseline and is gone; its score on this PET is not recorded.",
    "MR_IS_SD": "A fall of 25 % to below 50 % is called stable disease, by the option chosen.",
    "BASELINE_MISSING": "There is no imaging before the infusion.",
}


@dataclass(frozen=True, slots=True)
class EmdCourse:
    """Imaging days after the infusion, oldest first, with a verdict and the SPD (mm2; None = no sum) of each."""

    days: tuple[date, ...]
    verdicts: tuple[Verdict, ...]  # value CR, PR, MR, SD, PD, NE; None = there is no lesion to judge
    spds: tuple[Decimal | None, ...]
    baseline_on: date | None  # last imaging on or before the infusion; None = there is none
    baseline_spd: Decimal | None
    has_baseline_lesions: bool

    @property
    def best(self) -> Verdict | None:
        """The best verdict up to the first progression; None = no imaging after the infusion, or nothing to judge."""
        return self._best()[0]

    @property
    def best_on(self) -> date | None:
        """The first day of the best verdict."""
        return self._best()[1]

    def _best(self) -> tuple[Verdict | None, date | None]:
        best: Verdict | None = None
        on: date | None = None
        for day, verdict in zip(self.days, self.verdicts, strict=True):
            if verdict.value in ORDER and (best is None or _rank(verdict) < _rank(best)):
                best, on = verdict, day
            if verdict.value == "PD":
                break
        return best, on


def course(images: Iterable[Any], *, infused_on: date | datetime, options: EmdOptions = RECOMMENDED) -> EmdCourse:
    """Judge all imaging of one subject, forms in any order; diameters in mm.

    Each has imaged_on, method, new_bone_lesion and lesions (rows with lesion, kind, target, state, into, longest,
    perpendicular, deauville, is_new, treated_locally). Baseline = the last imaging day on or before the infusion.
    Source: IMWG 2016, table 4; RECIST-like conventions for small, merged, split and locally treated lesions.
    """
    infusion = day_of(infused_on)
    assert infusion is not None
    everything = imagings(images, options=options)
    before = [day for day in everything if day.on <= infusion]
    after = [day for day in everything if day.on > infusion]
    baseline = before[-1:]
    first = scene(baseline, has_baseline=bool(baseline), options=options) if baseline else None
    scenes = [
        scene([*baseline, *after[: place + 1]], has_baseline=bool(baseline), options=options)
        for place in range(len(after))
    ]
    return EmdCourse(
        days=tuple(day.on for day in after),
        verdicts=tuple(_judge(seen, day=(seen.now.on - infusion).days) for seen in scenes),
        spds=tuple(seen.spd(-1) for seen in scenes),
        baseline_on=baseline[0].on if baseline else None,
        baseline_spd=first.spd(0) if first else None,
        has_baseline_lesions=bool(first and first.baseline_lesions),
    )


def _judge(seen: Scene, *, day: int) -> Verdict:
    """The ladder: progression, then what cannot be evaluated, then the responses, best first."""
    against_baseline, fall = spd_from_baseline(seen) if seen.has_baseline else (None, None)
    new, grew, rose, gone = new_lesions(seen), growth(seen), spd_from_nadir(seen), all_gone(seen)
    parts = (new, grew, rose, gone, *(() if against_baseline is None else (against_baseline,)))
    flare = ("POSSIBLE_FLARE",) if possible_flare(seen, day=day) else ()
    for found in (new, grew, rose):
        if found.value == 1:
            return _verdict("PD", found.clause, parts, flare, basis=found.basis, **found.shown)
    if not seen.has_baseline:
        return _verdict("NE", NO_BASELINE, (new,), joined(flare, ("BASELINE_MISSING",)))
    if not seen.had_lesions and unlisted(seen):
        return _verdict("NE", NO_TARGET_RESPONSE, (new,), flare, basis=CONVENTION)
    if not seen.had_lesions:
        return _verdict(None, NO_LESIONS, (new,), flare)
    if not seen.baseline_lesions:
        return _verdict("NE", ALL_TREATED, (new,), flare, basis=CONVENTION)
    unread = unread_targets(seen)
    if unread:
        return _verdict("NE", TARGET_UNREAD, parts, flare, basis=CONVENTION, lesions=named(unread))
    if gone.value == 1:
        return _verdict("CR", gone.clause, parts, flare)
    if fall is None:
        return _verdict("NE", NO_TARGET_RESPONSE, parts, flare, basis=CONVENTION)
    return _by_fall(fall, parts, flare, options=seen.options)


def _by_fall(fall: Decimal, parts: tuple[Verdict, ...], flags: tuple[str, ...], *, options: EmdOptions) -> Verdict:
    if fall >= PR_FALL:
        return _verdict("PR", PR, parts, flags)
    if fall >= MR_FALL and options.mr_spd_rule == "2011":
        return _verdict("MR", MR, parts, flags, basis=CONVENTION)
    return _verdict("SD", SD, parts, joined(flags, ("MR_IS_SD",) if fall >= MR_FALL else ()))


def _rank(verdict: Verdict) -> int:
    return ORDER.index(str(verdict.value))


def _verdict(
    value: str | None,
    clause: str,
    because: tuple[Verdict, ...],
    flags: tuple[str, ...] = (),
    *,
    basis: str = IMWG,
    **shown: str,
) -> Verdict:
    """The verdict on the day; it carries the flags of its findings."""
    carried = joined(flags, *(part.flags for part in because))
    return Verdict(
        value=value, clause=clause, basis=basis, because=because, version=VERSION, shown=shown, flags=carried
    )
