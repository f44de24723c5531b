"""Summaries of numbers: a heading, then n, median, quartiles and range for every column."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.utils.translation import gettext_noop as _

from analytics import statistics
from analytics.endpoints.groups import Group
from analytics.layout import Cell, Row, Text, Words, between, figure

QUARTILES_NOTE = Words(_("Quartiles: SAS definition 5 (R type 2)."))


def summary_rows(
    key: str, label: Text, values: Mapping[str, float | None], groups: Sequence[Group], *, places: int = 0
) -> Iterable[Row]:
    """A heading, then four lines with the same numbers behind each; `values` by subject, `places` of the range."""
    held = {code: float(value) for code, value in values.items() if value is not None}
    columns = [(group.among(held), statistics.summary(held[c] for c in group.among(held))) for group in groups]

    def line(name: str, said: Words, text: Callable[[statistics.Summary], Text]) -> Row:
        cells = tuple(Cell(text(s), _numbers(s), codes) for codes, s in columns)
        return Row(said, cells, indent=1, key=f"{key}.{name}")

    yield Row(label, kind="heading", key=key)
    yield line("n", Words(_("n")), lambda s: str(s.n))
    yield line("median", Words(_("Median")), lambda s: figure(s.median))
    yield line("quartiles", Words(_("Q1 to Q3")), lambda s: between(s.q1, s.q3))
    yield line("range", Words(_("Minimum to maximum")), lambda s: between(s.minimum, s.maximum, places=places))


def _numbers(s: statistics.Summary) -> dict[str, float | int | str | None]:
    return {
        "n": s.n, "mean": s.mean, "sd": s.sd, "median": s.median, "q1": s.q1, "q3": s.q3, "minimum": s.minimum,
        "maximum": s.maximum,
    }  # fmt: skip
