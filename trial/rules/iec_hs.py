"""The findings of IEC-HS, listed one by one: no count and no conclusion, which are the investigator's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from trial.rules import ctcae
from trial.rules.crs_episodes import day_of
from trial.rules.iec_hs_read import Reader, Rows, Series, read
from trial.rules.iec_hs_table import REQUIRED, SUPPORTING, TABLE_CLAUSES, Analyte, Beyond
from trial.rules.reference import FLAGS as OF_LIMITS
from trial.rules.reference import Limits
from trial.rules.verdict import Verdict, concluded, decimal, figure, known

__all__ = ["BASES", "CLAUSES", "FLAGS", "VERSION", "Finding", "IecHs", "Limits", "Rows", "iec_hs"]

VERSION = "iec_hs_2023"
TABLE = "IEC-HS (Hines MR et al. Transplant Cell Ther 2023;29:438.e1)"
CYTOPENIA = "IEC-HS (Hines MR et al. Transplant Cell Ther 2023;29:438.e1); grade 4 by CTCAE 5.0"
BASES: tuple[str, ...] = (TABLE, CYTOPENIA)

LISTED = "Findings of the syndrome, listed without a count: no minimum number is defined, and the investigator decides."
LISTED_DAYS = (
    "Findings of the syndrome from {first} to {last}, listed without a count: no minimum number is defined, and the "
    "investigator decides."
)
REQUIRED_FINDINGS = "Required: ferritin beyond a limit, or rising rapidly."
SUPPORTING_FINDINGS = "Supporting findings, each by itself."
SEVERAL_MET = "At least one of the values is beyond its limit."
SEVERAL_NOT_MET = "None of the values is beyond its limit."
SEVERAL_UNKNOWN = "It is not known of every value whether it is beyond its limit."
RISE = "Largest rise between two draws: ferritin from {lowest} to {value} {unit} in {days} days. Is this rapid?"
NO_RISE = "Ferritin did not rise between any two draws."
NO_RISE_KNOWN = "Fewer than two ferritin values: a rise cannot be told."
NEUTROPENIA = "Neutrophils {value} {unit} on {on}: grade 4."
NO_NEUTROPENIA = "Neutrophils at least {value} {unit}, on {on}: below grade 4."
NO_NEUTROPHILS = "Neutrophils: no value after the infusion."
THROMBOCYTOPENIA = "Platelets {value} {unit} on {on}: grade 4."
NO_THROMBOCYTOPENIA = "Platelets at least {value} {unit}, on {on}: below grade 4."
NO_PLATELETS = "Platelets: no value after the infusion."

# Findings that no laboratory value tells: recorded by a person, or not known. Present, absent, not known.
CLINICAL: dict[str, tuple[str, str, str]] = {
    "splenomegaly": ("New splenomegaly.", "No new splenomegaly.", "New splenomegaly: not recorded."),
    "renal_insufficiency": (
        "New renal insufficiency.", "No new renal insufficiency.", "New renal insufficiency: not recorded.",
    ),
    "pulmonary": (
        "Pulmonary findings (hypoxia, infiltrates or oedema).",
        "No pulmonary findings (hypoxia, infiltrates or oedema).",
        "Pulmonary findings (hypoxia, infiltrates or oedema): not recorded.",
    ),
    "fever": ("New or persistent fever.", "No new or persistent fever.", "New or persistent fever: not recorded."),
    "neurotoxicity": ("Neurotoxicity.", "No neurotoxicity.", "Neurotoxicity: not recorded."),
    "haemophagocytosis": (
        "Haemophagocytosis in marrow or tissue.",
        "No haemophagocytosis in marrow or tissue.",
        "Haemophagocytosis in marrow or tissue: not recorded.",
    ),
}  # fmt: skip

CLAUSES: tuple[str, ...] = tuple(dict.fromkeys((
    LISTED, LISTED_DAYS, REQUIRED_FINDINGS, SUPPORTING_FINDINGS,
    SEVERAL_MET, SEVERAL_NOT_MET, SEVERAL_UNKNOWN, RISE, NO_RISE, NO_RISE_KNOWN,
    NEUTROPENIA, NO_NEUTROPENIA, NO_NEUTROPHILS, THROMBOCYTOPENIA, NO_THROMBOCYTOPENIA, NO_PLATELETS,
    *TABLE_CLAUSES, *(sentence for three in CLINICAL.values() for sentence in three),
)))  # fmt: skip

FLAGS: dict[str, str] = {
    "BASELINE_VALUE_MISSING": "The value at baseline is not recorded; the value was judged without it.",
    "REFERENCE_MISSING": "A limit of normal is not recorded; the value was compared with what else there is.",
    "ANTICOAGULATED": "The subject was on an anticoagulant; clotting times may be prolonged by it.",
    "FASTING_NOT_RECORDED": "It is not recorded whether the triglycerides were taken fasting.",
    "CYTOPENIA_AT_BASELINE": "The count was as low before the infusion; whether it is worse is for the investigator.",
    "LIMITS_ASSUMED": OF_LIMITS["LIMITS_ASSUMED"],
    "VALUE_IMPOSSIBLE": "A value that cannot be measured was left out.",
}

COUNTS = (
    ("neutrophils", NEUTROPENIA, NO_NEUTROPENIA, NO_NEUTROPHILS),
    ("platelets", THROMBOCYTOPENIA, NO_THROMBOCYTOPENIA, NO_PLATELETS),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `verdict.value` 1 = present, 0 = absent, None = not known; `on` = day of the value that says so."""

    name: str
    required: bool
    verdict: Verdict
    on: date | None = None


@dataclass(frozen=True, slots=True)
class IecHs:
    """Every finding of the list in its order; there is no conclusion."""

    findings: tuple[Finding, ...]
    since: date | None = None  # days that were looked at, both included; None = no such end
    until: date | None = None

    @property
    def verdict(self) -> Verdict:
        """The list as a verdict without a value: the required findings, then the supporting ones, under a sentence."""
        groups = tuple(
            concluded(
                None, said, tuple(one.verdict for one in self.findings if one.required is required), basis=TABLE,
                version=VERSION,
            )
            for said, required in ((REQUIRED_FINDINGS, True), (SUPPORTING_FINDINGS, False))
        )  # fmt: skip
        if self.since is None or self.until is None:
            return concluded(None, LISTED, groups, basis=TABLE, version=VERSION)
        shown = {"first": self.since.isoformat(), "last": self.until.isoformat()}
        return concluded(None, LISTED_DAYS, groups, basis=TABLE, version=VERSION, shown=shown)

    def of(self, name: str) -> Finding:
        """The finding of this name. Raises KeyError."""
        return {one.name: one for one in self.findings}[name]


def iec_hs(
    rows: Rows,
    *,
    infused_on: date,
    limits: Mapping[str, Limits] | None = None,
    since: date | None = None,
    until: date | None = None,
    splenomegaly: str | None = None,
    renal_insufficiency: str | None = None,
    pulmonary: str | None = None,
    fever: str | None = None,
    neurotoxicity: str | None = None,
    haemophagocytosis: str | None = None,
) -> IecHs:
    """List the findings after the infusion: each present, absent or not known, with value, day and limit.

    `limits` by item name. Baseline = last value up to the day of the infusion. `since`, `until` = days to look at,
    both included; None = from the day after the infusion, and without end. The rest: Y, N, or U and None = not known.
    The worst value of the days looked at decides. Source: Hines MR et al. Transplant Cell Ther 2023;29:438.e1.
    """
    infusion = day_of(infused_on)
    assert infusion is not None
    reader = Reader(rows, infusion, limits or {}, since, until)
    findings = [_laboratory(name, analytes, reader, required=True) for name, analytes in REQUIRED]
    findings.append(Finding("FERRITIN_RISE", True, _rise(reader.series("ferritin", "inflammation"))))
    findings += [_laboratory(name, analytes, reader, required=False) for name, analytes in SUPPORTING]
    findings.append(_cytopenia(reader))
    recorded = {
        "splenomegaly": splenomegaly, "renal_insufficiency": renal_insufficiency, "pulmonary": pulmonary,
        "fever": fever, "neurotoxicity": neurotoxicity, "haemophagocytosis": haemophagocytosis,
    }  # fmt: skip
    findings += [Finding(name.upper(), False, _clinical(name, answer)) for name, answer in recorded.items()]
    return IecHs(tuple(findings), since, until)


def _laboratory(name: str, analytes: tuple[Analyte, ...], reader: Reader, *, required: bool) -> Finding:
    """One finding of one or several analytes."""
    parts = [_compared(analyte, reader) for analyte in analytes]
    if len(parts) == 1:
        return Finding(name, required, *parts[0])
    return _together(name, parts, required=required)


def _together(
    name: str, parts: list[tuple[Verdict, date | None]], *, required: bool = False, basis: str = TABLE
) -> Finding:
    """Present where one part is, absent where all are."""
    values = [verdict.value for verdict, _ in parts]
    met = next((on for verdict, on in parts if verdict.value == 1), None)
    value, clause = (1, SEVERAL_MET) if 1 in values else (None, SEVERAL_UNKNOWN)
    if all(one == 0 for one in values):
        value, clause = 0, SEVERAL_NOT_MET
    because = tuple(verdict for verdict, _ in parts)
    return Finding(name, required, concluded(value, clause, because, basis=basis, version=VERSION), met)


def _compared(analyte: Analyte, reader: Reader) -> tuple[Verdict, date | None]:
    """The worst value against every limit that can be formed; met where one is passed."""
    series = reader.series(analyte.item, analyte.form)
    if not series.after:
        return _said(None, analyte.says.no_value, series.flags), None
    lowest = analyte.direction == "LOW"
    on, worst = min(series.after, key=lambda one: (one[1] if lowest else -one[1], one[0]))
    normal = reader.limits.get(analyte.item, Limits())
    found, lacking = _formed(analyte, normal, series.before)
    flags = (*series.flags, *_remarks(analyte, reader, on, lacking, series.before))
    shown = {"value": figure(worst), "unit": analyte.unit, "on": on.isoformat()}
    passed = [(text, limit) for text, limit in found if (worst < limit if lowest else worst > limit)]
    if passed:
        return _said(1, analyte.says.met, flags, limits=passed[0][0], **shown), on
    if lacking or not found:
        return _said(None, analyte.says.no_limit, flags, **shown), on
    nearest = max(found, key=lambda one: one[1]) if lowest else min(found, key=lambda one: one[1])
    return _said(0, analyte.says.not_met, flags, limits=nearest[0], **shown), on


def _formed(
    analyte: Analyte, normal: Limits, baseline: Decimal | None
) -> tuple[list[tuple[str, Decimal]], tuple[str, ...]]:
    """The limits that can be formed, with their text, and what is lacking for the others."""
    references = {"ULN": decimal(normal.high), "LLN": decimal(normal.low), "BASELINE": baseline}
    upper = references["ULN"]
    abnormal = baseline is not None and upper is not None and baseline > upper
    found: list[tuple[str, Decimal]] = []
    lacking: list[str] = []
    for bound in analyte.limits:
        if bound.when == "NORMAL_BASELINE" and abnormal or bound.when == "ABNORMAL_BASELINE" and not abnormal:
            continue
        reference = references[bound.of] if bound.of else Decimal(1)
        if reference is None:
            lacking.append(bound.of)
        else:
            found.append((_limit(bound, reference), bound.times * reference))
    return found, tuple(lacking)


def _limit(bound: Beyond, reference: Decimal) -> str:
    """A limit as text, "2 × ULN (600.0)"; the number alone where it has no reference."""
    if not bound.of:
        return figure(bound.times)
    times = "" if bound.times == 1 else f"{bound.times} × "
    return f"{times}{bound.of} ({figure(bound.times * reference)})"


def _remarks(
    analyte: Analyte, reader: Reader, on: date, lacking: tuple[str, ...], baseline: Decimal | None
) -> Iterator[str]:
    if {"ULN", "LLN"} & set(lacking):
        yield "REFERENCE_MISSING"
    if reader.limits.get(analyte.item, Limits()).assumed and any(one.of in ("ULN", "LLN") for one in analyte.limits):
        yield "LIMITS_ASSUMED"
    if baseline is None and any(bound.of == "BASELINE" for bound in analyte.limits):
        yield "BASELINE_VALUE_MISSING"
    if analyte.item in ("pt", "aptt"):
        taking = [read(row, "anticoagulated") for day, row in reader.dated("coagulation") if day == on]
        yield from ("ANTICOAGULATED",) if "Y" in taking else ()
    if analyte.item == "triglycerides":
        yield "FASTING_NOT_RECORDED"


def _rise(series: Series) -> Verdict:
    """The largest rise between two neighbouring draws, the later one after the infusion; never judged."""
    steps = [
        (value - before, (on - earlier).days, before, value)
        for (earlier, before), (on, value) in pairwise(series.everything)
        if (on, value) in series.after
    ]
    if not steps:
        return _said(None, NO_RISE_KNOWN, series.flags)
    rise, days, before, value = max(steps, key=lambda step: (step[0], -step[1]))
    if rise <= 0:
        return _said(0, NO_RISE, series.flags)
    shown = {"lowest": figure(before), "value": figure(value), "unit": "ug/L", "days": str(days)}
    return _said(None, RISE, series.flags, **shown)


def _cytopenia(reader: Reader) -> Finding:
    """Neutrophils or platelets of grade 4; CTCAE gives haemoglobin no grade 4 from a value."""
    parts: list[tuple[Verdict, date | None]] = []
    for item, met, not_met, no_value in COUNTS:
        series = reader.series(item, "haematology")
        if not series.after:
            parts.append((_said(None, no_value, series.flags), None))
            continue
        on, worst = min(series.after, key=lambda one: (one[1], one[0]))
        term = ctcae.TERM_OF_ITEM[item]
        shown = {"value": figure(worst), "unit": "10^9/L", "on": on.isoformat()}
        if ctcae.grade(term, worst).value != 4:
            parts.append((_said(0, not_met, series.flags, **shown), on))
            continue
        before = series.before is not None and ctcae.grade(term, series.before).value == 4
        flags = (*series.flags, *(("CYTOPENIA_AT_BASELINE",) if before else ()))
        parts.append((_said(1, met, flags, **shown), on))
    return _together("CYTOPENIA", parts, basis=CYTOPENIA)


def _clinical(name: str, answer: str | None) -> Verdict:
    present, absent, not_known = CLINICAL[name]
    if known(answer) and answer in ("Y", "N"):
        return _said(1 if answer == "Y" else 0, present if answer == "Y" else absent, ())
    return _said(None, not_known, ())


def _said(value: int | None, clause: str, flags: tuple[str, ...], /, **shown: str) -> Verdict:
    return Verdict(value, clause, TABLE, (), VERSION, shown, flags)
