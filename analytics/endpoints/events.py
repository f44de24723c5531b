"""Lines of a table of adverse events: how many subjects, how bad, how often, how long."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.derive import records
from analytics.endpoints.groups import Group, rate_rows
from analytics.endpoints.kaplan_meier import Observed, median_rows
from analytics.endpoints.subgroups import where
from analytics.layout import Cell, Row, Text, Words, count_percent, say
from analytics.partial_dates import END_CONVENTION, ONSET_CONVENTION
from analytics.registry import Option

GRADES = (1, 2, 3, 4, 5)
ATTRIBUTION = Option(
    "attribution",
    Words(_("Attribution")),
    default="any",
    choices={"any": Words(_("Any cause")), "cart": Words(_("Related to the CAR-T cells"))},
)
ATTRIBUTION_NOTES = {
    "any": Words(_("Events of any cause.")),
    "cart": Words(_("Events that the log does not call unrelated to the CAR-T cells: related, unknown or blank.")),
}
ONSETS = Option(
    "onsets",
    Words(_("Onset")),
    default="emergent",
    choices={"emergent": Words(_("Treatment-emergent")), "any": Words(_("Any time"))},
)
ONSETS_NOTES = {
    "emergent": Words(
        _(
            "Treatment-emergent: onset on or after the day of the infusion; an onset that is not recorded counts as such."
        )
    ),
    "any": Words(_("Events of any time, those from before the infusion included.")),
}
WORST_NOTE = Words(
    _("A subject counts once in a line, with the worst grade of its events; grades as the site logged them.")
)
FREQUENCY_NOTE = Words(_("Number of events: entries of the log."))
RELATED_NOTE = Words(_("Related: the log does not say that it is unrelated. Serious: the log says so."))
DURATION_NOTE = Words(
    _(
        "Duration: days on which at least one event of the line was present, each day once, first and last day included. "
        "Median by Kaplan-Meier over subjects with Brookmeyer-Crowley 95 % CI on the log-log scale; NE: not estimable. "
        "Censored: at the last contact where an event is ongoing, at death where it was fatal, at its onset where its end "
        "is not recorded."
    )
)
IMPUTED = _("Dates completed: {subjects}.")
UNUSABLE = _("No onset recorded, so counted but without a duration: {subjects}.")
REVERSED = _("An end before the onset is taken as not recorded: {subjects}.")


def chosen(adae: pd.DataFrame, *, attribution: str, onsets: str) -> pd.DataFrame:
    """The events that the options leave."""
    related = (adae["related_cart"] != "N") | adae["related_cart"].isna()
    kept = related if attribution == "cart" else pd.Series(True, index=adae.index)
    return adae[(kept & (adae["emergent"] if onsets == "emergent" else True)).astype(bool)]


def event_rows(
    key: str, label: Text, events: pd.DataFrame, groups: tuple[Group, ...], *, indent: int = 0
) -> Iterator[Row]:
    """Everything about the events of one kind: a line with its interval, then worst grades, frequency and duration."""

    def line(name: str, said: Text, codes: Iterable[str]) -> Row:
        have = tuple(codes)
        cells = tuple(count_percent(group.among(have), len(group.subjects)) for group in groups)
        return Row(said, cells, indent + 1, key=f"{key}.{name}")

    worst = events.groupby("subject", as_index=False)["grade"].max()
    yield from rate_rows(key, label, worst["subject"], groups, indent=indent)
    for grade in GRADES:
        yield line(f"grade_{grade}", say(_("Worst grade {grade}"), grade=grade), where(worst, worst["grade"] == grade))
    unknown = where(worst, worst["grade"].isna())
    if unknown:
        yield line("grade_unknown", Words(_("Grade not recorded")), unknown)
    yield line("grade_3_plus", Words(_("Grade 3 or higher")), where(worst, worst["grade"] >= 3))
    yield line("serious", Words(_("Serious")), where(events, events["serious"] == "Y"))
    related = (events["related_cart"] != "N") | events["related_cart"].isna()
    yield line("related", Words(_("Related to the CAR-T cells")), where(events, related))
    yield Row(Words(_("Number of events")), frequency(events, groups), indent + 1, key=f"{key}.events")
    observed = days_with(events)
    medians = median_rows(observed, groups, Words(_("Median duration in days")), prefix=f"{key}.km.")
    yield from (Row(row.label, row.cells, row.indent + indent, row.kind, row.key) for row in medians)


def frequency(events: pd.DataFrame, groups: Sequence[Group]) -> tuple[Cell, ...]:
    """How many entries the subjects of each column have."""
    sizes = events.groupby("subject").size().to_dict()
    cells = []
    for group in groups:
        codes = group.among(sizes)
        total = int(sum(sizes[code] for code in codes))
        cells.append(Cell(str(total), {"n": len(codes), "events": total}, codes))
    return tuple(cells)


def days_with(events: pd.DataFrame) -> Observed:
    """How many days each subject had any of the events, and whether all of them are over; without an onset none."""
    own: dict[str, list[Any]] = {}
    for event in records(events, "event"):
        if event.onset_date is not None:
            own.setdefault(event.subject, []).append(event)
    days = {code: float(_days(events)) for code, events in own.items()}
    return Observed(days, {code: all(event.resolved for event in events) for code, events in own.items()})


def _days(events: Iterable[Any]) -> int:
    """Days covered by the events, each once."""
    total, covered = 0, None
    for event in sorted(events, key=lambda one: (one.onset_date, one.seen_date)):
        first = event.onset_date.toordinal()
        if covered is not None:
            first = max(first, covered + 1)
        last = event.seen_date.toordinal()
        total += max(0, last - first + 1)
        covered = last if covered is None else max(covered, last)
    return total


def notes(events: pd.DataFrame, everyone: Group, options: Mapping[str, str]) -> tuple[Words, ...]:
    """The footnotes that every table of events has, and whose dates were completed."""

    def named(sentence: str, *flags: str) -> list[Words]:
        have = [set(flags) & set(text.split()) for text in events["flags"]]
        codes = everyone.among(events.loc[[bool(one) for one in have], "subject"])
        return [say(sentence, subjects=", ".join(codes))] if codes else []

    return (
        ATTRIBUTION_NOTES[options["attribution"]],
        ONSETS_NOTES[options["onsets"]],
        WORST_NOTE,
        RELATED_NOTE,
        FREQUENCY_NOTE,
        DURATION_NOTE,
        ONSET_CONVENTION,
        END_CONVENTION,
        *named(IMPUTED, "ONSET_IMPUTED", "END_IMPUTED"),
        *named(UNUSABLE, "ONSET_MISSING"),
        *named(REVERSED, "END_BEFORE_ONSET"),
    )
