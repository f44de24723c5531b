"""High risk by IMS/IMWG 2025 at study entry: the myeloma history, with the creatinine of the chemistry at or before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crf.declare.parts import Whole
from trial.models import Subject
from trial.rules import high_risk
from trial.rules.verdict import Verdict, decimal

Creatinines = Sequence[tuple[date, Decimal]]


def creatinines(rows: Iterable[Any]) -> Creatinines:
    """Day and value in umol/L of the chemistries that hold one, oldest first; times on the site's clock."""
    found = [(_day(row.sampled_at), row.creatinine) for row in rows if None not in (row.sampled_at, row.creatinine)]
    return sorted(found, key=lambda one: one[0])


def creatinine_at(found: Creatinines, day: date | None) -> Decimal | None:
    """The newest at or before a day; None without one, or without the day."""
    before = [value for on, value in found if day is not None and on <= day]
    return decimal(before[-1]) if before else None


def _follow(rows: Mapping[str, Sequence[Any]], _subject: Subject) -> Creatinines:
    return creatinines(rows["chemistry"])


def _day(at: Any) -> date:
    return at.date() if isinstance(at, datetime) else at


CREATININES = Whole(("chemistry",), _follow)


def high_risk_2025(
    whole: Creatinines,
    day: date | None,
    *,
    del_17p: Any,
    del_17p_percent: Any,
    tp53_mutation: Any,
    t_4_14: Any,
    t_14_16: Any,
    t_14_20: Any,
    gain_1q: Any,
    gain_1q_copies: Any,
    del_1p32: Any,
    del_1p32_biallelic: Any,
    b2_microglobulin: Any,
) -> Verdict:
    """The rule of the same name, as of the day of the history: a creatinine from after it says nothing about entry."""
    return high_risk.high_risk_2025(
        del_17p=del_17p, del_17p_percent=del_17p_percent, tp53_mutation=tp53_mutation, t_4_14=t_4_14, t_14_16=t_14_16,
        t_14_20=t_14_20, gain_1q=gain_1q, gain_1q_copies=gain_1q_copies, del_1p32=del_1p32,
        del_1p32_biallelic=del_1p32_biallelic, b2_microglobulin=b2_microglobulin, creatinine=creatinine_at(whole, day),
    )  # fmt: skip
