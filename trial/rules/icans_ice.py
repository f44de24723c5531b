"""The ICE score of ASTCT 2019: its total, and what the total alone would grade."""

from collections.abc import Mapping
from typing import Any

from trial.rules.verdict import Verdict, decimal, known

VERSION = "icans_astct_2019"
ICE_TABLE = "ASTCT 2019 (Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638), table 5"
TABLE = "ASTCT 2019 (Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638), table 6"
CONVENTION = "Convention of this study; the text of ASTCT 2019 is silent"

# ASTCT 2019, table 5: points an item can give; together 10.
POINTS = {
    "orientation_year": 1, "orientation_month": 1, "orientation_city": 1, "orientation_hospital": 1,
    "naming": 3, "command": 1, "writing": 1, "attention": 1,
}  # fmt: skip
FULL = sum(POINTS.values())
YES_NO = {"Y": 1, "N": 0, "U": None}
# ASTCT 2019, table 6: lowest total of each grade, mildest first.
LOWEST_OF_GRADE = ((1, 7), (2, 3), (3, 0))

TOTAL = "ICE {total} of 10."
UNAROUSABLE = "Unarousable: ICE cannot be done. No number stands for it."
SEDATED = "Sedated: ICE cannot be assessed."
NOT_DONE = "ICE was not done."
ITEMS_MISSING = "ICE has no total: {count} of its eight items cannot be read."
ICE_OTHER_CAUSE = "The ICE score is recorded as having another cause than ICANS: not counted."
ICE_AT_BASELINE = "ICE {total}, not below the subject's own baseline of {baseline}: not counted."
ICE_GRADED = "ICE {total}, from {lowest} to {highest}."

ICE_CLAUSES = (
    TOTAL, UNAROUSABLE, SEDATED, NOT_DONE, ITEMS_MISSING, ICE_OTHER_CAUSE, ICE_AT_BASELINE, ICE_GRADED,
)  # fmt: skip


def finding(
    value: int | str | None, clause: str, *, basis: str = TABLE, flags: tuple[str, ...] = (), **shown: object
) -> Verdict:
    """One rung's answer."""
    texts = {name: str(text) for name, text in shown.items()}
    return Verdict(value=value, clause=clause, basis=basis, version=VERSION, shown=texts, flags=flags)


def ice_total(items: Mapping[str, Any], status: str | None) -> Verdict:
    """0 to 10; None = no number stands for it: unarousable, sedated, not done, or an item missing (never counted as 0).

    `items` = the names of POINTS with what was recorded; orientation may be "1"/"0" or "Y"/"N".
    """
    read = [_points(name, items.get(name)) for name in POINTS]
    # A 0 is a number too: eight zeros are as much at odds with these as a full score is.
    entered = any(points is not None for points in read)
    flags = ("ICE_STATUS_CONFLICT",) if status in ("UNAROUSABLE", "SEDATED", "NOT_DONE") and entered else ()
    if status == "UNAROUSABLE":
        return finding(None, UNAROUSABLE, basis=ICE_TABLE, flags=flags)
    if status == "SEDATED":
        return finding(None, SEDATED, basis=ICE_TABLE, flags=("ICE_SEDATED", *flags))
    if status == "NOT_DONE":
        return finding(None, NOT_DONE, basis=ICE_TABLE, flags=("ICE_MISSING", *flags))
    recorded = [points for points in read if points is not None]
    if len(recorded) < len(POINTS):
        missing = len(POINTS) - len(recorded)
        return finding(None, ITEMS_MISSING, basis=ICE_TABLE, flags=("ICE_MISSING",), count=missing)
    return finding(sum(recorded), TOTAL, basis=ICE_TABLE, total=sum(recorded))


def ice(total: Verdict, *, baseline: Any, due: str | None) -> Verdict:
    """0 to 4; None = no total. `baseline` = the subject's own ICE before ICANS; cause blank or U counts."""
    if due == "N":
        return finding(0, ICE_OTHER_CAUSE)
    if total.clause == UNAROUSABLE:
        return finding(4, UNAROUSABLE, flags=total.flags)
    if not isinstance(total.value, int):
        return total
    if total.value == FULL:
        return finding(0, TOTAL, total=FULL)
    own = decimal(baseline)
    if own is not None and total.value >= own:
        return finding(0, ICE_AT_BASELINE, flags=("ICE_AT_BASELINE",), total=total.value, baseline=int(own))
    highest = FULL - 1
    for grade, lowest in LOWEST_OF_GRADE:
        if total.value >= lowest:
            flags = ("ICE_CAUSE_UNKNOWN",) if due == "U" else ()
            return finding(grade, ICE_GRADED, flags=flags, total=total.value, lowest=lowest, highest=highest)
        highest = lowest - 1
    raise AssertionError("a total is never below 0")


def _points(name: str, value: Any) -> int | None:
    """The points of one item; None = not recorded, or not a number that the item can give."""
    if not known(value):
        return None
    read = decimal(YES_NO.get(str(value), value))
    if read is None or read != int(read) or not 0 <= read <= POINTS[name]:
        return None
    return int(read)
