"""Lesions on an imaging day: what is recorded of each, and what each amounts to once merged and split ones are joined."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from trial.rules.crs_episodes import day_of
from trial.rules.verdict import decimal, known


@dataclass(frozen=True, slots=True)
class EmdOptions:
    """Choices the criteria leave open; the defaults are the study's recommendation."""

    # "2011": a fall of the SPD of 25 to below 50 % is MR. "2016": IMWG 2016 asks 50 % for MR too, so it is SD.
    mr_spd_rule: str = "2011"
    # Highest Deauville score that counts as metabolically negative: 3 = not above the liver, 2 = mediastinal blood pool.
    pet_negative_deauville: int = 3
    # A target lesion too small to measure counts as a square of this side, mm (RECIST 1.1, section 4.3.2).
    too_small_mm: Decimal = Decimal(5)
    # Lesions that are read; PARASKELETAL = paramedullary. A lesion without a kind is read.
    kinds: frozenset[str] = frozenset({"EXTRAOSSEOUS", "PARASKELETAL"})
    # False: a biopsied, irradiated or excised target is not measured from then on, hence NE. True: it leaves the sums.
    treated_target_excluded: bool = False
    # True: a lesion that was gone and is back is progression, like a new one (RECIST 1.1, section 4.3.5).
    reappeared_is_progression: bool = True
    # True: a new bone lesion recorded with the imaging is progression here too (IMWG 2016, table 4).
    new_bone_lesion_is_progression: bool = True
    # Last day on which growth or uptake may be inflammation: month 1, day 28, with its window of 7 days.
    flare_until_day: int = 35

    def __post_init__(self) -> None:
        if self.mr_spd_rule not in ("2011", "2016"):
            raise ValueError("mr_spd_rule is 2011 or 2016")


@dataclass(frozen=True, slots=True)
class Size:
    """One lesion, or several joined, on one day: mm and mm2; None = cannot be read."""

    longest: Decimal | None
    short: Decimal | None
    product: Decimal | None
    present: bool | None  # None = not recorded


@dataclass(frozen=True, slots=True)
class Imaging:
    """All that was imaged on one day."""

    on: date
    pet: bool
    new_bone: bool
    rows: Mapping[int, Any]  # by lesion number


class Reading(NamedTuple):
    """A lesion that two forms of one day describe, as one row."""

    lesion: Any
    kind: Any
    target: Any
    state: Any
    into: Any
    longest: Any
    perpendicular: Any
    deauville: int | None
    is_new: Any
    treated_locally: Any


GONE = Size(Decimal(0), Decimal(0), Decimal(0), present=False)
UNREAD = Size(None, None, None, present=None)


def imagings(images: Iterable[Any], *, options: EmdOptions) -> list[Imaging]:
    """Imaging days, oldest first; several forms of a day become one. Forms without a date are left out."""
    days: dict[date, list[Any]] = {}
    for image in images:
        on = day_of(image.imaged_on)
        if on is not None:
            days.setdefault(on, []).append(image)
    return [_imaging(on, days[on], options=options) for on in sorted(days)]


def _imaging(on: date, forms: Sequence[Any], *, options: EmdOptions) -> Imaging:
    rows: dict[int, Any] = {}
    for form in forms:
        for row in _rows_of(form.lesions):
            if known(row.lesion) and (not known(row.kind) or row.kind in options.kinds):
                number = int(row.lesion)
                rows[number] = _same_day(rows[number], row, options=options) if number in rows else row
    pet = any(form.method == "PET_CT" for form in forms)
    return Imaging(on, pet, any(form.new_bone_lesion == "Y" for form in forms), rows)


def _same_day(one: Any, other: Any, *, options: EmdOptions) -> Reading:
    """A lesion seen twice on a day: the larger reading stands, with whatever either of the two forms says of it."""
    larger = other if _bulk(other, options) > _bulk(one, options) else one
    scores = [score for row in (one, other) if (score := deauville(row)) is not None]

    def said(name: str) -> Any:
        """ "Y" where one of the two says so; else what the larger one says, or the other where that is blank."""
        answers = [getattr(row, name) for row in (larger, one, other)]
        return "Y" if "Y" in answers else next((answer for answer in answers if known(answer)), None)

    return Reading(
        lesion=larger.lesion,
        kind=larger.kind,
        target=said("target"),
        state=larger.state,
        into=next((row.into for row in (larger, one, other) if known(row.into)), None),
        longest=larger.longest,
        perpendicular=larger.perpendicular,
        deauville=max(scores, default=None),
        is_new=said("is_new"),
        treated_locally=said("treated_locally"),
    )


def _rows_of(lesions: Any) -> tuple[Any, ...]:
    """The rows behind a sequence or a manager with `.all()`; () = none recorded."""
    return tuple(lesions) if isinstance(lesions, Iterable) else tuple(lesions.all()) if known(lesions) else ()


def _bulk(row: Any, options: EmdOptions) -> tuple[Decimal, Decimal, bool]:
    """What two readings of a day are compared by: product, longest diameter, whether it is there; -1 = cannot be read.

    A longest diameter alone stands for the product: a lesion seen is more than one gone.
    """
    read = size(row, options=options)
    longest = Decimal(-1) if read.longest is None else read.longest
    return longest if read.product is None else read.product, longest, read.present is True


def size(row: Any, *, options: EmdOptions) -> Size:
    """What one row says by itself. A lesion merged or split has its size in the rows it is joined with: 0 here."""
    state = row.state if known(row.state) else None
    if state in ("GONE", "MERGED", "SPLIT"):
        return GONE
    if state == "TOO_SMALL":
        side = options.too_small_mm
        return Size(side, side, side * side, present=True)
    longest, short = decimal(row.longest), decimal(row.perpendicular)
    if state == "NOT_EVALUABLE" or (state is None and longest is None):
        return Size(None, None, None, present=True if state else None)
    product = None if longest is None or short is None else longest * short
    return Size(longest, short, product, present=True)


def joined_lesions(days: Iterable[Imaging]) -> dict[int, int]:
    """For every lesion number on these days the lowest number it was merged with or split from (itself otherwise).

    `into` on any row joins two lesions: a merged one with what it went into, a split one with its part, a part with
    the lesion it was split from.
    """
    root: dict[int, int] = {}
    for day in days:
        for number, row in day.rows.items():
            root.setdefault(number, number)
            if known(row.into):
                low, high = sorted((root[number], root.setdefault(int(row.into), int(row.into))))
                root = {lesion: low if first == high else first for lesion, first in root.items()}
    return root


def together(days: Sequence[Imaging], members: Iterable[int], *, options: EmdOptions) -> Size:
    """Joined lesions as one on the last of `days`: sums of diameters and products, the largest short axis.

    A part without a row that day is unread, unless it was merged or split before, or had not been seen yet.
    """
    sizes, carried = [], False
    for number in members:
        seen = [day for day in days if number in day.rows]
        if not seen:
            continue
        last = seen[-1].rows[number]
        if last.state in ("MERGED", "SPLIT"):
            carried = True
        else:
            sizes.append(size(last, options=options) if seen[-1] is days[-1] else UNREAD)
    if not sizes:
        return UNREAD if carried else GONE
    lengths, shorts, products = ([getattr(one, name) for one in sizes] for name in ("longest", "short", "product"))
    presence = [one.present for one in sizes]
    return Size(
        None if None in lengths else sum(lengths, Decimal(0)),
        None if None in shorts else max(shorts),
        None if None in products else sum(products, Decimal(0)),
        True if True in presence else None if None in presence else False,
    )


def deauville(row: Any) -> int | None:
    """The Deauville score of a row, 1 to 5; None = not recorded."""
    score = decimal(row.deauville)
    return None if score is None else int(score)
