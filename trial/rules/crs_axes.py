"""The three columns of the ASTCT 2019 table: fever, hypotension, hypoxia; each a ladder of its own."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from trial.rules.crs_options import CONVENTION, NOTE, TABLE, AstctOptions
from trial.rules.crs_pressors import pressors
from trial.rules.verdict import Verdict, decimal, figure, joined

VERSION = "astct_2019"
# ASTCT 2019, table 2: temperature in Cel, at or above.
FEVER_CEL = Decimal("38.0")
# ASTCT 2019, footnotes of table 2: oxygen flow in L/min; low flow is at or below, high flow above.
LOW_FLOW_L_PER_MIN = Decimal("6.0")
# ASTCT 2019, table 2, hypoxia of grade 3 and of grade 4.
MASKS = frozenset({"FACE_MASK", "NON_REBREATHER", "VENTURI"})
POSITIVE_PRESSURE = frozenset({"CPAP", "BIPAP", "INTUBATED"})
NOT_FOR_HYPOXIA = frozenset({"AIRWAY_PROTECTION", "PROCEDURE", "OTHER"})

TEMPERATURE_MISSING = "The temperature is not recorded."
FEVER = "Temperature {temperature} °C, at or above {threshold} °C: fever."
FEVER_OTHER_CAUSE = "Temperature {temperature} °C: fever, but with another cause than CRS."
NO_FEVER = "Temperature {temperature} °C, below {threshold} °C: no fever."

HYPOTENSION_OTHER_CAUSE = "Hypotension and vasopressors are recorded as having another cause than CRS: not counted."
PRESSORS_TOGETHER = "At least two vasopressors at the same time, not counting vasopressin ({drugs})."
PRESSORS_IN_SEQUENCE = "Vasopressors one after the other, never two at the same time ({drugs}): counted as one."
ONE_PRESSOR = "One vasopressor, with or without vasopressin ({drugs})."
VASOPRESSIN_ALONE = "Vasopressin, or an agent like it, as the only vasopressor ({drugs})."
HYPOTENSION_NO_PRESSOR = "Hypotension without a vasopressor."
NO_HYPOTENSION = "No hypotension and no vasopressor."
HYPOTENSION_MISSING = "It is not recorded whether there was hypotension."

NO_OXYGEN = "No oxygen support."
HYPOXIA_OTHER_CAUSE = "The need for oxygen is recorded as having another cause than CRS: not counted."
OXYGEN_AT_BASELINE = "Oxygen support is the same as before the infusion: not counted."
OXYGEN_MISSING = "It is not recorded which oxygen support was given."
OXYGEN_UNKNOWN = "Oxygen support {device} is not in the table."
VENTILATED_OTHER_REASON = "Positive pressure (CPAP, BiPAP or intubation), but not for hypoxia: not counted."
VENTILATED = "Positive pressure (CPAP, BiPAP or intubation)."
VENTILATED_REASON_MISSING = (
    "Positive pressure (CPAP, BiPAP or intubation); the reason is not recorded and hypoxia is assumed."
)
HIGH_FLOW_DEVICE = "High-flow nasal cannula."
MASK = "Simple face mask, non-rebreather or Venturi mask."
CANNULA_HIGH = "Nasal cannula at {flow} L/min, above {threshold} L/min: high flow."
CANNULA_LOW = "Nasal cannula at {flow} L/min, not above {threshold} L/min: low flow."
CANNULA_FLOW_MISSING = "Nasal cannula; the flow is not recorded and low flow is assumed."
BLOW_BY = "Blow-by oxygen."

AXIS_CLAUSES = (
    TEMPERATURE_MISSING, FEVER, FEVER_OTHER_CAUSE, NO_FEVER,
    HYPOTENSION_OTHER_CAUSE, PRESSORS_TOGETHER, PRESSORS_IN_SEQUENCE, ONE_PRESSOR, VASOPRESSIN_ALONE,
    HYPOTENSION_NO_PRESSOR, NO_HYPOTENSION, HYPOTENSION_MISSING,
    NO_OXYGEN, HYPOXIA_OTHER_CAUSE, OXYGEN_AT_BASELINE, OXYGEN_MISSING, OXYGEN_UNKNOWN, VENTILATED_OTHER_REASON,
    VENTILATED, VENTILATED_REASON_MISSING, HIGH_FLOW_DEVICE, MASK, CANNULA_HIGH, CANNULA_LOW, CANNULA_FLOW_MISSING,
    BLOW_BY,
)  # fmt: skip


def finding(
    value: int | str | None, clause: str, *, basis: str = TABLE, flags: tuple[str, ...] = (), **shown: str
) -> Verdict:
    """One rung's answer."""
    return Verdict(value=value, clause=clause, basis=basis, version=VERSION, shown=shown, flags=flags)


def fever(temperature: Any, due_to_crs: str | None, *, elsewhere: bool = False) -> Verdict:
    """1 = fever of CRS, 0 = none, None = temperature missing. Temperature in Cel; cause blank or U counts.

    elsewhere: it does not stand in the assessment itself, but in the vital signs.
    """
    measured = decimal(temperature)
    if measured is None:
        return finding(None, TEMPERATURE_MISSING, flags=("TEMPERATURE_MISSING",))
    shown = figure(measured)
    flags: tuple[str, ...] = ("TEMPERATURE_ELSEWHERE",) if elsewhere else ()
    if measured < FEVER_CEL:
        return finding(0, NO_FEVER, flags=flags, temperature=shown, threshold=figure(FEVER_CEL))
    if due_to_crs == "N":
        return finding(0, FEVER_OTHER_CAUSE, basis=NOTE, flags=flags, temperature=shown)
    flags += ("FEVER_CAUSE_UNKNOWN",) if due_to_crs == "U" else ()
    return finding(1, FEVER, flags=flags, temperature=shown, threshold=figure(FEVER_CEL))


def hypotension(present: str | None, due_to_crs: str | None, rows: Iterable[Any], *, options: AstctOptions) -> Verdict:
    """0, 2, 3 or 4; None = hypotension not recorded and no vasopressor given. Cause blank or U counts."""
    if due_to_crs == "N":
        return finding(0, HYPOTENSION_OTHER_CAUSE)
    given = pressors(rows, options=options)
    flags = joined(
        given.flags,
        ("PRESSOR_WITHOUT_HYPOTENSION",) if given.any and present != "Y" else (),
        ("HYPOTENSION_CAUSE_UNKNOWN",) if due_to_crs == "U" and (given.any or present == "Y") else (),
    )
    if len(given.drugs) >= 2 and given.together:
        return finding(4, PRESSORS_TOGETHER, flags=flags, drugs=given.named)
    if len(given.drugs) >= 2:
        return finding(
            3, PRESSORS_IN_SEQUENCE, basis=CONVENTION, flags=joined(flags, ("PRESSORS_IN_SEQUENCE",)), drugs=given.named
        )
    if given.drugs:
        return finding(3, ONE_PRESSOR, flags=flags, drugs=given.named)
    if given.like_vasopressin:
        flags = joined(flags, ("VASOPRESSIN_ALONE",))
        return finding(options.vasopressin_alone, VASOPRESSIN_ALONE, basis=CONVENTION, flags=flags, drugs=given.named)
    if present == "Y":
        return finding(2, HYPOTENSION_NO_PRESSOR, flags=flags)
    if present == "N":
        return finding(0, NO_HYPOTENSION, flags=flags)
    return finding(None, HYPOTENSION_MISSING, flags=joined(flags, ("HYPOTENSION_MISSING",)))


def hypoxia(
    device: str | None,
    flow: Any,
    *,
    at_baseline: str | None,
    due_to_crs: str | None,
    reason: str | None,
    options: AstctOptions,
) -> Verdict:
    """0, 2, 3 or 4; None = oxygen support not recorded. Flow in L/min; cause blank or U counts."""
    if device == "NONE":
        return finding(0, NO_OXYGEN)
    if due_to_crs == "N":
        return finding(0, HYPOXIA_OTHER_CAUSE)
    if at_baseline == "Y" and options.baseline_support_excluded:
        return finding(0, OXYGEN_AT_BASELINE, basis=CONVENTION, flags=("OXYGEN_AT_BASELINE",))
    if device is None:
        return finding(None, OXYGEN_MISSING, flags=("HYPOXIA_MISSING",))
    flags = ("HYPOXIA_CAUSE_UNKNOWN",) if due_to_crs == "U" else ()
    if device in POSITIVE_PRESSURE:
        return _ventilated(reason, flags)
    if device == "HFNC":
        return _high_flow_device(flow, flags)
    if device in MASKS:
        return finding(3, MASK, flags=flags)
    if device == "NASAL_CANNULA":
        return _cannula(decimal(flow), flags)
    if device == "BLOW_BY":
        return finding(2, BLOW_BY, basis=NOTE, flags=flags)
    return finding(None, OXYGEN_UNKNOWN, flags=("HYPOXIA_MISSING",), device=device)


def _ventilated(reason: str | None, flags: tuple[str, ...]) -> Verdict:
    if reason in NOT_FOR_HYPOXIA:
        return finding(0, VENTILATED_OTHER_REASON, basis=NOTE)
    if reason == "HYPOXIA":
        return finding(4, VENTILATED, flags=flags)
    return finding(4, VENTILATED_REASON_MISSING, basis=CONVENTION, flags=joined(flags, ("VENTILATION_REASON_MISSING",)))


def _cannula(flow: Decimal | None, flags: tuple[str, ...]) -> Verdict:
    if flow is None:
        return finding(2, CANNULA_FLOW_MISSING, basis=CONVENTION, flags=joined(flags, ("FLOW_MISSING",)))
    shown, threshold = figure(flow), figure(LOW_FLOW_L_PER_MIN)
    if flow > LOW_FLOW_L_PER_MIN:
        return finding(3, CANNULA_HIGH, basis=NOTE, flags=flags, flow=shown, threshold=threshold)
    return finding(2, CANNULA_LOW, basis=NOTE, flags=flags, flow=shown, threshold=threshold)


def _high_flow_device(flow: Any, flags: tuple[str, ...]) -> Verdict:
    """A high-flow device at low flow contradicts itself; by convention the device decides, and the page says so."""
    recorded = decimal(flow)
    if recorded is not None and recorded <= LOW_FLOW_L_PER_MIN:
        return finding(3, HIGH_FLOW_DEVICE, basis=CONVENTION, flags=joined(flags, ("HIGH_FLOW_DEVICE_AT_LOW_FLOW",)))
    return finding(3, HIGH_FLOW_DEVICE, flags=flags)
