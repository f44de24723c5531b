"""Measurable disease, frozen at baseline: which of serum, urine, light chains, marrow and lesions a response is read from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from trial.rules.imwg_options import CONVENTION, MEASURABLE, ImwgOptions, finding
from trial.rules.imwg_timeline import Circulating, Laboratory, Marrow
from trial.rules.imwg_values import LightChains, light_chains, plain, serum, urine
from trial.rules.verdict import Verdict, joined

YES, NO = "MEASURABLE", "NOT_MEASURABLE"
CLASSES = ("SERUM", "URINE", "FLC", "MARROW", "PLASMACYTOMA")

SERUM_YES = "Serum M-protein {value} g/dL on {day}, at or above {threshold} g/dL: measurable."
SERUM_NO = "Serum M-protein {value} g/dL on {day}, below {threshold} g/dL: not measurable."
SERUM_NONE = "No serum M-protein is recorded before the infusion: taken as not measurable."
URINE_YES = "Urine M-protein {value} mg/24 h on {day}, at or above {threshold} mg/24 h: measurable."
URINE_NO = "Urine M-protein {value} mg/24 h on {day}, below {threshold} mg/24 h: not measurable."
URINE_NONE = "No urine M-protein is recorded before the infusion: taken as not measurable."
FLC_YES = (
    "Involved free light chain {value} mg/L on {day}, at or above {threshold} mg/L, ratio {ratio} abnormal: measurable."
)
FLC_LOW = "Involved free light chain {value} mg/L on {day}, below {threshold} mg/L: not measurable."
FLC_NORMAL = (
    "Involved free light chain {value} mg/L on {day}, but the ratio is not known to be abnormal: not measurable."
)
FLC_NONE = "No involved free light chain is known before the infusion: taken as not measurable."
MARROW_YES = (
    "Plasma cells {value} % of the marrow on {day}, at or above {threshold} %, and no M-protein or light chain "
    "is measurable: measurable."
)
MARROW_NO = "Plasma cells {value} % of the marrow on {day}, below {threshold} %: not measurable."
MARROW_NOT_NEEDED = "Serum, urine or light chains are measurable: the marrow is not followed for partial response."
MARROW_NONE = "No plasma cell percentage of the marrow is recorded before the infusion: taken as not measurable."
LESIONS_YES = "Plasmacytomas before the infusion, sum of products {spd} mm²: measurable."
LESIONS_NO_SIZE = (
    "Plasmacytomas before the infusion without a measured target lesion: they must be gone for a complete response."
)
LESIONS_NO = "No plasmacytoma is recorded before the infusion."

ROUTE = "Response is followed by {route}."
ROUTE_NONE = "No measurable disease at baseline: only complete response and progression can be judged."
ROUTE_UNKNOWN = (
    "Neither M-protein, light chains, marrow nor lesions are recorded before the infusion: no response can be judged."
)

MEASURABLE_CLAUSES = (
    SERUM_YES, SERUM_NO, SERUM_NONE, URINE_YES, URINE_NO, URINE_NONE, FLC_YES, FLC_LOW, FLC_NORMAL, FLC_NONE,
    MARROW_YES, MARROW_NO, MARROW_NOT_NEEDED, MARROW_NONE, LESIONS_YES, LESIONS_NO_SIZE, LESIONS_NO,
    ROUTE, ROUTE_NONE, ROUTE_UNKNOWN,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """A value and its day."""

    value: Decimal
    day: date


@dataclass(frozen=True, slots=True)
class Baseline:
    """The last values before the infusion and what they make measurable; None = not recorded."""

    verdict: Verdict  # value: classes joined by +, NONE, or None; because: one verdict a class
    route: tuple[str, ...]  # classes that a response is read from
    chain: str | None  # involved light chain, KAPPA or LAMBDA
    serum: Point | None = None
    urine: Point | None = None
    flc: Point | None = None  # difference of light chains
    marrow: Point | None = None
    cells: Point | None = None
    lesions: bool = False
    bcma: Decimal | None = None
    cd38: Decimal | None = None

    def follows(self, name: str) -> bool:
        """Whether a response is read from this class."""
        return name in self.route


def freeze(
    laboratory: Sequence[Laboratory],
    marrow: Sequence[Marrow],
    circulating: Sequence[Circulating],
    *,
    emd_course: Any,
    light_chain: str | None,
    heavy_chain: str | None,
    options: ImwgOptions,
) -> Baseline:
    """The baseline; all sequences are oldest first and hold days up to the infusion only. Doubted values are left out."""
    tested = [one for one in laboratory if not one.spurious]
    serums = [Point(found.value, one.day) for one in tested if (found := serum(one, options))]
    urines = [Point(found.value, one.day) for one in tested if (found := urine(one, options))]
    chain = involved_chain(tested, light_chain, options)
    chains = [(one.day, pair) for one in tested if (pair := light_chains(one, chain, options))]
    cells = [Point(one.plasma_cells, one.day) for one in marrow if one.plasma_cells is not None]
    serum_class = _serum(serums, heavy_chain, options)
    urine_class = _urine(urines, options)
    flc_class = _flc(chains, options)
    above = YES in (serum_class.value, urine_class.value, flc_class.value)
    marrow_class = _marrow(cells, above, options)
    lesion_class = _lesions(emd_course)
    classes = (serum_class, urine_class, flc_class, marrow_class, lesion_class)
    route = _route(classes)
    recorded = bool(serums or urines or chains or cells or lesion_class.clause != LESIONS_NO)
    last = chains[-1] if chains else None
    return Baseline(
        verdict=_verdict(route, classes, recorded, _lost(serums, urines, chains, classes, heavy_chain, options)),
        route=route,
        chain=chain,
        serum=serums[-1] if serums else None,
        urine=urines[-1] if urines else None,
        flc=Point(last[1].difference, last[0]) if last and last[1].difference is not None else None,
        marrow=cells[-1] if cells else None,
        cells=next((Point(one.cells, one.day) for one in reversed(circulating) if one.cells is not None), None),
        lesions=lesion_class.clause != LESIONS_NO,
        bcma=next((one.bcma for one in reversed(marrow) if one.bcma is not None), None),
        cd38=next((one.cd38 for one in reversed(marrow) if one.cd38 is not None), None),
    )


def involved_chain(laboratory: Sequence[Laboratory], light_chain: str | None, options: ImwgOptions) -> str | None:
    """KAPPA or LAMBDA: the light chain of the history, else the one that made the ratio abnormal before the infusion."""
    if light_chain in ("KAPPA", "LAMBDA"):
        return light_chain
    for one in reversed(laboratory):
        if one.kappa is None or one.lambda_ is None:
            continue
        if one.kappa > options.flc_ratio_high * one.lambda_:
            return "KAPPA"
        return "LAMBDA" if one.kappa < options.flc_ratio_low * one.lambda_ else None
    return None


def _serum_threshold(heavy_chain: str | None, options: ImwgOptions) -> Decimal:
    return options.serum_measurable_iga_g_dl if heavy_chain == "IGA" else options.serum_measurable_g_dl


def _serum(points: list[Point], heavy_chain: str | None, options: ImwgOptions) -> Verdict:
    if not points:
        return finding(None, SERUM_NONE, basis=CONVENTION, flags=("BASELINE_SERUM_MISSING",))
    return _class(points[-1], _serum_threshold(heavy_chain, options), yes=SERUM_YES, no=SERUM_NO)


def _urine(points: list[Point], options: ImwgOptions) -> Verdict:
    if not points:
        return finding(None, URINE_NONE, basis=CONVENTION, flags=("BASELINE_URINE_MISSING",))
    return _class(points[-1], options.urine_measurable_mg_24h, yes=URINE_YES, no=URINE_NO)


def _flc(chains: Sequence[tuple[date, LightChains]], options: ImwgOptions) -> Verdict:
    if not chains or chains[-1][1].involved is None:
        return finding(None, FLC_NONE, basis=CONVENTION)
    day, last = chains[-1]
    threshold = options.flc_measurable_mg_l
    shown = {"value": plain(last.involved or Decimal(0)), "day": day.isoformat()}
    if last.involved is None or last.involved < threshold:
        return finding(NO, FLC_LOW, basis=MEASURABLE, threshold=plain(threshold), shown=shown)
    if last.normal is not False:
        return finding(NO, FLC_NORMAL, basis=MEASURABLE, shown=shown)
    return finding(YES, FLC_YES, basis=MEASURABLE, ratio=last.ratio, threshold=plain(threshold), shown=shown)


def _marrow(points: list[Point], above: bool, options: ImwgOptions) -> Verdict:
    if above:
        return finding(NO, MARROW_NOT_NEEDED, basis=MEASURABLE)
    if not points:
        return finding(None, MARROW_NONE, basis=CONVENTION)
    return _class(points[-1], options.marrow_measurable_percent, yes=MARROW_YES, no=MARROW_NO)


def _class(point: Point, threshold: Decimal, *, yes: str, no: str) -> Verdict:
    measurable = point.value >= threshold
    return finding(
        YES if measurable else NO,
        yes if measurable else no,
        basis=MEASURABLE,
        value=plain(point.value),
        day=point.day.isoformat(),
        threshold=plain(threshold),
    )


def _lesions(emd_course: Any) -> Verdict:
    if emd_course is None or not emd_course.has_baseline_lesions:
        return finding(NO, LESIONS_NO, basis=MEASURABLE)
    if not emd_course.baseline_spd:
        return finding(NO, LESIONS_NO_SIZE, basis=CONVENTION)
    return finding(YES, LESIONS_YES, basis=MEASURABLE, spd=plain(Decimal(str(emd_course.baseline_spd))))


def _route(classes: tuple[Verdict, ...]) -> tuple[str, ...]:
    """The measurable classes; light chains only where neither serum nor urine is measurable."""
    names = [name for name, one in zip(CLASSES, classes, strict=True) if one.value == YES]
    if "SERUM" in names or "URINE" in names:
        names = [name for name in names if name != "FLC"]
    return tuple(names)


def _lost(
    serums: list[Point],
    urines: list[Point],
    chains: Sequence[tuple[date, LightChains]],
    classes: tuple[Verdict, ...],
    heavy_chain: str | None,
    options: ImwgOptions,
) -> tuple[str, ...]:
    """Flag a class that was measurable earlier and is not at baseline: lost by bridging, as a rule."""
    earlier = (
        any(one.value >= _serum_threshold(heavy_chain, options) for one in serums),
        any(one.value >= options.urine_measurable_mg_24h for one in urines),
        any((one.involved or 0) >= options.flc_measurable_mg_l and one.normal is False for _, one in chains),
    )
    lost = any(before and now.value != YES for before, now in zip(earlier, classes[:3], strict=True))
    return ("MEASURABLE_BEFORE_BASELINE",) if lost else ()


def _verdict(route: tuple[str, ...], classes: tuple[Verdict, ...], recorded: bool, flags: tuple[str, ...]) -> Verdict:
    flags = joined(flags, *(one.flags for one in classes))
    if route:
        named = " + ".join(route)
        return finding("+".join(route), ROUTE, basis=MEASURABLE, because=classes, flags=flags, route=named)
    if recorded:
        return finding("NONE", ROUTE_NONE, basis=CONVENTION, because=classes, flags=flags)
    return finding(None, ROUTE_UNKNOWN, basis=CONVENTION, because=classes, flags=flags)
