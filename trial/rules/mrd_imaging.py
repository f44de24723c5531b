"""Imaging-plus MRD: a marrow without residual disease, and PET without an active lesion near it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from trial.rules.crs_episodes import day_of
from trial.rules.crs_pressors import rows_of
from trial.rules.emd_lesions import deauville
from trial.rules.mrd import CONVENTION, IMAGING_WINDOW_DAYS, IMWG, MrdCourse, power
from trial.rules.verdict import Verdict, joined, known

__all__ = ["BASES", "CLAUSES", "FLAGS", "LIMITS", "Pet", "imaging_plus", "pet", "pets"]

VERSION = "imwg_2016_mrd_imaging"
PET = ("PET_CT",)
# The highest Deauville score that counts as negative: IMWG 2016 asks for the mediastinal blood pool, Zamagni 2021 for the liver.
BLOOD_POOL, LIVER = 2, 3
LIMITS = {"blood_pool": BLOOD_POOL, "liver": LIVER}
LIVER_BASIS = "Zamagni E et al. J Clin Oncol 2021;39:116-125: negative up to the uptake of the liver"

NEW = "A new lesion on PET."
AVID = "Lesion {lesions} has a Deauville score above {limit}."
UNSCORED = "Lesion {lesions} is there and has no Deauville score."
NO_LESION = "No lesion on PET."
QUIET = "Every lesion is gone or has a Deauville score of at most {limit}."

PLUS = "Negative at {threshold} in the marrow of {on}, with a negative PET on {pet}."
PLUS_NOT = "Negative at {threshold} in the marrow, and PET within {days} days of it is positive."
NO_PET = "Negative at {threshold} in the marrow, without a PET within {days} days of it that can be judged."
NOT_NEGATIVE = "No marrow is negative at {threshold}."
NO_MARROW = "No marrow can be judged at {threshold}."
BEFORE = "Before the infusion: residual disease is read after it."

CLAUSES: tuple[str, ...] = (
    NEW,
    AVID,
    UNSCORED,
    NO_LESION,
    QUIET,
    PLUS,
    PLUS_NOT,
    NO_PET,
    NOT_NEGATIVE,
    NO_MARROW,
    BEFORE,
)
BASES: tuple[str, ...] = (IMWG, LIVER_BASIS, CONVENTION)
FLAGS: dict[str, str] = {
    "GONE_WITHOUT_SCORE": "A lesion is gone by size and has no Deauville score; it counts as not active.",
}


@dataclass(frozen=True, slots=True)
class Pet:
    """One PET after the infusion."""

    day: date
    verdict: Verdict  # NEG, POS; None = a lesion has no score


def pet(image: Any, *, limit: int = BLOOD_POOL) -> Verdict:
    """NEG, POS or None of one PET; `image` has method, new_bone_lesion and lesions (lesion, state, is_new, deauville).

    `limit` = the highest Deauville score that counts as negative, one of LIMITS.
    """
    rows = [row for row in rows_of(image.lesions) if known(row.lesion)]
    there = [row for row in rows if row.state not in ("GONE", "MERGED", "SPLIT")]
    if image.new_bone_lesion == "Y" or any(row.is_new == "Y" for row in there):
        return _said("POS", NEW, limit)
    avid = [row for row in rows if (deauville(row) or 0) > limit]
    if avid:
        return _said("POS", AVID, limit, lesions=_numbers(avid), limit=str(limit))
    blank = [row for row in there if deauville(row) is None]
    if blank:
        return _said(None, UNSCORED, limit, lesions=_numbers(blank))
    if not rows:
        return _said("NEG", NO_LESION, limit)
    unscored = any(row.state == "GONE" and deauville(row) is None for row in rows)
    return _said("NEG", QUIET, limit, ("GONE_WITHOUT_SCORE",) if unscored else (), limit=str(limit))


def pets(images: Iterable[Any], *, infused_on: date, limit: int = BLOOD_POOL) -> list[Pet]:
    """The PETs after the day of the infusion, oldest first; imaging by another method says nothing of uptake."""
    dated = [
        (on, one) for one in images
        if one.method in PET and (on := day_of(one.imaged_on)) is not None and on > infused_on
    ]  # fmt: skip
    return [Pet(on, pet(one, limit=limit)) for on, one in sorted(dated, key=lambda row: row[0])]


def imaging_plus(
    followed: MrdCourse, seen: Sequence[Pet], *, limit: int = BLOOD_POOL, window_days: int = IMAGING_WINDOW_DAYS
) -> Verdict:
    """NEG = a negative marrow and a negative PET within `window_days` of it; POS = not; NOT_EVALUABLE = cannot be told.

    Every PET within the window must be negative. `seen` = by the same `limit`. IMWG asks for 1e-5 in complete response:
    the threshold is that of `followed`.
    """
    threshold, days = power(followed.threshold), str(window_days)
    negative = [on for on, one in zip(followed.days, followed.verdicts, strict=True) if one.value == "NEG"]
    if not negative:
        positive = any(one.value == "POS" for one in followed.verdicts)
        return _over("POS" if positive else "NOT_EVALUABLE", NOT_NEGATIVE if positive else NO_MARROW, (), limit,
                     threshold=threshold)  # fmt: skip
    near = {on: [one for one in seen if abs((one.day - on).days) <= window_days] for on in negative}
    for on, images in near.items():
        if images and all(one.verdict.value == "NEG" for one in images):
            because = tuple(one.verdict for one in images)
            shown = {"threshold": threshold, "on": on.isoformat(), "pet": images[0].day.isoformat()}
            return _over("NEG", PLUS, because, limit, **shown)
    judged = [one.verdict for images in near.values() for one in images]
    because = tuple(dict.fromkeys(judged))
    if all(any(one.verdict.value == "POS" for one in images) for images in near.values()):
        return _over("POS", PLUS_NOT, because, limit, threshold=threshold, days=days)
    return _over("NOT_EVALUABLE", NO_PET, because, limit, threshold=threshold, days=days)


def _numbers(rows: Iterable[Any]) -> str:
    return ", ".join(str(int(row.lesion)) for row in rows)


def _basis(limit: int) -> str:
    return {BLOOD_POOL: IMWG, LIVER: LIVER_BASIS}.get(limit, CONVENTION)


def _said(value: str | None, clause: str, score: int, flags: tuple[str, ...] = (), /, **shown: str) -> Verdict:
    return Verdict(value, clause, _basis(score), (), VERSION, shown, flags)


def _over(value: str, clause: str, because: tuple[Verdict, ...], score: int, /, **shown: str) -> Verdict:
    return Verdict(value, clause, _basis(score), because, VERSION, shown, joined(*(one.flags for one in because)))
