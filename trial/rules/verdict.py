"""What a rule answers: a value, the line of the source that decided it, and the findings under it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from operator import eq


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a rule with its reason; `value` None = cannot be judged from what is recorded."""

    value: int | str | None
    clause: str  # a fixed sentence with {placeholders}, so that it can be translated before it is filled
    basis: str = ""
    because: tuple["Verdict", ...] = ()
    version: str = ""
    # hash=False: a mapping has no hash, and equal verdicts still hash alike without it.
    shown: Mapping[str, str] = field(default_factory=dict, hash=False)
    flags: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The clause in English with its placeholders filled."""
        return self.clause.format(**self.shown)

    def walk(self) -> Iterator["Verdict"]:
        """This verdict and every finding under it, top down."""
        yield self
        for finding in self.because:
            yield from finding.walk()


def known(value: object) -> bool:
    """False for what stands for "not recorded": None, empty text, NaN, NaT and the NA of data frames."""
    if value is None:
        return False
    kind = type(value)  # most of what is asked is one of these two, and they are the quickest to answer
    if kind is str:
        return value != ""
    if kind is Decimal:
        return not value.is_nan()  # type: ignore[attr-defined]
    try:
        return bool(value != "") and bool(eq(value, value))  # NaN and NaT differ from themselves
    except TypeError:  # NA refuses to be a truth value
        return False


def decimal(value: object) -> Decimal | None:
    """A recorded number exactly as it was written (38.1, not its binary neighbour); None = not recorded."""
    if not known(value):
        return None
    return value if isinstance(value, Decimal) else Decimal(str(value))


def figure(value: Decimal) -> str:
    """A number as text for a clause: one decimal place, or all places where there are more."""
    return f"{value:.1f}" if value == round(value, 1) else f"{value.normalize():f}"


def joined(*groups: tuple[str, ...]) -> tuple[str, ...]:
    """Flags of several findings in order, each once."""
    return tuple(dict.fromkeys(flag for group in groups for flag in group)) if any(groups) else ()


def concluded(
    value: int | str | None,
    clause: str,
    because: tuple[Verdict, ...],
    flags: tuple[str, ...] = (),
    *,
    basis: str,
    version: str,
    shown: Mapping[str, str] | None = None,
) -> Verdict:
    """A verdict over findings; it carries their flags after its own, each once."""
    carried = joined(flags, *(finding.flags for finding in because))
    return Verdict(value, clause, basis, because, version, shown or {}, carried)
