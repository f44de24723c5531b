"""The trial's published results beside what this software computes from the forms, one published number a line."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_noop as _

from analytics.layout import Cell, Table, Words, rounded

FILE = Path(__file__).parent / "data" / "bm38_published.csv"
SOURCE = "Mei H, Li C, et al. J Hematol Oncol 2021;14:161, doi 10.1186/s13045-021-01170-7"


@dataclass(frozen=True, slots=True)
class Place:
    """The cell that answers a published number: endpoint, keys of row and column, and the number taken from it."""

    endpoint: str
    row: str
    column: str = "all"
    number: str = "percent"


# Published key -> the cell that computes it. A key that is not here is "not yet computed".
COMPUTED: dict[str, Place] = {
    "crs_any": Place("crs_by_grade", "any"),
    "crs_grade_1_2": Place("crs_by_grade", "grade_1_2"),
    "crs_grade_3_plus": Place("crs_by_grade", "grade_3_plus"),
    "neurotoxicity": Place("icans_by_grade", "any"),
    "neutropenia": Place("cytopenias", "neutropenia"),
    "leukopenia": Place("cytopenias", "leukopenia"),
    "anaemia": Place("cytopenias", "anaemia"),
    "thrombocytopenia": Place("cytopenias", "thrombocytopenia"),
    "orr": Place("best_response", "orr"),
    "mrd_negative": Place("mrd_negativity", "all.negative"),
    "scr": Place("best_response", "scr"),
    "emd_complete": Place("emd_response", "complete"),
    "emd_partial": Place("emd_response", "partial"),
    "pfs_median": Place("progression_free_survival", "median", number="median"),
    "follow_up_median": Place("follow_up", "observed.median", number="median"),
    "follow_up_min": Place("follow_up", "observed.range", number="minimum"),
    "follow_up_max": Place("follow_up", "observed.range", number="maximum"),
    "persistence_m9": Place("persistence", "m9"),
    "persistence_m12": Place("persistence", "m12"),
    "relapse_both_antigens": Place("antigen_at_relapse", "both", number="n"),
}

# Every sentence of the file, so that it can be read in another language; a test holds the two together.
TEXTS: tuple[str, ...] = (
    _("CRS of any grade"), _("CRS of grade 1-2"), _("CRS of grade 3 or higher"), _("Neurotoxicity of any grade"),
    _("Neutropenia"), _("Leukopenia"), _("Anaemia"), _("Thrombocytopenia"), _("Clinical response"),
    _("MRD-negative at 1e-4 nucleated cells"), _("Stringent complete response"),
    _("Extramedullary plasmacytoma eliminated"), _("Extramedullary plasmacytoma partly reduced"),
    _("Median progression-free survival"), _("Median follow-up"), _("Shortest follow-up"), _("Longest follow-up"),
    _("CAR-T cells detectable at 9 months"), _("CAR-T cells detectable at 12 months"),
    _("Relapsed subjects who kept BCMA and CD38"),
    _("months"), _("subjects"),
    _("proportion"), _("Kaplan-Meier median"), _("median of observed follow-up"), _("minimum"), _("maximum"),
    _("Kaplan-Meier of loss of detection at nominal months"), _("count"),
    _("published"), _("published (integer derived)"), _("derived by subtraction"), _("published (no grade given)"),
    _("published (estimator inferred)"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Published:
    """One published number, as printed: `value` keeps its decimal places; counts are None where none are given."""

    key: str
    item: Words
    value: str
    unit: Words
    numerator: int | None
    denominator: int | None
    estimator: Words
    status: Words


@dataclass(frozen=True, slots=True)
class Comparison:
    """A published number and ours; everything after `published` is None or empty while it is not computed."""

    published: Published
    computed: float | None = None
    shown: str = ""
    numerator: int | None = None
    denominator: int | None = None
    agrees: bool | None = None
    subjects: tuple[str, ...] = ()
    place: Place | None = None


@cache
def published() -> tuple[Published, ...]:
    """All published numbers, in the order of the file."""
    with FILE.open(newline="", encoding="utf-8") as file:
        return tuple(_published(line) for line in csv.DictReader(file))


def _published(line: Mapping[str, str]) -> Published:
    return Published(
        key=line["key"],
        item=Words(line["item"]),
        value=line["value"],
        unit=Words("%" if line["unit"] == "percent" else line["unit"]),
        numerator=int(line["numerator"]) if line["numerator"] else None,
        denominator=int(line["denominator"]) if line["denominator"] else None,
        estimator=Words(line["estimator"]),
        status=Words(line["status"]),
    )


def needed() -> tuple[str, ...]:
    """Names of the endpoints whose tables `compare` reads, with their default options."""
    return tuple(sorted({place.endpoint for place in COMPUTED.values()}))


def compare(tables: Mapping[str, Table]) -> Iterator[Comparison]:
    """Each published number beside ours; agreement is at the published precision and, where given, in the counts.

    A number whose table is not among `tables` is not computed yet.
    """
    for line in published():
        place = COMPUTED.get(line.key)
        if place is None or place.endpoint not in tables:
            yield Comparison(line)
        else:
            yield _compared(line, place, tables[place.endpoint].cell(place.row, place.column))


def _compared(line: Published, place: Place, cell: Cell) -> Comparison:
    value = cell.numbers[place.number]
    n, total = cell.numbers.get("n"), cell.numbers.get("N")
    numerator = n if isinstance(n, int) else None
    denominator = total if isinstance(total, int) else None
    if not isinstance(value, int | float):
        return Comparison(line, numerator=numerator, denominator=denominator, subjects=cell.subjects, place=place)
    places = -int(Decimal(line.value).as_tuple().exponent)
    # From the counts where there are any: a percentage on the edge of rounding is exact only as a fraction.
    exact: Fraction | float = value
    if place.number == "percent" and numerator is not None and denominator:
        exact = Fraction(100 * numerator, denominator)
    ours = rounded(exact, places)
    same_counts = (line.numerator in (None, numerator)) and (line.denominator in (None, denominator))
    return Comparison(
        line, float(value), str(ours), numerator, denominator, ours == Decimal(line.value) and same_counts,
        cell.subjects, place,
    )  # fmt: skip
