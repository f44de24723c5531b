"""ECOG performance status: the text of each code."""

from typing import Any

from trial.rules.verdict import Verdict, known

__all__ = ["BASES", "CLAUSES", "STATUS", "ecog"]

VERSION = "ecog_1982"
BASIS = "ECOG (Oken MM et al. Am J Clin Oncol 1982;5:649-55)"

STATUS: tuple[str, ...] = (
    "Fully active, without restriction.",
    "Restricted in strenuous activity; walks and does light work.",
    "Walks and cares for oneself, but does no work; up for more than half of waking hours.",
    "Limited self-care; in bed or chair for more than half of waking hours.",
    "Completely disabled; no self-care; in bed or chair all the time.",
    "Dead.",
)
NOT_RECORDED = "The performance status is not recorded."
UNKNOWN_CODE = "The performance status is none of the codes 0 to 5."

CLAUSES: tuple[str, ...] = (*STATUS, NOT_RECORDED, UNKNOWN_CODE)
BASES: tuple[str, ...] = (BASIS,)


def ecog(code: Any) -> Verdict:
    """0 to 5 with its text; `code` = the item of the form, "0" to "5". None = not recorded, or none of the codes."""
    if not known(code):
        return _verdict(None, NOT_RECORDED)
    text = str(code)
    if len(text) != 1 or text not in "012345":
        return _verdict(None, UNKNOWN_CODE)
    return _verdict(int(text), STATUS[int(text)])


def _verdict(value: int | None, clause: str) -> Verdict:
    return Verdict(value=value, clause=clause, basis=BASIS, version=VERSION)
