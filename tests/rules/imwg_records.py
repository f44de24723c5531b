"""Records for tests of the IMWG rule: complete ones of a subject with serum disease, with what a test changes."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from trial.rules import imwg
from trial.rules.imwg import ImwgOptions, ResponseCourse
from trial.rules.verdict import Verdict

INFUSED = date(2031, 3, 1)
# A laboratory day on which nothing of the myeloma is left.
GONE: dict[str, Any] = {
    "serum_m_protein": 0, "serum_immunofixation": "NEGATIVE", "serum_reflex": "NOT_DONE",
    "urine_m_protein": 0, "urine_immunofixation": "NEGATIVE",
    "kappa_flc": 10, "kappa_below_loq": "N", "lambda_flc": 10, "lambda_below_loq": "N",
    "igg": 8, "iga": 1, "igm": 1, "calcium": 2.3, "oligoclonal": "N", "spurious": "N",
}  # fmt: skip
CLEAR_MARROW: dict[str, Any] = {
    "plasma_cells_aspirate": 1, "plasma_cells_biopsy": 2, "plasma_cells_flow": None,
    "clonality_method": "IHC", "kappa_lambda_ratio": 1.5, "plasma_cells_counted": 200, "clonal": "N",
    "mrd_method": "NGF", "mrd_sensitivity": "1e-5", "mrd_result": "NEGATIVE", "mrd_level": None,
    "bcma_positive": None, "cd38_positive": None,
}  # fmt: skip
# Baselines, by the route of response they make.
BANDS = {"serum_immunofixation": "POSITIVE", "urine_immunofixation": "POSITIVE"}
SERUM = {**GONE, **BANDS, "serum_m_protein": 4, "urine_m_protein": 0, "kappa_flc": 40, "lambda_flc": 10}
URINE = {**GONE, **BANDS, "serum_m_protein": 0, "urine_m_protein": 1000, "kappa_flc": 40, "lambda_flc": 10}
BOTH = {**SERUM, "urine_m_protein": 1000}
FLC = {**GONE, **BANDS, "serum_m_protein": 0, "urine_m_protein": 0, "kappa_flc": 510, "lambda_flc": 10}
NOTHING = {**GONE, "kappa_flc": 12, "lambda_flc": 10}
DIRTY_MARROW = {**CLEAR_MARROW, "plasma_cells_aspirate": 40, "plasma_cells_biopsy": 40, "clonal": "Y"}


def on(day: int) -> date:
    """So many days after the infusion."""
    return INFUSED + timedelta(days=day)


def laboratory(day: int, base: Mapping[str, Any] = GONE, **changes: Any) -> SimpleNamespace:
    """A laboratory day: nothing left, or another base, with changes."""
    assert set(changes) <= set(GONE), set(changes) - set(GONE)
    return SimpleNamespace(sampled_on=on(day), **{**base, **changes})


def marrow(day: int, base: Mapping[str, Any] = CLEAR_MARROW, **changes: Any) -> SimpleNamespace:
    """A marrow without disease, or another base, with changes."""
    assert set(changes) <= set(CLEAR_MARROW), set(changes) - set(CLEAR_MARROW)
    return SimpleNamespace(sampled_on=on(day), **{**base, **changes})


def cells(day: int, count: Any = None, steroids: str | None = "N", relapse: str | None = None) -> SimpleNamespace:
    """What a response assessment holds for the rule."""
    return SimpleNamespace(
        assessed_on=on(day), circulating_plasma_cells=count, on_steroids=steroids, clinical_relapse=relapse
    )


def lesions(**by_day: str) -> SimpleNamespace:
    """A course of lesions measurable at baseline, response by day: `lesions(d28="PR")`."""
    return lesion_course({int(day[1:]): value for day, value in by_day.items()})


def lesion_course(by_day: Mapping[int, str | None], spd: Any = 900, baseline: bool = True) -> SimpleNamespace:
    """A course of lesions as the EMD rule gives it."""
    return SimpleNamespace(
        days=tuple(on(day) for day in by_day),
        verdicts=tuple(Verdict(value, "Lesions.", "by hand") for value in by_day.values()),
        baseline_spd=None if spd is None else Decimal(spd),
        has_baseline_lesions=baseline,
    )


def course(
    labs: Iterable[Any], marrows: Iterable[Any] = (), emd_course: Any = None, *, light_chain: Any = "KAPPA", **more: Any
) -> ResponseCourse:
    """A course of an IgG kappa subject."""
    return imwg.course(
        labs, marrows, emd_course, **{"infused_on": INFUSED, "heavy_chain": "IGG", "light_chain": light_chain, **more}
    )


def at_month_1(
    base: Mapping[str, Any] = SERUM,
    *,
    marrows: Iterable[Any] | None = None,
    emd_course: Any = None,
    options: ImwgOptions = imwg.RECOMMENDED,
    before: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Verdict:
    """The response on day 28 of a subject with this baseline; marrow of day 27 clear unless given."""
    labs = [laboratory(-3, base, **(before or {})), laboratory(28, **changes)]
    bones = [marrow(-3, DIRTY_MARROW, plasma_cells_aspirate=20, plasma_cells_biopsy=20), marrow(27)]
    found = course(labs, bones if marrows is None else marrows, emd_course, options=options)
    return found.verdicts[-1]
