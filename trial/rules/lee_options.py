"""Where the text of Lee 2014 is silent: the conventions of this study, each by name."""

from dataclasses import dataclass
from decimal import Decimal

from trial.rules.verdict import Verdict

VERSION = "lee_2014"
# Findings about single doses: 1 = high, 0 = not; no grades, so they carry a version of their own.
DOSES_VERSION = "lee_2014_doses"
TABLE = "Lee 2014 (Lee DW et al. Blood 2014;124:188-195), table 2"
HIGH_DOSE_TABLE = "Lee 2014 (Lee DW et al. Blood 2014;124:188-195), table 3"
CONVENTION = "Convention of this study; the text of Lee 2014 is silent"

BASES: tuple[str, ...] = (TABLE, HIGH_DOSE_TABLE, CONVENTION)

# A convention: the paper names fever without a number. Cel, at or above.
FEVER_CEL = Decimal("38.0")


@dataclass(frozen=True, slots=True)
class LeeOptions:
    """Choices the paper leaves open; the defaults are the study's recommendation."""

    # Grade when vasopressin (or an agent like it) is the only vasopressor: 2 or 3.
    vasopressin_alone: int = 2
    # True: vasopressin with one other agent is "multiple vasopressors". False: the table of high doses decides.
    vasopressin_counts_towards_multiple: bool = True
    # True: norepinephrine switched to phenylephrine counts as two agents although they never ran together.
    sequential_pressors_count_together: bool = False
    like_vasopressin: frozenset[str] = frozenset({"VASOPRESSIN", "TERLIPRESSIN"})
    # Inotropes: not vasopressors at all.
    not_counted: frozenset[str] = frozenset({"DOBUTAMINE", "MILRINONE"})
    # True: oxygen support unchanged since before the infusion (home oxygen, home CPAP) is not of CRS.
    baseline_support_excluded: bool = True
    # True: CPAP and BiPAP are ventilator support, grade 4. False: they are graded by their FiO2.
    niv_is_ventilator_support: bool = True
    # True: raised transaminases of grade 2 and 3 are organ toxicity like any other. False: only grade 4 counts, as 3.
    transaminases_are_organ_toxicity: bool = True
    # True: a higher temperature in the vital signs since the last assessment counts as that of the assessment.
    vital_signs_count: bool = True

    def __post_init__(self) -> None:
        if self.vasopressin_alone not in (2, 3):
            raise ValueError("vasopressin_alone is 2 or 3")


RECOMMENDED = LeeOptions()


def finding(
    value: int | None, clause: str, /, *, basis: str = TABLE, flags: tuple[str, ...] = (), **shown: str
) -> Verdict:
    """One rung's answer."""
    return Verdict(value=value, clause=clause, basis=basis, version=VERSION, shown=shown, flags=flags)
