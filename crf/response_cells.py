"""The figures of one assessment of response as cells: what was measured, the nadir, what is missing and what that leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as __

from crf.codelists import BandResult
from crf.response_tree import Part
from crf.verdicts import said
from trial.rules import imwg_values as values
from trial.rules.imwg_options import RECOMMENDED
from trial.rules.imwg_timeline import Assessment, Laboratory
from trial.rules.imwg_values import plain
from trial.rules.myeloma import Followed


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of the table. `mark`: nadir, missing, carried or doubted; `note` stands under it in small."""

    text: str = ""
    mark: str = ""
    note: str = ""
    title: str = ""
    url: str = ""


NOTHING = Cell("–")
Parts = Mapping[str, Part]
Nadirs = Mapping[str, date]
Urls = Mapping[str, str]


def nadirs(followed: Followed) -> dict[str, date]:
    """The day of the lowest value of each route, up to progression or a new therapy."""
    course = followed.response
    ends = [day for day in (course.progression_on, followed.new_therapy_on) if day is not None]
    before = min(ends, default=date.max)
    found = {}
    for name in ("SERUM", "URINE", "FLC", "MARROW"):
        point = getattr(course.nadirs, name.lower()).nadir(before, confirmed=RECOMMENDED.nadir_confirmed)
        if course.baseline.follows(name) and point is not None:
            found[name] = point.day
    lesions = followed.lesions
    sums = [(lesions.baseline_spd, lesions.baseline_on), *zip(lesions.spds, lesions.days, strict=True)]
    read = [(spd, on) for spd, on in sums if spd is not None and on is not None and on < before]
    if course.baseline.follows("PLASMACYTOMA") and read:
        found["PLASMACYTOMA"] = min(read)[1]
    return found


def of_assessment(one: Assessment, followed: Followed, parts: Parts, lowest: Nadirs, urls: Urls) -> dict[str, Cell]:
    """Every cell of an assessment, by the name of its column."""
    lab, chain = one.laboratory, followed.response.baseline.chain
    return {
        "serum": _amount("SERUM", lab, parts.get("SERUM"), lowest, urls),
        "urine": _amount("URINE", lab, parts.get("URINE"), lowest, urls),
        **chains(lab, chain, lowest, parts.get("FLC") or parts.get("FLC_RATIO")),
        **bands(lab, parts),
        "marrow": _marrow(one, followed, parts.get("MARROW"), lowest, urls.get("bone_marrow", "")),
        "lesions": _lesions(one, followed, parts.get("PLASMACYTOMA"), lowest, urls.get("extramedullary_lesions", "")),
    }


def written(value: Decimal) -> str:
    """A figure with the decimals it was recorded with, so that a column of them stands in line."""
    return f"{value:f}"


def day_of(on: date, followed: Followed) -> str:
    """The study day of a value that was taken on another day than its row says."""
    return __("day %(n)d") % {"n": (on - followed.infused_on).days}


def of_day(on: date, followed: Followed) -> str:
    """The study day of a value that was carried forward."""
    return __("of day %(n)d") % {"n": (on - followed.infused_on).days}


def missing(part: Part | None) -> Cell:
    """What is not there, and what that leaves possible; None = nothing hangs on it."""
    if part is None or part.said.sign != "missing":
        return Cell(__("missing"), "missing")
    return Cell(__("missing"), "missing", _cap(part), part.said.sentence)


def _cap(part: Part) -> str:
    return __("at most %(level)s") % {"level": part.said.value} if part.said.value else __("not evaluable")


def _amount(name: str, lab: Laboratory | None, part: Part | None, lowest: Nadirs, urls: Urls) -> Cell:
    """An M-protein; one that the laboratory doubts is shown, and said to be doubted."""
    recorded = None if lab is None else (lab.serum if name == "SERUM" else lab.urine)
    url, title = urls.get("myeloma_laboratory", ""), part.said.sentence if part else ""
    if lab is not None and recorded is not None and not values.counts(lab, RECOMMENDED):
        return Cell(written(recorded), "doubted", __("doubted"), title, url)
    amount = values.serum(lab, RECOMMENDED) if name == "SERUM" else values.urine(lab, RECOMMENDED)
    if lab is None or amount is None:
        return missing(part)
    mark = "nadir" if lowest.get(name) == lab.day else ""
    return Cell(written(amount.value), mark, __("by immunofixation") if amount.by_immunofixation else "", title, url)


def chains(lab: Laboratory | None, chain: str | None, lowest: Nadirs, part: Part | None = None) -> dict[str, Cell]:
    """Kappa, lambda, their difference and ratio; a chain below its limit of quantification is shown as below it."""
    if lab is None:
        return {"kappa": missing(part), "lambda": missing(part), "difference": NOTHING, "ratio": NOTHING}
    found = values.light_chains(lab, chain, RECOMMENDED)
    difference, ratio = NOTHING, NOTHING
    if found is not None and found.difference is not None:
        difference = Cell(written(found.difference), "nadir" if lowest.get("FLC") == lab.day else "")
    if found is not None:
        normal = {True: __("normal"), False: __("abnormal"), None: ""}[found.normal]
        ratio = Cell(_two_places(found.ratio), "", normal)
    return {
        "kappa": _chain(lab.kappa, lab.kappa_below_loq, part),
        "lambda": _chain(lab.lambda_, lab.lambda_below_loq, part),
        "difference": difference,
        "ratio": ratio,
    }


def _two_places(ratio: str) -> str:
    """A ratio, "0.1" or "< 0.1", with two decimals; a dash where there is none."""
    sign, _, number = ratio.rpartition(" ")
    return f"{sign} {Decimal(number):.2f}".strip() if number else "–"


def _chain(value: Decimal | None, below: bool, part: Part | None) -> Cell:
    if value is None:
        return Cell(__("below the limit")) if below else missing(part)
    return Cell(f"< {written(value)}" if below else written(value))


def bands(lab: Laboratory | None, parts: Parts) -> dict[str, Cell]:
    """Immunofixation of serum and urine."""
    return {
        "serum_band": _band(lab.serum_immunofixation if lab else None, parts.get("SERUM")),
        "urine_band": _band(lab.urine_immunofixation if lab else None, parts.get("URINE")),
    }


def _band(result: str | None, part: Part | None) -> Cell:
    if result is not None:
        return Cell({"POSITIVE": "+", "NEGATIVE": "−"}[result], "", "", str(dict(BandResult.choices)[result]))
    return Cell(__("missing"), "missing", "", part.said.sentence if part else "")


def _marrow(one: Assessment, followed: Followed, part: Part | None, lowest: Nadirs, url: str) -> Cell:
    marrow = one.last_marrow
    if marrow is None or marrow.plasma_cells is None:
        return missing(part)
    title = part.said.sentence if part else ""
    if marrow is not one.marrow:
        return Cell(written(marrow.plasma_cells), "carried", of_day(marrow.day, followed), title, url)
    return Cell(written(marrow.plasma_cells), "nadir" if lowest.get("MARROW") == marrow.day else "", "", title, url)


def _lesions(one: Assessment, followed: Followed, part: Part | None, lowest: Nadirs, url: str) -> Cell:
    imaging, course = one.last_imaging, followed.lesions
    if imaging is None:
        return missing(part) if part is not None else NOTHING
    spd = dict(zip(course.days, course.spds, strict=True)).get(imaging.day)
    spoken = said(imaging.verdict)
    text = spoken.value if imaging.verdict.value is not None else "–"
    title = part.said.sentence if part else spoken.sentence
    if imaging is not one.imaging:
        return Cell(text, "carried", of_day(imaging.day, followed), title, url)
    size = "" if spd is None or part is None else f"{plain(spd)} mm²"
    return Cell(text, "nadir" if lowest.get("PLASMACYTOMA") == imaging.day else "", size, title, url)
