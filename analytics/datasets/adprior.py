"""Prior therapy: one row a subject with its lines, transplants, classes of drugs and to which of them it was refractory."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.derive import plain, records
from analytics.myeloma import as_forms
from analytics.registry import dataset
from trial.rules.prior_lines import CLASSES, counted, to_class

SAID = {1: "Y", 0: "N", None: None}
ANSWERS = (
    "transplant", "auto", "allo", "bcma_directed", "cd38_directed", *(f"given_{name}" for name in CLASSES),
    *(f"refractory_{name}" for name in CLASSES), "triple_given", "double_refractory", "triple_refractory",
)  # fmt: skip
SUBJECT = {"subject": "str", "lines": "Int64", **dict.fromkeys(ANSWERS, "str"), "forms": "str"}


@dataset(
    title=_("Prior therapy by subject"),
    definition=_(
        "One row a subject: number of lines, transplant, earlier therapy against BCMA or CD38, classes of drugs given, and "
        "refractoriness to each, to two and to three of them."
    ),
)
def adprior(adsl: pd.DataFrame, prior_therapy: pd.DataFrame) -> pd.DataFrame:
    """Subjects of adsl in its order. Y or N; blank where the log does not tell, or holds nothing. lines: numbers in the log."""
    own: dict[str, list[Any]] = {}
    for row in records(prior_therapy, "line"):
        if row.status == "COMPLETE":
            own.setdefault(row.subject, []).append(row)
    return typed([_subject(code, own.get(code, [])) for code in plain(adsl["subject"])], SUBJECT)


def _subject(code: str, lines: Sequence[Any]) -> dict[str, Any]:
    if not lines:
        return {"subject": code, "forms": as_forms(())}
    auto = any_of(_yes(row.transplant, "AUTO") for row in lines)
    allo = any_of(_yes(row.transplant, "ALLO") for row in lines)
    found = {
        "auto": auto,
        "allo": allo,
        "transplant": any_of((auto, allo)),
        "bcma_directed": any_of(row.bcma_directed for row in lines),
        "cd38_directed": any_of(row.cd38_directed for row in lines),
    }
    for name, one in CLASSES.items():
        found[f"given_{name}"] = any_of(getattr(row, one.given) for row in lines)
        found[f"refractory_{name}"] = SAID[to_class(lines, one).value]  # type: ignore[index]
    refractory_to = [found[f"refractory_{name}"] for name in CLASSES]
    found["triple_given"] = all_of(found[f"given_{name}"] for name in CLASSES)
    found["double_refractory"] = all_of(refractory_to[:2])
    found["triple_refractory"] = all_of(refractory_to)
    return {
        "subject": code,
        "lines": counted(lines).value,
        **found,
        "forms": as_forms(("prior_therapy", "", int(row.occurrence)) for row in lines),
    }


def any_of(answers: Any) -> str | None:
    """Y if any is Y; N if all are N; None where it cannot be told."""
    read = list(answers)
    return "Y" if "Y" in read else "N" if read and all(one == "N" for one in read) else None


def all_of(answers: Any) -> str | None:
    """Y if all are Y; N if any is N; None where it cannot be told."""
    read = list(answers)
    return "N" if "N" in read else "Y" if read and all(one == "Y" for one in read) else None


def _yes(code: str | None, wanted: str) -> str | None:
    return None if code is None else "Y" if code == wanted else "N"
