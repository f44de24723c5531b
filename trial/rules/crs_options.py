"""Where the ASTCT 2019 text is silent: the conventions of this study, each by name."""

from dataclasses import dataclass

TABLE = "ASTCT 2019 (Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638), table 2"
NOTE = "ASTCT 2019 (Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638), footnotes of table 2"
CONVENTION = "Convention of this study; the text of ASTCT 2019 is silent"


@dataclass(frozen=True, slots=True)
class AstctOptions:
    """Choices the paper leaves open; the defaults are the study's recommendation."""

    # Grade when vasopressin (or an agent like it) is the only vasopressor: 2 or 3.
    vasopressin_alone: int = 3
    # True: norepinephrine switched to phenylephrine counts as two agents although they never ran together.
    sequential_pressors_count_together: bool = False
    # Agents that do not count towards "multiple vasopressors".
    like_vasopressin: frozenset[str] = frozenset({"VASOPRESSIN", "TERLIPRESSIN"})
    # Inotropes: not vasopressors at all.
    not_counted: frozenset[str] = frozenset({"DOBUTAMINE", "MILRINONE"})
    # True: oxygen support unchanged since before the infusion (home oxygen, home CPAP) is no hypoxia of CRS.
    baseline_support_excluded: bool = True
    # True: fever gone without any drug, episode still open: hypotension and hypoxia are still graded.
    axes_without_fever_in_open_episode: bool = True
    # Clear days (all assessments of the day clear), none in between with a finding, that resolve an episode.
    # A day without an assessment, or one that cannot be judged, neither counts nor breaks the run.
    clear_days_to_resolve: int = 2
    # True: a day on which an antipyretic, anti-cytokine drug or corticosteroid was given for CRS is not clear.
    support_delays_resolution: bool = True
    # True: a higher temperature in the vital signs since the last assessment counts as that of the assessment.
    vital_signs_count: bool = True

    def __post_init__(self) -> None:
        if self.vasopressin_alone not in (2, 3):
            raise ValueError("vasopressin_alone is 2 or 3")
        if self.clear_days_to_resolve < 1:
            raise ValueError("clear_days_to_resolve is 1 or more")


RECOMMENDED = AstctOptions()
