"""Persistence of CAR-T cells: by Kaplan-Meier of their loss from detection, or as the share of samples that show them."""

from collections.abc import Iterator, Sequence

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adpc import Losses
from analytics.derive import months, plain
from analytics.endpoints.groups import POPULATION, Group, population_note
from analytics.endpoints.kaplan_meier import (
    CURVES,
    KM_NOTE,
    Observed,
    counts,
    drawn,
    median_rows,
    month_label,
    rate_rows,
)
from analytics.endpoints.subgroups import BY, NOTES, split
from analytics.layout import DASH, Body, Cell, Row, Words, exact_interval, rounded, say
from analytics.registry import Option, endpoint
from trial.rules.persistence import VERSION

# Planned months of the samples.
MONTHS = (1, 3, 6, 9, 12, 15, 18, 24)
# A sample stands for a planned month where its own day is at most this many months away from it.
NEAR = 1.0

ESTIMATOR = Option(
    "estimator",
    Words(_("Estimator")),
    default="kaplan_meier",
    choices={"kaplan_meier": Words(_("Kaplan-Meier")), "cross_sectional": Words(_("Share of the samples"))},
)
RULE = Option(
    "rule",
    Words(_("Loss")),
    default="first",
    choices={"first": Words(_("First sample without detection")), "confirmed": Words(_("First of two consecutive"))},
)
TIME = Option(
    "time",
    Words(_("Time of a sample")),
    default="nominal",
    choices={"nominal": Words(_("Planned month")), "actual": Words(_("Actual day"))},
)
RULE_NOTES = {
    "first": Words(_("Loss: the first sample without detection, whatever came after it.")),
    "confirmed": Words(
        _("Loss: the first of two consecutive samples without detection; a last single one is not yet a loss.")
    ),
}
TIME_NOTES = {
    "nominal": Words(_("A sample counts at its planned month, whatever its day; without one, at its actual day.")),
    "actual": Words(_("A sample counts at its actual day, in months of 30.4375 days.")),
}
NEAR_NOTE = Words(
    _(
        "A sample counts for the planned month that is nearest to its actual day and at most one month away; of several "
        "for a month the nearest."
    )
)
CENSOR_NOTE = Words(
    _(
        "Without a loss: censored at the last sample with detection. A subject without any sample is censored at the "
        "infusion; one in whom CAR-T cells were never detected has lost them at the first sample."
    )
)
SHARE_NOTE = Words(
    _(
        "Cross-sectional: of the subjects with a sample that can be read at the month, those in whom CAR-T cells are "
        "detected. No rule of loss and no censoring is used. 95 % CI: exact (Clopper-Pearson)."
    )
)
DETECTION_NOTE = say(
    _("Detected: at or above the limit of detection, also where too few to quantify; computed by rule {version}."),
    version=VERSION,
)


@endpoint(
    title=_("Persistence of CAR-T cells"),
    definition=_(
        "Share of subjects with detectable CAR-T cells over time, with its 95 % confidence interval: by Kaplan-Meier of "
        "the loss of detection, or among the samples of each month."
    ),
    options=(POPULATION, ESTIMATOR, RULE, TIME, BY, CURVES),
    details="adpc_subject",
    detail_columns={
        "nominal_shown": _("Planned month"),
        "months_shown": _("Months"),
        "event": _("Lost"),
        "samples": _("Samples"),
        "detected": _("Samples with detection"),
    },
)
def persistence(
    adsl: pd.DataFrame,
    adrs_subject: pd.DataFrame,
    adpc: pd.DataFrame,
    adpc_subject: pd.DataFrame,
    losses: Losses,
    *,
    population: str,
    estimator: str,
    rule: str,
    time: str,
    by: str,
    curves: str,
) -> Body:
    """Rates at the planned months by the estimator chosen; the figure is that of the Kaplan-Meier estimate."""
    groups = split(adsl, adrs_subject, population, by)
    frame = adpc_subject if rule == "first" else losses.frame(rule)
    columns = tuple(group.column for group in groups)
    if estimator == "cross_sectional":
        note = NEAR_NOTE if time == "actual" else Words(_("A sample counts at its planned month, whatever its day."))
        notes = (population_note(population), SHARE_NOTE, note, DETECTION_NOTE, *NOTES[by])
        rows = tuple(_share_rows(_at_months(adpc, time), groups))
        return Body(columns, rows, notes, population=groups[0].label, details=frame)
    held = Observed.of(frame, months="nominal" if time == "nominal" else "months")
    labels = {"n": Words(_("Subjects")), "events": Words(_("Lost")), "censored": Words(_("Censored"))}
    rows = (
        *counts(held, groups, n=labels["n"], events=labels["events"], censored=labels["censored"]),
        *median_rows(held, groups, Words(_("Median, months"))),
        Row(Words(_("CAR-T cells detectable, %")), kind="heading", key="rates"),
        *rate_rows(held, groups, MONTHS),
    )
    return Body(
        columns,
        rows,
        (
            population_note(population), RULE_NOTES[rule], TIME_NOTES[time], CENSOR_NOTE, DETECTION_NOTE, *NOTES[by],
            KM_NOTE,
        ),
        population=groups[0].label,
        figure=drawn(held, groups, curves=curves, y_label=Words(_("CAR-T cells detectable"))),
        details=frame,
    )  # fmt: skip


Seen = dict[int, dict[str, bool]]  # planned month -> subject -> detected


def _at_months(adpc: pd.DataFrame, time: str) -> Seen:
    """Whether each subject's sample of each month shows CAR-T cells; of several at one time any detection counts."""
    found: Seen = {month: {} for month in MONTHS}
    distance: dict[tuple[int, str], float] = {}
    readable = adpc[adpc["detected"].notna() & (adpc["day"] > 0).fillna(False).astype(bool)]
    columns = (plain(readable[name]) for name in ("subject", "day", "nominal_month", "detected"))
    for code, day, nominal, detected in zip(*columns, strict=True):
        month = nominal if time == "nominal" else _nearest(months(day))
        if month not in found:
            continue
        away = 0.0 if time == "nominal" else abs(months(day) - month)
        best = distance.get((month, code))
        if best is None or away < best:
            found[month][code], distance[month, code] = detected, away
        elif away == best:
            found[month][code] = detected or found[month][code]
    return found


def _nearest(time: float) -> int | None:
    """The planned month nearest to a time, the earlier of two; None where none is near."""
    month = min(MONTHS, key=lambda month: abs(month - time))
    return month if abs(month - time) <= NEAR else None


def _share_rows(seen: Seen, groups: Sequence[Group]) -> Iterator[Row]:
    """Two lines a month: how many of those sampled, and the exact interval."""
    yield Row(Words(_("CAR-T cells detected, n of N sampled")), kind="heading", key="rates")
    for month, samples in seen.items():
        shares, limits = [], []
        for group in groups:
            sampled = group.among(samples)
            detected = tuple(code for code in sampled if samples[code])
            limit = exact_interval(detected, len(sampled))
            limits.append(limit)
            shares.append(Cell(_of(limit), limit.numbers, detected))
        yield Row(month_label(month), tuple(shares), indent=1, key=f"m{month}")
        yield Row(Words(_("95 % CI")), tuple(limits), indent=2, key=f"m{month}.ci")


def _of(cell: Cell) -> str | Words:
    n, total, percent = (cell.numbers[name] for name in ("n", "N", "percent"))
    if not isinstance(percent, float) or not isinstance(n, int) or not isinstance(total, int):
        return DASH
    return say(_("{n} of {total} ({percent} %)"), n=n, total=total, percent=str(rounded(percent, 1)))
