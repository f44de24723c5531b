"""Units in which a laboratory may report an item besides the standard one, and what they are in it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

# Item -> unit (UCUM) -> factor to the standard unit of the item. Molar masses in g/mol: creatinine 113.12,
# bilirubin 584.66, calcium 40.078.
ALSO: Mapping[str, Mapping[str, Decimal]] = {
    "haemoglobin": {"g/dL": Decimal(10)},
    "albumin": {"g/dL": Decimal(10)},
    "creatinine": {"mg/dL": Decimal("88.4")},
    "bilirubin": {"mg/dL": Decimal("17.1")},
    "calcium": {"mg/dL": Decimal("0.2495")},
}


def factor(item: str, unit: str, *, standard: str) -> Decimal | None:
    """What one of this unit is in the standard unit of the item; None = the unit is not one of the item's."""
    return Decimal(1) if unit == standard else ALSO.get(item, {}).get(unit)
