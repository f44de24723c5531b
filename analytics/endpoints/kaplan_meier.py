"""What every table of times shares: who was observed how long, rows of the Kaplan-Meier estimate, and its figure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics import statistics
from analytics.derive import plain
from analytics.endpoints.groups import Group
from analytics.figures.kaplan_meier import figure_curve, figure_of, figure_ticks
from analytics.layout import DASH, Cell, Figure, Number, Row, Text, Words, between, count, count_percent, figure, say
from analytics.registry import Option
from analytics.statistics import Curve, Estimate

MONTHS = (3, 6, 9, 12, 18, 24)
NOT_ESTIMABLE = Words(_("NE"))
FROM_INFUSION = Words(_("Months from the infusion"))

CURVES = Option(
    "curves",
    Words(_("Curves in the figure")),
    default="all",
    choices={"all": Words(_("One of all subjects")), "groups": Words(_("One a group"))},
)
KM_NOTE = Words(
    _(
        "Kaplan-Meier estimates. 95 % CI on the log-log scale: of the median by Brookmeyer and Crowley, of a rate with "
        "Greenwood's variance. NE: not estimable, as is every rate beyond the last time observed."
    )
)


@dataclass(frozen=True, slots=True)
class Observed:
    """How many months each subject was observed, and whether that ended with the event; others are left out."""

    months: Mapping[str, float]
    event: Mapping[str, bool]
    _curves: dict[tuple[str, ...], Curve] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, frame: pd.DataFrame, *, months: str = "months") -> "Observed":
        """From a frame with one row a subject; those whose event is missing are not observed for this endpoint."""
        own = frame[frame["event"].notna()]
        codes = plain(own["subject"])
        return cls(
            dict(zip(codes, own[months].astype(float).tolist(), strict=True)),
            dict(zip(codes, plain(own["event"]), strict=True)),
        )

    def curve(self, codes: Iterable[str]) -> Curve:
        """The estimate from these subjects, all of them observed; made once for all lines of a table."""
        chosen = tuple(codes)
        if chosen not in self._curves:
            months, events = [self.months[c] for c in chosen], [self.event[c] for c in chosen]
            self._curves[chosen] = statistics.kaplan_meier(months, events)
        return self._curves[chosen]

    def with_event(self, *, event: bool = True) -> tuple[str, ...]:
        """Who had the event, or who is censored."""
        return tuple(code for code, had in self.event.items() if had is event)


# --- rows ------------------------------------------------------------------------------------------------------------


def counts(held: Observed, groups: Sequence[Group], *, n: Text, events: Text, censored: Text) -> Iterator[Row]:
    """Who is in the estimate, of these who had the event and who is censored."""
    yield Row(n, tuple(count(group.among(held.months)) for group in groups), key="n")
    for key, label, event in (("events", events, True), ("censored", censored, False)):
        yield Row(label, shares(held, groups, held.with_event(event=event)), key=key)


def shares(held: Observed, groups: Sequence[Group], codes: Iterable[str]) -> tuple[Cell, ...]:
    """How many of the subjects in the estimate, column by column."""
    wanted = set(codes)
    return tuple(count_percent(wanted.intersection(g.among(held.months)), len(g.among(held.months))) for g in groups)


def median_rows(held: Observed, groups: Sequence[Group], label: Text, *, prefix: str = "") -> Iterator[Row]:
    """Median in months and its interval."""

    def read(curve: Curve, codes: Sequence[str]) -> tuple[Estimate, dict[str, Number]]:
        found = statistics.median(curve)
        numbers = {"n": len(codes), "events": sum(curve.events)}
        return found, {**numbers, "median": found.value, "low": found.low, "high": found.high}

    yield from _pair(held, groups, read, label=label, key=f"{prefix}median", indent=1 if prefix else 0)


def rate_rows(held: Observed, groups: Sequence[Group], months: Iterable[int]) -> Iterator[Row]:
    """The estimate at each of the months, in percent, with its interval and the number at risk behind it."""
    for month in months:

        def read(curve: Curve, codes: Sequence[str], month: int = month) -> tuple[Estimate, dict[str, Number]]:
            found = statistics.survival_at(curve, month)
            percent = Estimate(*(None if one is None else 100 * one for one in (found.value, found.low, found.high)))
            (at_risk,) = statistics.at_risk(curve, [month])
            numbers = {"n": len(codes), "at_risk": at_risk, "month": month}
            return percent, {**numbers, "percent": percent.value, "low": percent.low, "high": percent.high}

        yield from _pair(held, groups, read, label=month_label(month), key=f"m{month}", indent=1)


def month_label(month: int) -> Words:
    """How a line at a month is called."""
    return say(_("At {month} months"), month=month) if month != 1 else Words(_("At 1 month"))


def _pair(
    held: Observed,
    groups: Sequence[Group],
    read: Callable[[Curve, Sequence[str]], tuple[Estimate, dict[str, Number]]],
    *,
    label: Text,
    key: str,
    indent: int,
) -> Iterator[Row]:
    """A line with the value and one with its limits; a column without subjects has dashes."""
    values, limits = [], []
    for group in groups:
        codes = group.among(held.months)
        found, numbers = read(held.curve(codes), codes)
        missing = NOT_ESTIMABLE if codes else DASH
        values.append(Cell(figure(found.value, missing=missing), numbers, codes))
        limits.append(Cell(between(found.low, found.high, missing=missing), numbers, codes))
    yield Row(label, tuple(values), indent, key=key)
    yield Row(Words(_("95 % CI")), tuple(limits), indent + 1, key=f"{key}.ci")


# --- the figure ------------------------------------------------------------------------------------------------------


def drawn(
    held: Observed, groups: Sequence[Group], *, curves: str, y_label: Text, x_label: Text = FROM_INFUSION
) -> Figure:
    """The estimates of the table as curves: one of all subjects, or one of each group that has a subject."""
    chosen = groups[:1] if curves == "all" else [group for group in groups[1:] if group.among(held.months)]
    longest = max((held.months[code] for group in chosen for code in group.among(held.months)), default=None)
    ticks = figure_ticks(longest)
    lines = [
        figure_curve(
            [held.months[code] for code in group.among(held.months)],
            [held.event[code] for code in group.among(held.months)],
            ticks=ticks,
            key=group.key,
            label=group.label,
        )
        for group in chosen
    ]
    return figure_of(lines, x_label=x_label, y_label=y_label, ticks=ticks, unit="months")
