"""The numbers of the protocol: versions, dose levels, windows. Assumed where the publication is silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

NAME = _("BM38 in relapsed or refractory multiple myeloma, phase I")
SHORT = "BM38"
REGISTRY = "ChiCTR1800018143"  # Mei H, Li C, et al. J Hematol Oncol 2021;14:161


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the protocol, in force from a date on."""

    code: str
    approved_on: date


@dataclass(frozen=True, slots=True)
class DoseLevel:
    """A dose level; cells in 10^6 CAR-T cells per kg body weight."""

    code: str
    cells_e6_per_kg: str

    @property
    def label(self) -> str:
        return f"{self.cells_e6_per_kg} × 10⁶/kg"


VERSIONS: tuple[Version, ...] = (Version("1.0", date(2018, 8, 1)),)

# Published: dose range 0.5 to 4.0 x 10^6/kg. The levels between are assumed.
DOSE_LEVELS: tuple[DoseLevel, ...] = tuple(DoseLevel(code, code) for code in ("0.5", "1.0", "2.0", "4.0"))

DLT_WINDOW_DAYS = 28  # assumed
STAGGER_DAYS = 14  # assumed: between the first two subjects of a level
CRS_PLAUSIBLE_DAYS = 14  # a first fever later than this after infusion opens a query; never blocks

# Criteria in force; a change of one is an amendment and stands here, never in a user's hands.
CRS_CRITERIA = "astct_2019"


def version_on(day: date) -> Version:
    """The version in force on a day; the first one for days before any."""
    return max((v for v in VERSIONS if v.approved_on <= day), key=lambda v: v.approved_on, default=VERSIONS[0])


def order_of(code: str) -> int:
    """Position of a version in time; raises ValueError for an unknown one."""
    return [v.code for v in VERSIONS].index(code)


def in_force(version: str, *, since: str | None, until: str | None) -> bool:
    """Whether something introduced `since` and retired `until` (both inclusive version codes) belongs to this version."""
    at = order_of(version)
    return (since is None or order_of(since) <= at) and (until is None or at <= order_of(until))


def dose_level(code: str | None) -> DoseLevel | None:
    """The dose level of that code, or None."""
    return next((level for level in DOSE_LEVELS if level.code == code), None)


# Laboratory grades by this version of CTCAE; never two in one study.
CTCAE_VERSION = "ctcae_5"

# Lower limits of normal of adults, counts 10^9/L and haemoglobin g/L: WS/T 405-2012 (assumed for every laboratory).
_LOWER_LIMITS = {"neutrophils": "1.8", "leukocytes": "3.5", "lymphocytes": "1.1", "platelets": "125"}
_LOWER_LIMIT_HAEMOGLOBIN = {"M": "130", "F": "115"}


def lower_limit(item: str, sex: str | None) -> Decimal | None:
    """The lower limit of normal of an item of haematology; None where it depends on a sex that is not recorded."""
    text = _LOWER_LIMIT_HAEMOGLOBIN.get(sex or "") if item == "haemoglobin" else _LOWER_LIMITS[item]
    return None if text is None else Decimal(text)
