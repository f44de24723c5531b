"""Protocol deviations: one row a subject with how many, how many major, and the categories."""

from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.derive import plain, records
from analytics.myeloma import as_forms
from analytics.registry import dataset

SUBJECT = {"subject": "str", "deviations": "Int64", "major": "Int64", "unreported": "Int64", "forms": "str"}


@dataset(
    title=_("Protocol deviations by subject"),
    definition=_(
        "One row a subject: entries of the log of deviations, how many are major, and how many not reported yet."
    ),
)
def addv(adsl: pd.DataFrame, protocol_deviation: pd.DataFrame) -> pd.DataFrame:
    """Subjects of adsl in its order."""
    own: dict[str, list[Any]] = {}
    for row in records(protocol_deviation, "deviation"):
        if row.status == "COMPLETE":
            own.setdefault(row.subject, []).append(row)
    return typed([_subject(code, own.get(code, [])) for code in plain(adsl["subject"])], SUBJECT)


def _subject(code: str, rows: list[Any]) -> dict[str, Any]:
    return {
        "subject": code,
        "deviations": len(rows),
        "major": sum(row.severity == "MAJOR" for row in rows),
        "unreported": sum(row.reported_on is None for row in rows),
        "forms": as_forms(("protocol_deviation", "", int(row.occurrence)) for row in rows),
    }
