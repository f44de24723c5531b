"""Exposure: one row an infused subject with cells, lymphodepletion, bridging, and the days from collection to infusion."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.addisp import first_done
from analytics.datasets.dlt import Evaluation
from analytics.derive import records
from analytics.layout import figure
from analytics.myeloma import as_forms
from analytics.registry import dataset

DRUGS = {"fludarabine": "FLUDARABINE", "cyclophosphamide": "CYCLOPHOSPHAMIDE"}
SUBJECT = {
    "subject": "str", "dose_level": "str", "cells_per_kg": "float64", "cells_total": "float64", "ratio_percent": "float64",
    "ratio_shown": "str", "interrupted": "str", "fludarabine": "float64", "cyclophosphamide": "float64", "reduced": "str",
    "depletion_days": "Int64", "apheresis_on": "object", "days_to_infusion": "Int64", "bridged": "str", "bridging": "str",
    "forms": "str",
}  # fmt: skip


@dataset(
    title=_("Exposure"),
    definition=_(
        "One row an infused subject: cells given and their ratio to the planned level, doses of lymphodepletion in mg/m² over "
        "the course, bridging therapy, and days from leukapheresis to infusion."
    ),
)
def adex(
    evaluations: dict[str, Evaluation],
    car_t_infusion: pd.DataFrame,
    lymphodepletion: pd.DataFrame,
    lymphodepletion__doses: pd.DataFrame,
    leukapheresis: pd.DataFrame,
    bridging_therapy: pd.DataFrame,
) -> pd.DataFrame:
    """Infused subjects by code; the first infusion, the first course, the first collection. Blank = not recorded."""
    given = first_done(car_t_infusion.assign(status="COMPLETE"), "infused_at")
    courses, cells = first_done(lymphodepletion, "started_on"), first_done(leukapheresis, "collected_on")
    doses = _by(records(lymphodepletion__doses, "dose"))
    bridging = _by(row for row in records(bridging_therapy, "therapy") if row.status == "COMPLETE")
    rows = []
    for code, one in sorted(evaluations.items()):
        infusion, course, collection = given.get(code), courses.get(code), cells.get(code)
        own = [] if course is None else [row for row in doses.get(code, []) if _of(row) == _of(course)]
        ratio = _ratio(infusion, one.dose_level)
        drugs = sorted({str(row.drug) for row in bridging.get(code, []) if row.drug})
        behind = {"car_t_infusion": infusion, "lymphodepletion": course, "leukapheresis": collection}
        forms = [(name, row.visit, int(row.occurrence)) for name, row in behind.items() if row is not None]
        forms += [("bridging_therapy", "", int(row.occurrence)) for row in bridging.get(code, [])]
        rows.append(
            {
                "subject": code,
                "dose_level": one.dose_level,
                "cells_per_kg": infusion and _number(infusion.cells_per_kg),
                "cells_total": infusion and _number(infusion.cells_total),
                "ratio_percent": ratio,
                "ratio_shown": None if ratio is None else figure(ratio),
                "interrupted": infusion and infusion.interrupted,
                **{name: _sum(row.dose for row in own if row.drug == drug) for name, drug in DRUGS.items()},
                "reduced": ("Y" if any(row.reduced == "Y" for row in own) else "N") if own else None,
                "depletion_days": len({row.given_on for row in own if row.given_on}) if own else None,
                "apheresis_on": collection and collection.collected_on,
                "days_to_infusion": collection and (one.infused_on - collection.collected_on).days,
                "bridged": "Y" if bridging.get(code) else "N",
                "bridging": ", ".join(drugs) or None,
                "forms": as_forms(forms),
            }
        )
    return typed(rows, SUBJECT)


def _by(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.subject, []).append(row)
    return found


def _of(row: Any) -> tuple[Any, ...]:
    return row.visit, row.occurrence


def _ratio(infusion: Any, level: str | None) -> float | None:
    """Cells per kg given, in percent of the planned level."""
    if infusion is None or infusion.cells_per_kg is None or level is None:
        return None
    return 100 * float(infusion.cells_per_kg) / float(level)


def _sum(doses: Iterable[Any]) -> float | None:
    known = [float(dose) for dose in doses if dose is not None]
    return sum(known) if known else None


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
