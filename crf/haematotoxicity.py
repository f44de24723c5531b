"""The blood counts of a subject as its forms tell them, read up to progression, next therapy or death."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crf.declare.form import Whole
from crf.myeloma import MYELOMA
from trial.models import Subject
from trial.rules import haematotoxicity
from trial.rules import myeloma as rules
from trial.rules.icaht_days import Censoring


def censoring(followed: rules.Followed) -> Censoring:
    """What ends the counting of days: the first of death, progression and the next therapy."""
    return Censoring(
        died_on=followed.died_on,
        progressed_on=followed.response.progression_on,
        new_therapy_on=followed.new_therapy_on,
    )


def follow(
    forms: Mapping[str, Sequence[Any]], _subject: Subject, of_myeloma: rules.Followed | None
) -> haematotoxicity.Followed | None:
    """What the rules make of all counts; None before the infusion."""
    if of_myeloma is None:
        return None
    return haematotoxicity.follow(
        forms["haematology"], infused_on=of_myeloma.infused_on, censoring=censoring(of_myeloma)
    )


HAEMATOTOXICITY = Whole(("haematology", *MYELOMA.forms), follow, upon=(MYELOMA,))
