"""Which rows of a term apply to a value: what baseline, symptoms and anticoagulation say, and what is assumed without them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

# Names for `Limit.when`.
BASELINE_NORMAL = "BASELINE_NORMAL"
BASELINE_ABNORMAL = "BASELINE_ABNORMAL"
BASELINE_BELOW_LLN = "BASELINE_BELOW_LLN"
LLN_DECIDES = "LLN_DECIDES"
FALL_DECIDES = "FALL_DECIDES"
WITHOUT_SYMPTOMS = "WITHOUT_SYMPTOMS"
WITH_SYMPTOMS = "WITH_SYMPTOMS"
NOT_ANTICOAGULATED = "NOT_ANTICOAGULATED"
ANTICOAGULATED = "ANTICOAGULATED"

BY_BASELINE, WORST = "BY_BASELINE", "WORST"


@dataclass(frozen=True, slots=True)
class CtcaeOptions:
    """Where the printed rows may be read in two ways: the choice of this study, by name."""

    # Fibrinogen of 5.0 and 6.0, "if abnormal, ...% decrease from baseline". BY_BASELINE: a baseline below the lower limit
    # of normal is judged by the fall alone, any other by multiples of that limit alone. WORST: the worse of the two, for a
    # value below the limit (the pharmaverse convention).
    fibrinogen: str = BY_BASELINE

    def __post_init__(self) -> None:
        if self.fibrinogen not in (BY_BASELINE, WORST):
            raise ValueError("fibrinogen is BY_BASELINE or WORST")


RECOMMENDED = CtcaeOptions()


@dataclass(frozen=True, slots=True)
class Situation:
    """A value with all that is known beside it; None = not recorded."""

    value: Decimal
    references: Mapping[str, Decimal | None]  # LLN, ULN, BASELINE
    symptomatic: bool | None = None
    anticoagulated: bool | None = None
    options: CtcaeOptions = RECOMMENDED


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether rows apply; where `judge` cannot tell (None), `assumed` stands, and `flag` says so if it matters."""

    judge: Callable[[Situation], bool | None]
    assumed: bool
    flag: str
    flag_at_zero: bool = True  # False: a value that is grade 0 as assumed is grade 0 in any case


def applies(when: str, situation: Situation) -> bool | None:
    """Whether a row under this condition applies; None = that cannot be told."""
    return CONDITIONS[when].judge(situation) if when else True


def _not(judged: bool | None) -> bool | None:
    return None if judged is None else not judged


def _above_uln(at: Situation) -> bool | None:
    baseline, uln = at.references["BASELINE"], at.references["ULN"]
    return None if baseline is None or uln is None else baseline > uln


def _below_lln(at: Situation) -> bool | None:
    baseline, lln = at.references["BASELINE"], at.references["LLN"]
    return None if baseline is None or lln is None else baseline < lln


def _value_below_lln(at: Situation) -> bool | None:
    lln = at.references["LLN"]
    return None if lln is None else at.value < lln


def _lln_decides(at: Situation) -> bool | None:
    return True if at.options.fibrinogen == WORST else _not(_below_lln(at))


def _fall_decides(at: Situation) -> bool | None:
    return _value_below_lln(at) if at.options.fibrinogen == WORST else _below_lln(at)


# Only a value beyond the limit of normal can be graded by a baseline beyond it, hence `flag_at_zero`.
CONDITIONS: Mapping[str, Condition] = {
    BASELINE_NORMAL: Condition(lambda at: _not(_above_uln(at)), True, "BASELINE_ASSUMED_NORMAL", flag_at_zero=False),
    BASELINE_ABNORMAL: Condition(_above_uln, False, "BASELINE_ASSUMED_NORMAL", flag_at_zero=False),
    BASELINE_BELOW_LLN: Condition(_below_lln, False, "BASELINE_ASSUMED_NOT_LOW"),
    LLN_DECIDES: Condition(_lln_decides, True, "BASELINE_ASSUMED_NOT_LOW", flag_at_zero=False),
    FALL_DECIDES: Condition(_fall_decides, False, "BASELINE_ASSUMED_NOT_LOW", flag_at_zero=False),
    WITHOUT_SYMPTOMS: Condition(lambda at: _not(at.symptomatic), True, "SYMPTOMS_NOT_RECORDED"),
    WITH_SYMPTOMS: Condition(lambda at: at.symptomatic, False, "SYMPTOMS_NOT_RECORDED"),
    NOT_ANTICOAGULATED: Condition(lambda at: _not(at.anticoagulated), True, "ANTICOAGULATION_NOT_RECORDED"),
    ANTICOAGULATED: Condition(lambda at: at.anticoagulated, False, "ANTICOAGULATION_NOT_RECORDED"),
}
