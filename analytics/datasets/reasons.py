"""How a data set holds a rule's verdict and the forms behind it, so that a cell can be explained."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from analytics.myeloma import Course
from trial.rules.imwg_timeline import Assessment
from trial.rules.verdict import Verdict


def because(verdict: Verdict) -> dict[str, Any]:
    """The columns clause, shown (JSON: the clause's placeholders), basis, flags and rule of a verdict."""
    return {
        "clause": verdict.clause,
        "shown": json.dumps(dict(verdict.shown), sort_keys=True, ensure_ascii=False),
        "basis": verdict.basis,
        "flags": " ".join(verdict.flags),
        "rule": verdict.version,
    }


def clauses(verdicts: Iterable[Verdict]) -> str:
    """Several clauses with their placeholders, each once, as a column `clauses` holds them (see analytics.details)."""
    found = {one.clause.format(**one.shown): [one.clause, dict(one.shown)] for one in verdicts}
    return json.dumps(list(found.values()), sort_keys=True, ensure_ascii=False)


def where_from(course: Course, assessments: Iterable[Assessment]) -> Iterator[tuple[str, str, int]]:
    """The forms of several assessments of response, in their order."""
    for one in assessments:
        yield from course.behind(one)
