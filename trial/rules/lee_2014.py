"""Cytokine release syndrome by Lee 2014: the grade of one assessment, and of all assessments of a subject."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from trial.rules import crs_temperature, lee_axes
from trial.rules.crs import CANNOT_NOT_ALL_RECORDED, DEATH, FEVER_AT_LEAST
from trial.rules.crs import FLAGS as ASTCT_FLAGS
from trial.rules.crs_pressors import rows_of
from trial.rules.lee_axes import AXIS_CLAUSES, Axis
from trial.rules.lee_options import BASES, CONVENTION, RECOMMENDED, TABLE, VERSION, LeeOptions
from trial.rules.lee_pressors import PRESSOR_CLAUSES
from trial.rules.verdict import Verdict, concluded, joined, known

__all__ = ["BASES", "CLAUSES", "FLAGS", "VERSION", "LeeCourse", "LeeOptions", "course", "lee_2014"]

FEVER_ONLY = "Fever, without hypotension, oxygen or organ toxicity."
FEVER_NO_ORGANS = "Fever, without hypotension and without oxygen; organ toxicity is not recorded: at least grade 1."
CLEAR = "No fever, no hypotension, no oxygen and no organ toxicity; of the symptoms of grade 1 only fever is asked for."
CLEAR_NO_ORGANS = "No fever, no hypotension and no oxygen; organ toxicity is not recorded."

CLAUSES: tuple[str, ...] = (
    DEATH, FEVER_AT_LEAST, FEVER_ONLY, FEVER_NO_ORGANS, CANNOT_NOT_ALL_RECORDED, CLEAR, CLEAR_NO_ORGANS,
    *AXIS_CLAUSES, *PRESSOR_CLAUSES,
)  # fmt: skip

SHARED = (
    "LOWER_BOUND", "TEMPERATURE_MISSING", "TEMPERATURE_ELSEWHERE", "HYPOTENSION_MISSING", "HYPOXIA_MISSING", "VENTILATION_REASON_MISSING",
    "PRESSOR_WITHOUT_HYPOTENSION", "PRESSOR_DRUG_MISSING", "PRESSOR_OTHER", "PRESSOR_TIMES_MISSING",
    "PRESSOR_TIMES_REVERSED", "PRESSORS_IN_SEQUENCE", "VASOPRESSIN_ALONE", "INOTROPE_NOT_COUNTED",
    "OXYGEN_AT_BASELINE", "FEVER_CAUSE_UNKNOWN", "HYPOTENSION_CAUSE_UNKNOWN", "HYPOXIA_CAUSE_UNKNOWN",
    "DEATH_CAUSE_UNKNOWN",
)  # fmt: skip

# What each flag asks of the reader; fixed sentences, to be translated like clauses.
FLAGS: dict[str, str] = {
    **{flag: ASTCT_FLAGS[flag] for flag in SHARED},
    "HIGH_DOSE_NOT_TOLD": "It cannot be told whether a vasopressor was given at a high dose; grade 3 is not excluded.",
    "PRESSOR_DOSE_MISSING": "The dose of a vasopressor is not recorded.",
    "PRESSOR_UNIT_MISSING": "The unit of the dose of a vasopressor is not recorded, or is not one of this drug.",
    "PRESSOR_HOURS_MISSING": "It is not recorded for how many hours a high dose of a vasopressor was given.",
    "WEIGHT_MISSING": "A dose cannot be converted, because the body weight is not recorded.",
    "NO_HIGH_DOSE_DEFINED": "Lee 2014 defines no high dose of a vasopressor that was given.",
    "FIO2_MISSING": "The FiO2 is not recorded; grade 3 is not excluded.",
    "FIO2_IMPOSSIBLE": "The FiO2 is not between 21 and 100 %; it was not read.",
    "FIO2_WITHOUT_OXYGEN": "A FiO2 above room air is recorded although no oxygen was given; it was not read.",
    "NIV_IS_SUPPORT": "CPAP or BiPAP counts as ventilator support, by convention.",
    "ORGAN_TOXICITY_MISSING": "Organ toxicity is not recorded.",
    "TRANSAMINASES_MISSING": "The grade of the transaminases is not recorded.",
    "TRANSAMINASES_COUNTED": "Raised transaminases of grade 2 or 3 count like any organ toxicity, by convention.",
    "NEVER_FEBRILE": "No fever is recorded up to now. Lee 2014 does not ask for it; is this CRS?",
}

ITEMS = (
    "temperature", "fever_due_to_crs", "hypotension", "hypotension_due_to_crs", "vasopressors", "oxygen", "fio2",
    "oxygen_at_baseline", "hypoxia_due_to_crs", "ventilation_reason", "death_due_to_crs",
)  # fmt: skip
OPTIONAL_ITEMS = ("organ_toxicity", "transaminase_grade", "assessed_at")


@dataclass(frozen=True, slots=True)
class LeeCourse:
    """All assessments of one subject after one infusion; one verdict an assessment, in the order given."""

    verdicts: tuple[Verdict, ...]

    @property
    def maximum(self) -> int | None:
        """The subject's worst grade; None = no assessment could be judged."""
        return max((verdict.value for verdict in self.verdicts if isinstance(verdict.value, int)), default=None)


def lee_2014(
    *,
    temperature: Decimal | float | None,
    fever_due_to_crs: str | None,
    hypotension: str | None,
    hypotension_due_to_crs: str | None,
    vasopressors: Any,
    oxygen: str | None,
    fio2: Decimal | float | None,
    oxygen_at_baseline: str | None,
    hypoxia_due_to_crs: str | None,
    ventilation_reason: str | None,
    death_due_to_crs: str | None,
    organ_toxicity: str | int | None = None,
    transaminase_grade: str | int | None = None,
    weight: Decimal | float | None = None,
    history: Iterable[Any] = (),
    vital_signs: Iterable[Any] = (),
    assessed_at: datetime | date | None = None,
    options: LeeOptions = RECOMMENDED,
) -> Verdict:
    """Grade one assessment, 0 to 5; None = cannot be judged. Findings: symptoms, hypotension, oxygen, organ toxicity.

    Temperature in Cel, FiO2 in %, weight in kg (None = doses per kg cannot be converted); `vasopressors` = rows with
    drug, dose, dose_unit, hours, started_at, stopped_at; the two last grades are CTCAE 4.03; causes blank or U count.
    `history` = the earlier assessments of the same infusion; fever is not required, so they change no grade and only
    tell whether there ever was one. `assessed_at` ends what still runs; None = it is not known for how long it ran.
    `vital_signs` = those since the infusion; where they hold a higher temperature, theirs counts (crs_temperature).
    Source: Lee DW et al. Blood 2014;124:188-195, tables 2 and 3.
    """
    items: dict[str, Any] = {
        "temperature": temperature,
        "fever_due_to_crs": fever_due_to_crs,
        "hypotension": hypotension,
        "hypotension_due_to_crs": hypotension_due_to_crs,
        "vasopressors": vasopressors,
        "oxygen": oxygen,
        "fio2": fio2,
        "oxygen_at_baseline": oxygen_at_baseline,
        "hypoxia_due_to_crs": hypoxia_due_to_crs,
        "ventilation_reason": ventilation_reason,
        "death_due_to_crs": death_due_to_crs,
        "organ_toxicity": organ_toxicity,
        "transaminase_grade": transaminase_grade,
        "assessed_at": assessed_at,
    }
    *earlier, this = _read([*history, SimpleNamespace(**items)], vital_signs, options)
    return _judge(_items(this), febrile=any(map(_febrile, earlier)), weight=weight, options=options)


def course(
    assessments: Iterable[Any],
    *,
    vital_signs: Iterable[Any] = (),
    weight: Decimal | float | None = None,
    weights: Iterable[Decimal | float | None] | None = None,
    options: LeeOptions = RECOMMENDED,
) -> LeeCourse:
    """Judge all assessments of one subject after one infusion, oldest first; each has the item names as attributes.

    `organ_toxicity` and `transaminase_grade` are read where an assessment has them. `weight` in kg; `weights` = one an
    assessment, instead. Raises ValueError where there are not as many of them as assessments. `vital_signs` as for one.
    """
    rows = _read(assessments, vital_signs, options)
    of_each = [weight] * len(rows) if weights is None else list(weights)
    verdicts, febrile = [], False
    for one, weight in zip(rows, of_each, strict=True):
        verdicts.append(_judge(_items(one), febrile=febrile, weight=weight, options=options))
        febrile = febrile or _febrile(one)
    return LeeCourse(tuple(verdicts))


def _read(assessments: Iterable[Any], vital_signs: Iterable[Any], options: LeeOptions) -> list[Any]:
    return crs_temperature.read(assessments, vital_signs if options.vital_signs_count else ())


def _items(assessment: Any) -> dict[str, Any]:
    items = {name: getattr(assessment, name) for name in ITEMS}
    optional = {name: getattr(assessment, name, None) for name in OPTIONAL_ITEMS}
    return items | optional | {"elsewhere": crs_temperature.elsewhere(assessment)}


def _febrile(assessment: Any) -> bool:
    cause = assessment.fever_due_to_crs if known(assessment.fever_due_to_crs) else None
    return lee_axes.symptoms(assessment.temperature, cause).finding.value == 1


def _judge(items: dict[str, Any], *, febrile: bool, weight: Any, options: LeeOptions) -> Verdict:
    """Every line of the table, then the ladder."""
    now = {name: value if name == "vasopressors" or known(value) else None for name, value in items.items()}
    at = now["assessed_at"] if isinstance(now["assessed_at"], datetime) else None
    axes = (
        lee_axes.symptoms(now["temperature"], now["fever_due_to_crs"], elsewhere=bool(now["elsewhere"])),
        lee_axes.hypotension(
            now["hypotension"], now["hypotension_due_to_crs"], rows_of(now["vasopressors"]),
            weight=weight, now=at, options=options,
        ),
        lee_axes.hypoxia(
            now["oxygen"], now["fio2"], at_baseline=now["oxygen_at_baseline"], due_to_crs=now["hypoxia_due_to_crs"],
            reason=now["ventilation_reason"], options=options,
        ),
        lee_axes.organs(now["organ_toxicity"], now["transaminase_grade"], options=options),
    )  # fmt: skip
    return _grade(axes, now["death_due_to_crs"], febrile=febrile or axes[0].finding.value == 1)


def _grade(axes: tuple[Axis, ...], death: str | None, *, febrile: bool) -> Verdict:
    """The ladder, worst first: death, the worst line, then fever, then what is missing."""
    fever, hypotension, hypoxia, organs = because = tuple(axis.finding for axis in axes)
    if death == "Y":
        return _verdict(5, DEATH, because)
    flags: tuple[str, ...] = ("DEATH_CAUSE_UNKNOWN",) if death == "U" else ()
    worst = max(because[1:], key=lambda one: one.value if isinstance(one.value, int) else 0)
    ceiling = max(axis.ceiling for axis in axes)
    if isinstance(worst.value, int) and worst.value >= 2:
        flags = joined(flags, () if febrile else ("NEVER_FEBRILE",), ("LOWER_BOUND",) if ceiling > worst.value else ())
        return _verdict(worst.value, worst.clause, because, flags, basis=worst.basis, shown=worst.shown)
    missing = hypotension.value is None or hypoxia.value is None
    bound = ("LOWER_BOUND",) if ceiling > 1 else ()
    if fever.value == 1 and missing:
        return _verdict(1, FEVER_AT_LEAST, because, joined(flags, bound))
    if fever.value == 1:
        return _verdict(1, FEVER_ONLY if organs.value == 0 else FEVER_NO_ORGANS, because, joined(flags, bound))
    if missing or fever.value is None:
        return _verdict(None, CANNOT_NOT_ALL_RECORDED, because, flags)
    if organs.value is None:
        return _verdict(0, CLEAR_NO_ORGANS, because, joined(flags, bound), basis=CONVENTION)
    return _verdict(0, CLEAR, because, flags)


def _verdict(
    value: int | None, clause: str, because: tuple[Verdict, ...], flags: tuple[str, ...] = (), **how: Any
) -> Verdict:
    """The verdict on the assessment, by the table unless `how` names another basis."""
    return concluded(value, clause, because, flags, version=VERSION, **{"basis": TABLE, **how})
