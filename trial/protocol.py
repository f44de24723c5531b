"""The numbers of the protocol: versions, dose levels, windows. Assumed where the publication is silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

NAME = _("BM38 in relapsed or refractory multiple myeloma, phase I")
SHORT = "BM38"
REGISTRY = "ChiCTR1800018143"  # Mei H, Li C, et al. J Hematol Oncol 2021;14:161


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the protocol. No site works under it before `approved_on`; later ones wait for each site's own approval."""

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


# The second is assumed, to show an amendment at work: docs/amendments.md.
VERSIONS: tuple[Version, ...] = (Version("1.0", date(2018, 8, 1)), Version("2.0", date(2019, 9, 2)))

# Published: dose range 0.5 to 4.0 x 10^6/kg. The levels between are assumed.
DOSE_LEVELS: tuple[DoseLevel, ...] = tuple(DoseLevel(code, code) for code in ("0.5", "1.0", "2.0", "4.0"))

DLT_WINDOW_DAYS = 28  # assumed
STAGGER_DAYS = 14  # assumed: between the first two subjects of a level
# The design of dose escalation in force, "three_plus_three" or "boin"; the other one is shown beside it. Assumed.
ESCALATION_DESIGN = "three_plus_three"
BOIN_TARGET = 0.30  # assumed: rate of dose-limiting toxicity that BOIN aims at
# Lymphodepletion before the infusion (assumed): days on which it is given, and mg/m2 a day.
LYMPHODEPLETION_DAYS = (-5, -3)
LYMPHODEPLETION_DOSES = {"FLUDARABINE": (25, 30), "CYCLOPHOSPHAMIDE": (250, 500)}
# By version: a first fever later than this many days after the infusion opens a query; it never blocks.
CRS_PLAUSIBLE_DAYS = {"1.0": 14, "2.0": 10}

# Criteria in force; a change of one is an amendment and stands here, never in a user's hands. The former version, where
# one is named, stands beside it on forms for comparison; queries and tables of grades read the one in force alone.
CRS_CRITERIA = "astct_2019"
CRS_CRITERIA_FORMER: str | None = "lee_2014"

# Headings under which the protocol asks for the forms. Assumed: the publication gives none.
CHAPTERS = {
    "consent": _("Informed consent"), "selection": _("Selection of subjects"), "baseline": _("Screening and medical history"),
    "treatment": _("Trial treatment"), "toxicity": _("Cytokine release syndrome and neurotoxicity"),
    "examinations": _("Examinations at each visit"), "laboratory": _("Laboratory tests"),
    "response": _("Assessment of response"), "kinetics": _("CAR-T cells in blood"), "escalation": _("Dose escalation"),
    "safety": _("Adverse events"), "medication": _("Concomitant medication"), "follow_up": _("Follow-up and survival"),
    "conduct": _("Conduct of the trial"),
}  # fmt: skip


def version_on(day: date, active: Mapping[str, date]) -> Version:
    """The latest version that a site works under on a day; the first one before any other.

    active: the day from which the site works under a version, by its code; the first version needs none.
    """
    begun = [v for v in VERSIONS[1:] if v.code in active and active[v.code] <= day]
    return begun[-1] if begun else VERSIONS[0]


def order_of(code: str) -> int:
    """Position of a version in time; raises ValueError for an unknown one."""
    for at, version in enumerate(VERSIONS):
        if version.code == code:
            return at
    raise ValueError(f"{code!r} is not in the protocol")


def in_force(version: str, *, since: str | None, until: str | None) -> bool:
    """Whether something introduced `since` and retired `until` (both inclusive version codes) belongs to this version."""
    at = order_of(version)
    return (since is None or order_of(since) <= at) and (until is None or at <= order_of(until))


def dose_level(code: str | None) -> DoseLevel | None:
    """The dose level of that code, or None."""
    return next((level for level in DOSE_LEVELS if level.code == code), None)


# Laboratory grades by this version of CTCAE; never two in one study.
CTCAE_VERSION = "ctcae_5"
CTCAE_VERSION_FORMER: str | None = None


def criteria(name: str) -> tuple[str, str | None]:
    """The version of some criteria ("CRS", "CTCAE") that is in force, and the former one (None = none to compare with).

    Raises KeyError for criteria that the protocol does not know.
    """
    known = {"CRS": (CRS_CRITERIA, CRS_CRITERIA_FORMER), "CTCAE": (CTCAE_VERSION, CTCAE_VERSION_FORMER)}
    return known[name]
