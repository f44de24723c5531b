"""The lines of the Lee 2014 table: symptoms, hypotension, oxygen, organ toxicity; each a ladder with its ceiling."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from trial.rules.crs_axes import (
    FEVER,
    FEVER_OTHER_CAUSE,
    HYPOTENSION_MISSING,
    HYPOTENSION_NO_PRESSOR,
    HYPOTENSION_OTHER_CAUSE,
    HYPOXIA_OTHER_CAUSE,
    NO_FEVER,
    NO_HYPOTENSION,
    NO_OXYGEN,
    NOT_FOR_HYPOXIA,
    OXYGEN_AT_BASELINE,
    OXYGEN_MISSING,
    POSITIVE_PRESSURE,
    TEMPERATURE_MISSING,
    VASOPRESSIN_ALONE,
    VENTILATED,
    VENTILATED_OTHER_REASON,
    VENTILATED_REASON_MISSING,
)
from trial.rules.crs_options import AstctOptions
from trial.rules.crs_pressors import CATECHOLAMINES_AND_ALIKE, Pressors, pressors
from trial.rules.lee_options import CONVENTION, FEVER_CEL, LeeOptions, finding
from trial.rules.lee_pressors import HighDose, high_dose
from trial.rules.verdict import Verdict, decimal, figure, joined

# Lee 2014, table 2: fraction of inspired oxygen in %; grade 3 at or above, grade 2 below.
HIGH_FIO2_PERCENT = Decimal(40)
ROOM_AIR_PERCENT, PURE_OXYGEN_PERCENT = Decimal(21), Decimal(100)
DEVICES = frozenset({"BLOW_BY", "NASAL_CANNULA", "HFNC", "FACE_MASK", "NON_REBREATHER", "VENTURI"}) | POSITIVE_PRESSURE
# Any other drug is outside the list; a row without a name has a flag of its own.
KNOWN_PRESSORS = CATECHOLAMINES_AND_ALIKE | {"UNNAMED"}

SEVERAL_PRESSORS = "Several vasopressors at the same time, vasopressin among them where given ({drugs})."
HIGH_DOSE_PRESSOR = "A vasopressor at a high dose ({drugs})."
LOW_DOSE_PRESSOR = "One vasopressor at a time, at no high dose ({drugs})."
DOSE_NOT_TOLD = "One vasopressor at a time ({drugs}); whether the dose was high cannot be told: at least grade 2."

FIO2_HIGH = "Oxygen with FiO2 {value} %, at or above {threshold} %."
FIO2_LOW = "Oxygen with FiO2 {value} %, below {threshold} %."
FIO2_NOT_TOLD = "Oxygen is given; its FiO2 is not recorded: at least grade 2."

ORGAN = "Organ toxicity of grade {grade}, other than of the transaminases."
TRANSAMINASES = "Raised transaminases of grade {grade}."
NO_ORGAN = "No organ toxicity of grade 2 or more."
ORGAN_MISSING = "Organ toxicity is not recorded, or not all of it."

AXIS_CLAUSES = (
    TEMPERATURE_MISSING, FEVER, FEVER_OTHER_CAUSE, NO_FEVER,
    HYPOTENSION_OTHER_CAUSE, SEVERAL_PRESSORS, HIGH_DOSE_PRESSOR, LOW_DOSE_PRESSOR, DOSE_NOT_TOLD, VASOPRESSIN_ALONE,
    HYPOTENSION_NO_PRESSOR, NO_HYPOTENSION, HYPOTENSION_MISSING,
    NO_OXYGEN, HYPOXIA_OTHER_CAUSE, OXYGEN_AT_BASELINE, OXYGEN_MISSING, VENTILATED_OTHER_REASON, VENTILATED,
    VENTILATED_REASON_MISSING, FIO2_HIGH, FIO2_LOW, FIO2_NOT_TOLD,
    ORGAN, TRANSAMINASES, NO_ORGAN, ORGAN_MISSING,
)  # fmt: skip


class Axis(NamedTuple):
    """A line's finding, and the highest grade that what is not recorded still allows."""

    finding: Verdict
    ceiling: int


def symptoms(temperature: Any, due_to_crs: str | None, *, elsewhere: bool = False) -> Axis:
    """1 = fever of CRS, 0 = none, None = temperature missing. Temperature in Cel; cause blank or U counts.

    elsewhere: it does not stand in the assessment itself, but in the vital signs.
    """
    measured = decimal(temperature)
    if measured is None:
        return Axis(finding(None, TEMPERATURE_MISSING, flags=("TEMPERATURE_MISSING",)), 1)
    shown, threshold = figure(measured), figure(FEVER_CEL)
    flags: tuple[str, ...] = ("TEMPERATURE_ELSEWHERE",) if elsewhere else ()
    if measured < FEVER_CEL:
        return _sure(finding(0, NO_FEVER, basis=CONVENTION, flags=flags, temperature=shown, threshold=threshold))
    if due_to_crs == "N":
        return _sure(finding(0, FEVER_OTHER_CAUSE, basis=CONVENTION, flags=flags, temperature=shown))
    flags += ("FEVER_CAUSE_UNKNOWN",) if due_to_crs == "U" else ()
    return _sure(finding(1, FEVER, basis=CONVENTION, flags=flags, temperature=shown, threshold=threshold))


def hypotension(
    present: str | None,
    due_to_crs: str | None,
    rows: Iterable[Any],
    *,
    weight: Any,
    now: datetime | None,
    options: LeeOptions,
) -> Axis:
    """0, 2 or 3; None = hypotension not recorded and no vasopressor given. Cause blank or U counts."""
    if due_to_crs == "N":
        return _sure(finding(0, HYPOTENSION_OTHER_CAUSE, basis=CONVENTION))
    given = tuple(rows)
    counted, everything = _counted(given, options), _sorted(given, frozenset(), options)
    if everything.any:
        doses = high_dose(given, weight=weight, now=now, options=options)
        axis = _by_pressors(counted, everything, doses, options)
    elif present == "Y":
        axis = _sure(finding(2, HYPOTENSION_NO_PRESSOR))
    elif present == "N":
        axis = _sure(finding(0, NO_HYPOTENSION))
    else:
        axis = Axis(finding(None, HYPOTENSION_MISSING, flags=("HYPOTENSION_MISSING",)), 3)
    flags = joined(
        ("PRESSOR_WITHOUT_HYPOTENSION",) if everything.any and present != "Y" else (),
        ("HYPOTENSION_CAUSE_UNKNOWN",) if due_to_crs == "U" and (everything.any or present == "Y") else (),
        tuple(flag for flag in everything.flags if flag != "PRESSOR_OTHER"),
        ("PRESSOR_OTHER",) if set(everything.drugs) - options.like_vasopressin - KNOWN_PRESSORS else (),
    )
    return _flagged(axis, flags)


def _sorted(rows: tuple[Any, ...], like_vasopressin: frozenset[str], options: LeeOptions) -> Pressors:
    return pressors(
        rows,
        options=AstctOptions(
            like_vasopressin=like_vasopressin,
            not_counted=options.not_counted,
            sequential_pressors_count_together=options.sequential_pressors_count_together,
        ),
    )


def _counted(rows: tuple[Any, ...], options: LeeOptions) -> Pressors:
    """The agents that count towards "multiple"; vasopressin is one of them by convention."""
    return _sorted(
        rows, frozenset() if options.vasopressin_counts_towards_multiple else options.like_vasopressin, options
    )


def _by_pressors(counted: Pressors, everything: Pressors, doses: HighDose, options: LeeOptions) -> Axis:
    """Several at once, then a high dose, then what cannot be told, then a low dose."""
    named = everything.named
    if len(counted.drugs) >= 2 and counted.together:
        return _sure(finding(3, SEVERAL_PRESSORS, drugs=counted.named), doses.findings)
    high = doses.deciding
    if high is not None:
        return _sure(finding(3, HIGH_DOSE_PRESSOR, drugs=named), doses.findings)
    flags: tuple[str, ...] = ("PRESSORS_IN_SEQUENCE",) if len(everything.drugs) >= 2 and not everything.together else ()
    unnamed = "PRESSOR_DRUG_MISSING" in everything.flags
    if doses.high is None or unnamed:
        flags = joined(flags, ("HIGH_DOSE_NOT_TOLD",))
        return Axis(_over(finding(2, DOSE_NOT_TOLD, basis=CONVENTION, flags=flags, drugs=named), doses.findings), 3)
    if set(everything.drugs) <= options.like_vasopressin:
        flags = joined(flags, ("VASOPRESSIN_ALONE",))
        alone = finding(options.vasopressin_alone, VASOPRESSIN_ALONE, basis=CONVENTION, flags=flags, drugs=named)
        return _sure(alone, doses.findings)
    return _sure(finding(2, LOW_DOSE_PRESSOR, flags=flags, drugs=named), doses.findings)


def hypoxia(
    device: str | None,
    fio2: Any,
    *,
    at_baseline: str | None,
    due_to_crs: str | None,
    reason: str | None,
    options: LeeOptions,
) -> Axis:
    """0, 2, 3 or 4; None = oxygen support not recorded. FiO2 in %; cause blank or U counts."""
    share, flags = _fio2(fio2)
    if device == "NONE":
        given = ("FIO2_WITHOUT_OXYGEN",) if share is not None and share > ROOM_AIR_PERCENT else ()
        return _sure(finding(0, NO_OXYGEN, flags=joined(flags, given)))
    if due_to_crs == "N":
        return _sure(finding(0, HYPOXIA_OTHER_CAUSE, basis=CONVENTION))
    if at_baseline == "Y" and options.baseline_support_excluded:
        return _sure(finding(0, OXYGEN_AT_BASELINE, basis=CONVENTION, flags=("OXYGEN_AT_BASELINE",)))
    unknown_cause = ("HYPOXIA_CAUSE_UNKNOWN",) if due_to_crs == "U" else ()
    if device not in DEVICES:
        return _without_device(share, joined(flags, unknown_cause, ("HYPOXIA_MISSING",)))
    flags = joined(flags, unknown_cause)
    if device in POSITIVE_PRESSURE and reason in NOT_FOR_HYPOXIA:
        return _sure(finding(0, VENTILATED_OTHER_REASON, basis=CONVENTION))
    if device == "INTUBATED" or (device in POSITIVE_PRESSURE and options.niv_is_ventilator_support):
        flags = joined(flags, ("NIV_IS_SUPPORT",) if device != "INTUBATED" else ())
        if reason == "HYPOXIA":
            return _sure(finding(4, VENTILATED, flags=flags))
        flags = joined(flags, ("VENTILATION_REASON_MISSING",))
        return _sure(finding(4, VENTILATED_REASON_MISSING, basis=CONVENTION, flags=flags))
    if share is None:
        return Axis(finding(2, FIO2_NOT_TOLD, basis=CONVENTION, flags=joined(flags, ("FIO2_MISSING",))), 3)
    return _sure(_by_fio2(share, flags))


def _fio2(recorded: Any) -> tuple[Decimal | None, tuple[str, ...]]:
    """FiO2 in %; None = not recorded, or no percentage that can be (0.4 for 40 % is not guessed at)."""
    share = decimal(recorded)
    if share is None or ROOM_AIR_PERCENT <= share <= PURE_OXYGEN_PERCENT:
        return share, ()
    return None, ("FIO2_IMPOSSIBLE",)


def _by_fio2(share: Decimal, flags: tuple[str, ...]) -> Verdict:
    shown = {"value": figure(share), "threshold": figure(HIGH_FIO2_PERCENT)}
    if share >= HIGH_FIO2_PERCENT:
        return finding(3, FIO2_HIGH, flags=flags, **shown)
    return finding(2, FIO2_LOW, flags=flags, **shown)


def _without_device(share: Decimal | None, flags: tuple[str, ...]) -> Axis:
    """A FiO2 above room air shows that oxygen was given, whatever by; it may have been a ventilator."""
    if share is not None and share > ROOM_AIR_PERCENT:
        return Axis(_by_fio2(share, flags), 4)
    return Axis(finding(None, OXYGEN_MISSING, flags=flags), 4)


def organs(organ_toxicity: Any, transaminase_grade: Any, *, options: LeeOptions) -> Axis:
    """0 or 2 to 4; None = not recorded. CTCAE grades: of the worst organ other than the transaminases, and of these."""
    organ, liver = _grade(organ_toxicity), _grade(transaminase_grade)
    flags: tuple[str, ...] = ("ORGAN_TOXICITY_MISSING",) if organ is None else ()
    flags = joined(flags, ("TRANSAMINASES_MISSING",) if liver is None else ())
    ceiling = 4 if organ is None else 3 if liver is None else 0
    by_liver = min(liver or 0, 3)
    if liver in (2, 3) and not options.transaminases_are_organ_toxicity:
        by_liver = 0
    by_organ = organ or 0
    if by_organ >= 2 and by_organ >= by_liver:
        return Axis(finding(by_organ, ORGAN, flags=flags, grade=str(by_organ)), ceiling)
    if by_liver >= 2:
        basis, more = (CONVENTION, ("TRANSAMINASES_COUNTED",)) if liver in (2, 3) else ("", ())
        liver_found = finding(by_liver, TRANSAMINASES, flags=joined(flags, more), grade=str(liver))
        return Axis(_based(liver_found, basis), ceiling)
    if organ is None or liver is None:
        return Axis(finding(None, ORGAN_MISSING, flags=flags), ceiling)
    return _sure(finding(0, NO_ORGAN))


def _grade(recorded: Any) -> int | None:
    """A CTCAE grade as entered, "0" to "4"; 5 counts as 4 here, because death is a question of its own."""
    text = str(recorded).strip() if recorded is not None else ""
    return min(int(text), 4) if text in ("0", "1", "2", "3", "4", "5") else None


def _sure(found: Verdict, because: tuple[Verdict, ...] = ()) -> Axis:
    return Axis(_over(found, because), 0)


def _over(found: Verdict, because: tuple[Verdict, ...], flags: tuple[str, ...] = (), basis: str = "") -> Verdict:
    """The finding over those under it, with their flags after its own."""
    carried = joined(flags, found.flags, *(one.flags for one in because))
    return Verdict(
        found.value, found.clause, basis or found.basis, because or found.because, found.version, found.shown, carried
    )


def _based(found: Verdict, basis: str) -> Verdict:
    return _over(found, (), basis=basis)


def _flagged(axis: Axis, flags: tuple[str, ...]) -> Axis:
    return Axis(_over(axis.finding, (), flags), axis.ceiling)
