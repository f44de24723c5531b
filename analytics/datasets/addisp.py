"""Disposition: one row a subject with every step from screening to the end of study, and why it ended."""

from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.derive import records
from analytics.myeloma import as_forms
from analytics.registry import dataset
from crf.codelists import EndReason

SUBJECT = {
    "subject": "str", "site": "str", "dose_level": "str", "screen_failed": "bool", "enrolled": "bool", "apheresis": "bool",
    "apheresis_on": "object", "lymphodepleted": "bool", "depleted_on": "object", "infused": "bool", "in_follow_up": "bool",
    "ended": "bool", "ended_on": "object", "end_reason": "str", "forms": "str",
}  # fmt: skip


@dataset(
    title=_("Disposition of subjects"),
    definition=_(
        "One row a subject: screened, failed, enrolled, leukapheresis, lymphodepletion, infusion, in follow-up, and the end "
        "of study with its reason."
    ),
)
def addisp(
    adsl: pd.DataFrame,
    subject: pd.DataFrame,
    leukapheresis: pd.DataFrame,
    lymphodepletion: pd.DataFrame,
    end_of_study: pd.DataFrame,
    death: pd.DataFrame,
) -> pd.DataFrame:
    """Subjects of adsl in its order. end_reason: the form's; that of a death or a withdrawal where only a death or a withdrawal says so."""
    cells, depleted = first_done(leukapheresis, "collected_on"), first_done(lymphodepletion, "started_on")
    ended, died = first_done(end_of_study, "ended_on"), first_done(death, "died_on")
    withdrawn = {row.subject: row.withdrawn_on for row in records(subject, "subject") if row.status == "WITHDRAWN"}
    rows = []
    for one in records(adsl[["subject", "site", "dose_level", "status", "enrolled", "treated"]], "subject"):
        code = one.subject
        end, gone = ended.get(code), died.get(code)
        reason, on = _end(end, gone, code in withdrawn, withdrawn.get(code))
        found = {
            "leukapheresis": cells.get(code),
            "lymphodepletion": depleted.get(code),
            "end_of_study": end,
            "death": gone,
        }
        rows.append(
            {
                "subject": code,
                "site": one.site,
                "dose_level": one.dose_level,
                "screen_failed": one.status == "SCREEN_FAILED",
                "enrolled": one.enrolled,
                "apheresis": code in cells,
                "apheresis_on": cells[code].collected_on if code in cells else None,
                "lymphodepleted": code in depleted,
                "depleted_on": depleted[code].started_on if code in depleted else None,
                "infused": one.treated,
                "in_follow_up": one.treated and reason is None,
                "ended": reason is not None,
                "ended_on": on,
                "end_reason": reason,
                "forms": as_forms(
                    (name, row.visit, int(row.occurrence)) for name, row in found.items() if row is not None
                ),
            }
        )
    return typed(rows, SUBJECT)


def _end(end: Any, gone: Any, withdrawn: bool, withdrawn_on: Any) -> tuple[str | None, Any]:  # noqa: FBT001
    if end is not None:
        return end.reason or "UNKNOWN", end.ended_on
    if gone is not None:
        return "DEATH", gone.died_on
    return (EndReason.WITHDRAWN.value, withdrawn_on) if withdrawn else (None, None)


def first_done(frame: pd.DataFrame, by: str) -> dict[str, Any]:
    """Each subject's first form that was done and has its day."""
    done = [row for row in records(frame, "row") if row.status == "COMPLETE" and getattr(row, by) is not None]
    done.sort(key=lambda row: getattr(row, by))
    return {row.subject: row for row in reversed(done)}
