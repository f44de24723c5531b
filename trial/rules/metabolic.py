"""Metabolic response of one PET by the Deauville score: complete, partial, stable, progressive."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from trial.rules.crs_episodes import day_of
from trial.rules.crs_pressors import rows_of
from trial.rules.emd_lesions import deauville
from trial.rules.verdict import Verdict, known

__all__ = ["BASES", "CLAUSES", "FLAGS", "Seen", "follow", "metabolic", "on_day"]

VERSION = "pet_zamagni_2021"
BASIS = "Zamagni E et al. J Clin Oncol 2021;39:116-125 (Deauville criteria of myeloma)"
CONVENTION = "Convention of this study; the text of Zamagni 2021 is silent"
# Above the liver: residual disease.
RESIDUAL = 4

PROGRESSIVE = "A new lesion on PET: metabolic progression."
COMPLETE = "No lesion above the liver (Deauville 1 to 3): complete metabolic response."
PARTIAL = (
    "{now} above the liver after {before}, the highest score {score} after {score_before}: partial metabolic response."
)
STABLE = (
    "{now} above the liver after {before}, the highest score {score} after {score_before}: stable metabolic disease."
)
UNSCORED = "Lesion {lesions} is there and has no Deauville score: not evaluable."
NO_BASELINE = "Lesions above the liver, and no PET before the infusion to compare with: not evaluable."
NO_PET = "Not a PET: nothing is known of uptake."
BASELINE = "Before the infusion: the PET that later ones are compared with."
NOT_INFUSED = "Not infused: metabolic response is read after the infusion."
CLAUSES: tuple[str, ...] = (
    PROGRESSIVE, COMPLETE, PARTIAL, STABLE, UNSCORED, NO_BASELINE, NO_PET, BASELINE, NOT_INFUSED,
)  # fmt: skip
BASES: tuple[str, ...] = (BASIS, CONVENTION)
FLAGS: dict[str, str] = {
    "MARROW_UPTAKE_NOT_ASKED": "Uptake of the marrow and of focal lesions of bone has no item; the lesions listed decided.",
    "UPTAKE_ROSE": "More lesions above the liver than before, or a higher score; by the text that alone is no progression.",
}
ABOUT = ("MARROW_UPTAKE_NOT_ASKED",)


@dataclass(frozen=True, slots=True)
class Seen:
    """The imaging of an infused subject, and its last PET up to the day of the infusion."""

    infused_on: date
    before: Any  # None = there is none
    images: Sequence[Any]


def follow(images: Iterable[Any], *, infused_on: date) -> Seen:
    """Imaging in any order; each has imaged_on, method, new_bone_lesion and lesions."""
    rows = tuple(images)
    dated = [
        (on, one) for one in rows if (on := day_of(one.imaged_on)) is not None and on <= infused_on and is_pet(one)
    ]
    return Seen(infused_on, max(dated, key=lambda row: row[0])[1] if dated else None, rows)


def is_pet(image: Any) -> bool:
    """Whether an imaging form tells of uptake."""
    return bool(known(image.method) and image.method == "PET_CT")


def on_day(whole: Seen | None, day: date | None, method: Any, new_bone_lesion: Any, lesions: Any) -> Verdict:
    """The metabolic response of the imaging form of that day, from its own items."""
    if whole is None:
        return _said(None, NOT_INFUSED)
    if day is not None and day <= whole.infused_on:
        return _said(None, BASELINE)
    return metabolic(_Image(method, new_bone_lesion, lesions), before=whole.before)


@dataclass(frozen=True, slots=True)
class _Image:
    method: Any
    new_bone_lesion: Any
    lesions: Any


def metabolic(image: Any, *, before: Any) -> Verdict:
    """CMR, PMR, SMD, PMD, or None = not evaluable; `before` = the PET before the infusion, None = there is none.

    Lesions of the form alone: a score of 4 or 5 is residual. A new lesion decides first; then what cannot be read.
    """
    if not is_pet(image):
        return _said(None, NO_PET)
    there = _there(image)
    if image.new_bone_lesion == "Y" or any(row.is_new == "Y" for row in there):
        return _said("PMD", PROGRESSIVE, ABOUT)
    unscored = [row for row in there if deauville(row) is None]
    if unscored:
        return _said(None, UNSCORED, ABOUT, lesions=", ".join(str(int(row.lesion)) for row in unscored))
    scores = _residual(image)
    if not scores:
        return _said("CMR", COMPLETE, ABOUT)
    if before is None:
        return _said(None, NO_BASELINE, ABOUT)
    first = _residual(before)
    shown = {
        "now": str(len(scores)), "before": str(len(first)), "score": str(max(scores)),
        "score_before": str(max(first, default=0)) if first else "–",
    }  # fmt: skip
    highest = max(first, default=0)
    more = len(scores) > len(first) or max(scores) > highest
    fewer = len(scores) < len(first) or max(scores) < highest
    if fewer and not more:
        return _said("PMR", PARTIAL, ABOUT, **shown)
    return _said("SMD", STABLE, (*ABOUT, *(("UPTAKE_ROSE",) if more else ())), **shown)


def _rows(image: Any) -> list[Any]:
    """The lesions of an image; what merged or split has its uptake in the row that it became."""
    return [row for row in rows_of(image.lesions) if known(row.lesion) and row.state not in ("MERGED", "SPLIT")]


def _there(image: Any) -> list[Any]:
    return [row for row in _rows(image) if row.state != "GONE"]


def _residual(image: Any) -> list[int]:
    """Scores above the liver, of lesions gone by size too."""
    return [score for row in _rows(image) if (score := deauville(row) or 0) >= RESIDUAL]


def _said(value: str | None, clause: str, flags: tuple[str, ...] = (), /, **shown: str) -> Verdict:
    basis = CONVENTION if clause in (UNSCORED, NO_BASELINE) else BASIS
    return Verdict(value, clause, basis, (), VERSION, shown, flags)
