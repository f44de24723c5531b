"""Vasopressors by Lee 2014: which doses are high, by the paper's table, whatever unit they were written in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from trial.rules.crs_pressors import Run
from trial.rules.lee_options import CONVENTION, DOSES_VERSION, HIGH_DOSE_TABLE, LeeOptions
from trial.rules.verdict import Verdict, decimal, figure, joined, known

# Lee DW et al. Blood 2014;124:188-195, table 3: a high dose of one agent alone, at or above, with the table's unit.
HIGH_DOSE: Mapping[str, tuple[Decimal, str]] = {
    "NOREPINEPHRINE": (Decimal(20), "ug/min"),
    "DOPAMINE": (Decimal(10), "ug/kg/min"),
    "PHENYLEPHRINE": (Decimal(200), "ug/min"),
    "EPINEPHRINE": (Decimal(10), "ug/min"),
}
# The same table: norepinephrine equivalent in ug/min, at or above, of agents given together.
HIGH_EQUIVALENT = Decimal(20)
HIGH_EQUIVALENT_ON_VASOPRESSIN = Decimal(10)
# The same table: all doses must have been needed for at least so many hours.
HIGH_DOSE_HOURS = Decimal(3)
# VASST (Russell JA et al. N Engl J Med 2008;358:877-887), as the table cites it: the dose is divided by this.
PER_NOREPINEPHRINE: Mapping[str, Decimal] = {
    "NOREPINEPHRINE": Decimal(1), "DOPAMINE": Decimal(2), "EPINEPHRINE": Decimal(1), "PHENYLEPHRINE": Decimal(10),
}  # fmt: skip
UG_PER_MIN_OF_MG_PER_H = Fraction(1000, 60)

HIGH = "{drugs} {value} {unit} for at least {hours} hours, at or above {threshold} {unit}: high dose."
LOW = "{drugs} {value} {unit}, below {threshold} {unit}: no high dose."
TOO_SHORT = "{drugs} {value} {unit}, at or above {threshold} {unit}, but for less than {hours} hours: no high dose."
HOURS_MISSING = "{drugs} {value} {unit}, at or above {threshold} {unit}; it is not recorded for how long."
DOSE_MISSING = "{drugs}: the dose is not recorded."
UNIT_MISSING = "{drugs}: the unit of the dose is not recorded, or is not one of this drug."
WEIGHT_MISSING = "{drugs}: the dose cannot be converted, because the body weight is not recorded."
NO_ROW = "{drugs}: the table has no high dose of this drug."
TOGETHER_HIGH = "Given together: norepinephrine equivalent {value} {unit}, at or above {threshold} {unit}: high dose."
TOGETHER_LOW = "Given together: norepinephrine equivalent {value} {unit}, below {threshold} {unit}: no high dose."
TOGETHER_UNKNOWN = (
    "Given together: the norepinephrine equivalent is at least {value} {unit}; whether it reaches {threshold} {unit} "
    "cannot be told."
)

PRESSOR_CLAUSES = (
    HIGH, LOW, TOO_SHORT, HOURS_MISSING, DOSE_MISSING, UNIT_MISSING, WEIGHT_MISSING, NO_ROW,
    TOGETHER_HIGH, TOGETHER_LOW, TOGETHER_UNKNOWN,
)  # fmt: skip

# What is asked of the reader where a dose cannot be told.
FLAG_OF: Mapping[str, str] = {
    DOSE_MISSING: "PRESSOR_DOSE_MISSING", UNIT_MISSING: "PRESSOR_UNIT_MISSING", WEIGHT_MISSING: "WEIGHT_MISSING",
}  # fmt: skip


class Dose(NamedTuple):
    """A row of the grid in the unit of the table; None = it cannot be told, `lacks` says why."""

    run: Run
    amount: Fraction | None
    hours: Fraction | None  # at this dose, as entered
    most: Fraction | None  # that it can have run at all; None = no limit is known
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class HighDose:
    """Whether any dose was high; None = it cannot be told. `findings` = one a drug, and one of the combination."""

    high: bool | None
    findings: tuple[Verdict, ...]

    @property
    def deciding(self) -> Verdict | None:
        """The first finding that shows a high dose."""
        return next((one for one in self.findings if one.value == 1), None)


def high_dose(rows: Iterable[Any], *, weight: Any, now: datetime | None, options: LeeOptions) -> HighDose:
    """Judge the rows (drug, dose, dose_unit, hours, started_at, stopped_at); `weight` in kg, None = not known.

    `now` = time of the assessment, to which an agent without a stop has run; None = that is not known.
    """
    doses = sorted(_doses(rows, weight=decimal(weight), now=_aware(now), options=options), key=_order)
    named = sorted({dose.run.drug for dose in doses})
    findings = [_alone(drug, [dose for dose in doses if dose.run.drug == drug]) for drug in named]
    findings += _combined(doses, options)
    answers = [one.value for one in findings if one.clause != NO_ROW]
    high = True if 1 in answers else None if None in answers else False
    return HighDose(high, tuple(findings))


def _order(dose: Dose) -> tuple[str, ...]:
    return tuple(map(str, dose))


def _doses(rows: Iterable[Any], *, weight: Decimal | None, now: datetime | None, options: LeeOptions) -> set[Dose]:
    """The rows that name a vasopressor, each once."""
    found = set()
    for row in rows:
        drug = _read(row, "drug")
        if drug is None or drug in options.not_counted:
            continue
        start, stop = _instant(row, "started_at"), _instant(row, "stopped_at")
        if start is not None and stop is not None and stop < start:
            start = stop = None  # taken as running all the time, as the ASTCT rule takes it
        found.add(_dose(row, Run(str(drug), start, stop), weight=weight, now=now))
    return found


def _dose(row: Any, run: Run, *, weight: Decimal | None, now: datetime | None) -> Dose:
    given, unit, (hours, most) = decimal(_read(row, "dose")), _read(row, "dose_unit"), _hours(row, run, now)
    if run.drug not in HIGH_DOSE:
        return Dose(run, None, hours, most, NO_ROW)
    if given is None or not given.is_finite() or given < 0:
        return Dose(run, None, hours, most, DOSE_MISSING)
    if unit not in ("ug/min", "ug/kg/min", "mg/h"):
        return Dose(run, None, hours, most, UNIT_MISSING)
    amount = Fraction(given) * (UG_PER_MIN_OF_MG_PER_H if unit == "mg/h" else 1)
    wanted, written = HIGH_DOSE[run.drug][1] == "ug/kg/min", unit == "ug/kg/min"
    if wanted == written:
        return Dose(run, amount, hours, most)
    if weight is None or not weight.is_finite() or weight <= 0:
        return Dose(run, None, hours, most, WEIGHT_MISSING)
    return Dose(run, amount / Fraction(weight) if wanted else amount * Fraction(weight), hours, most)


def _hours(row: Any, run: Run, now: datetime | None) -> tuple[Fraction | None, Fraction | None]:
    """The hours entered, and the most it can have been: from start to stop, or to the assessment while it runs."""
    entered = decimal(_read(row, "hours"))
    if entered is not None and entered.is_finite() and entered >= 0:
        return Fraction(entered), Fraction(entered)
    end = run.stop if run.stop is not None else now
    if run.start is None or end is None or end < run.start:
        return None, None
    return None, Fraction(int((end - run.start).total_seconds()), 3600)


def _alone(drug: str, doses: list[Dose]) -> Verdict:
    """One agent by itself: its rows at or above the limit are added up, whatever stands beside it."""
    names: dict[str, Any] = {"drugs": drug.lower()}
    if drug not in HIGH_DOSE:
        flags = () if drug in ("VASOPRESSIN", "TERLIPRESSIN") else ("NO_HIGH_DOSE_DEFINED",)
        return _told(0, NO_ROW, basis=CONVENTION, flags=flags, **names)
    limit, unit = HIGH_DOSE[drug]
    told = [dose.amount for dose in doses if dose.amount is not None]
    over = [dose for dose in doses if dose.amount is not None and dose.amount >= limit]
    shown: dict[str, Any] = {
        **names,
        "value": _text(max(told, default=Fraction(0))),
        "unit": unit,
        "threshold": figure(limit),
    }
    if over and _held(over):
        return _told(1, HIGH, hours=figure(HIGH_DOSE_HOURS), **shown)
    lacks = next((dose.lacks for dose in doses if dose.lacks), "")
    if lacks:
        return _told(None, lacks, flags=(FLAG_OF[lacks],), **names)
    if over and _perhaps_held(over):
        return _told(None, HOURS_MISSING, flags=("PRESSOR_HOURS_MISSING",), **shown)
    if over:
        return _told(0, TOO_SHORT, hours=figure(HIGH_DOSE_HOURS), **shown)
    return _told(0, LOW, **shown)


def _told(
    high: int | None, clause: str, /, *, basis: str = HIGH_DOSE_TABLE, flags: tuple[str, ...] = (), **shown: str
) -> Verdict:
    return Verdict(value=high, clause=clause, basis=basis, version=DOSES_VERSION, shown=shown, flags=flags)


def _held(doses: Iterable[Dose]) -> bool:
    return sum((dose.hours or Fraction(0) for dose in doses), Fraction(0)) >= HIGH_DOSE_HOURS


def _perhaps_held(doses: Iterable[Dose]) -> bool:
    """Whether the dose may have been held for long enough, hours not entered taken as the most they can be."""
    most = [Fraction(HIGH_DOSE_HOURS) if dose.most is None else dose.most for dose in doses]
    return sum(most, Fraction(0)) >= HIGH_DOSE_HOURS


def _combined(doses: list[Dose], options: LeeOptions) -> list[Verdict]:
    """The worst combination of agents with an equivalent; none where no two agents, or one and vasopressin, met."""
    found: list[Verdict] = []
    for one in doses:
        # Agents that ran with this one, whether or not they met each other: the worst reading.
        group = [other for other in doses if other is one or overlap(one.run, other.run)]
        on_vasopressin = any(dose.run.drug in options.like_vasopressin for dose in group)
        agents = sorted({dose.run.drug for dose in group} & set(PER_NOREPINEPHRINE))
        if len(agents) + on_vasopressin >= 2 and agents:
            found.append(_equivalent(agents, group, on_vasopressin=on_vasopressin))
    ranks: dict[Any, int] = {1: 2, None: 1, 0: 0}  # yes, then "cannot be told", then no
    found.sort(key=lambda each: (ranks[each.value], Decimal(each.shown["value"]), each.flags), reverse=True)
    return found[:1]


def _equivalent(agents: list[str], group: list[Dose], *, on_vasopressin: bool) -> Verdict:
    """Norepinephrine equivalent of the highest dose of each agent that was held for long enough."""
    total, flags = Fraction(0), ()  # type: tuple[Fraction, tuple[str, ...]]
    for drug in agents:
        mine = [dose for dose in group if dose.run.drug == drug]
        flags = joined(flags, tuple(FLAG_OF[dose.lacks] for dose in mine if dose.lacks))
        steps = {dose.amount for dose in mine if dose.amount is not None}
        rows = {step: [dose for dose in mine if dose.amount is not None and dose.amount >= step] for step in steps}
        held = max((step for step in steps if _held(rows[step])), default=Fraction(0))
        if any(step > held and _perhaps_held(rows[step]) for step in steps):
            flags = joined(flags, ("PRESSOR_HOURS_MISSING",))
        total += held / Fraction(PER_NOREPINEPHRINE[drug])
    limit = HIGH_EQUIVALENT_ON_VASOPRESSIN if on_vasopressin else HIGH_EQUIVALENT
    shown: dict[str, Any] = {"value": _text(total), "unit": "ug/min", "threshold": figure(limit)}
    if total >= limit:
        return _told(1, TOGETHER_HIGH, **shown)
    if flags:
        return _told(None, TOGETHER_UNKNOWN, flags=flags, **shown)
    return _told(0, TOGETHER_LOW, **shown)


def overlap(one: Run, other: Run) -> bool:
    """Whether two runs had time in common; a time that is not recorded is taken as the worst."""
    return _before(one.start, other.stop) and _before(other.start, one.stop)


def _before(start: datetime | None, stop: datetime | None) -> bool:
    return start is None or stop is None or start < stop


def _text(amount: Fraction) -> str:
    """To two decimals at most, cut off and not rounded up: 19.999 must not read as 20."""
    return figure(Decimal(int(amount * 100)) / 100)


def _instant(row: Any, name: str) -> datetime | None:
    """A time of the row; naive = UTC."""
    return _aware(_read(row, name))


def _aware(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _read(row: Any, name: str) -> Any:
    value = row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
    return value if known(value) else None
