"""Lines of therapy before the trial: how many, and to which classes of drugs the myeloma was refractory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from trial.rules.verdict import Verdict, concluded, decimal

__all__ = ["BASES", "CLAUSES", "FLAGS", "counted", "refractory", "to_class"]

VERSION = "prior_lines_1"
CLASSES_VERSION = "refractory_classes_1"
BASIS_LINES = "Rajkumar SV et al. Blood 2015;126:921-2"
BASIS_REFRACTORY = "Rajkumar SV et al. Blood 2011;117:4691-5"
BASIS_CLASSES = "Classes as in Mikhael J. Clin Lymphoma Myeloma Leuk 2020;20:1-7"
BASES: tuple[str, ...] = (BASIS_LINES, BASIS_REFRACTORY, BASIS_CLASSES)

MOST_LINES = 100  # so many nobody has had
TRIPLE, DOUBLE, TWO, ONE, NONE = "TRIPLE", "DOUBLE", "TWO", "ONE", "NONE"

LINES = "Different numbers of a line in the log: {lines}."
NO_LINES = "No line of therapy is entered."
ALL_THREE = "Refractory to all three classes: proteasome inhibitor, immunomodulatory drug, antibody against CD38."
PI_AND_IMID = "Refractory to a proteasome inhibitor and an immunomodulatory drug, not to an antibody against CD38."
TWO_CLASSES = "Refractory to an antibody against CD38 and one other of the three classes."
ONE_CLASS = "Refractory to one of the three classes."
NO_CLASS = "Refractory to none of the three classes."
OPEN = "Refractory to at least {least} of the three classes; what is not answered leaves the rest open."


@dataclass(frozen=True, slots=True)
class DrugClass:
    """One class of drugs: the items of a line that ask for it, and what is said of it."""

    given: str  # item: in this line?
    refractory: str  # item: refractory to it?
    met: str
    not_met: str
    not_given: str
    not_told: str


CLASSES: dict[str, DrugClass] = {
    "pi": DrugClass(
        "proteasome_inhibitor", "refractory_pi",
        "Proteasome inhibitor: refractory in line {lines}.",
        "Proteasome inhibitor: given in line {lines}, not refractory.",
        "Proteasome inhibitor: not given.",
        "Proteasome inhibitor: not answered in line {lines}.",
    ),
    "imid": DrugClass(
        "immunomodulator", "refractory_imid",
        "Immunomodulatory drug: refractory in line {lines}.",
        "Immunomodulatory drug: given in line {lines}, not refractory.",
        "Immunomodulatory drug: not given.",
        "Immunomodulatory drug: not answered in line {lines}.",
    ),
    "cd38": DrugClass(
        "anti_cd38", "refractory_cd38",
        "Antibody against CD38: refractory in line {lines}.",
        "Antibody against CD38: given in line {lines}, not refractory.",
        "Antibody against CD38: not given.",
        "Antibody against CD38: not answered in line {lines}.",
    ),
}  # fmt: skip
CLAUSES: tuple[str, ...] = (
    LINES, NO_LINES, ALL_THREE, PI_AND_IMID, TWO_CLASSES, ONE_CLASS, NO_CLASS, OPEN,
    *(said for one in CLASSES.values() for said in (one.met, one.not_met, one.not_given, one.not_told)),
)  # fmt: skip
FLAGS: dict[str, str] = {
    "LINES_MISSING": "The numbers of the lines are not 1, 2, 3 and so on: an entry may be lacking.",
    "LINE_UNNUMBERED": "An entry has no number of its line, and is not counted.",
}


def counted(lines: Iterable[Any]) -> Verdict:
    """How many lines the log holds, by their different numbers; `lines` = rows with `line`. None = no entry, or none with a number."""
    rows = list(lines)
    numbers = _numbers(one.line for one in rows)
    if not rows:
        return Verdict(None, NO_LINES, BASIS_LINES, (), VERSION)
    flags: tuple[str, ...] = ("LINES_MISSING",) if numbers != list(range(1, len(numbers) + 1)) else ()
    flags += ("LINE_UNNUMBERED",) if any(not _numbers([one.line]) for one in rows) else ()
    shown = {"lines": _listed(numbers) or "?"}
    return Verdict(len(numbers) or None, LINES, BASIS_LINES, (), VERSION, shown, flags)


def refractory(lines: Iterable[Any]) -> Verdict:
    """TRIPLE, DOUBLE (proteasome inhibitor and immunomodulatory drug), TWO, ONE or NONE of the three classes.

    `lines` = rows with `line` and, for each class, whether it was given and was refractory (Y, N, U or None). Refractory
    in any line counts for good. None = no entry, or the answers leave it open.
    """
    rows = list(lines)
    if not rows:
        return Verdict(None, NO_LINES, BASIS_CLASSES, (), CLASSES_VERSION)
    found = {name: to_class(rows, one) for name, one in CLASSES.items()}
    because, values = tuple(found.values()), [one.value for one in found.values()]
    count = values.count(1)
    if None in values:
        return _concluded(None, OPEN, because, least=str(count))
    if count == 2:
        return _concluded(*((TWO, TWO_CLASSES) if found["cd38"].value else (DOUBLE, PI_AND_IMID)), because)
    return _concluded(*{3: (TRIPLE, ALL_THREE), 1: (ONE, ONE_CLASS), 0: (NONE, NO_CLASS)}[count], because)


def to_class(lines: Sequence[Any], of: DrugClass) -> Verdict:
    """1 = refractory to this class in some line, 0 = in none; None = what is not answered leaves it open."""
    told = [(one, _refractory(one, of)) for one in lines]
    met = [one.line for one, answer in told if answer == "Y"]
    if met:
        return _finding(1, of.met, met)
    unknown = [one.line for one, answer in told if answer not in ("Y", "N")]
    if unknown:
        return _finding(None, of.not_told, unknown)
    given = [one.line for one in lines if getattr(one, of.given) == "Y"]
    return _finding(0, of.not_met, given) if given else _finding(0, of.not_given, ())


def _refractory(line: Any, of: DrugClass) -> Any:
    """A drug that was not given is none to be refractory to."""
    return "N" if getattr(line, of.given) == "N" else getattr(line, of.refractory)


def _finding(value: int | None, clause: str, lines: Iterable[Any]) -> Verdict:
    shown = {"lines": _listed(_numbers(lines)) or "?"}
    return Verdict(value, clause, BASIS_REFRACTORY, (), CLASSES_VERSION, shown)


def _numbers(lines: Iterable[Any]) -> list[int]:
    """The different numbers of lines in order; what is no such number is left out."""
    read = (decimal(one) for one in lines)
    return sorted({int(one) for one in read if one is not None and one.is_finite() and 1 <= one < MOST_LINES})


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(one) for one in numbers)


def _concluded(value: str | None, clause: str, because: tuple[Verdict, ...], **shown: str) -> Verdict:
    return concluded(value, clause, because, basis=BASIS_CLASSES, version=CLASSES_VERSION, shown=shown)
