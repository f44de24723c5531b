"""The vocabulary of the flow sheets: what was found and given at one CRS assessment, as a ward would note it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pressor:
    """One vasopressor. Moments are (study day, "HH:MM"); `stopped` is None while it runs."""

    drug: str
    dose: str
    unit: str
    started: tuple[int, str]
    stopped: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Oxygen:
    """Oxygen support; flow in L/min, FiO2 in %, as typed."""

    device: str
    flow: str = ""
    fio2: str = ""
    reason: str = ""  # of ventilation


@dataclass(frozen=True, slots=True)
class Found:
    """One assessment. `grade` is the investigator's own; it is typed, not computed."""

    temperature: str
    grade: str
    clock: str = ""  # local "HH:MM"; "" is the ward round
    hypotension: bool = False
    because_of_crs: bool = True  # False: another cause was found for the hypotension
    pressors: tuple[Pressor, ...] = ()
    oxygen: Oxygen | None = None
    antipyretic: bool = False
    anticytokine: str = ""
    steroid: str = ""
    comment: str = ""


Sheet = dict[int, tuple[Found, ...]]  # study day -> its assessments in order

TOCI = "TOCILIZUMAB"
DEX = "DEXAMETHASONE"
MP = "METHYLPREDNISOLONE"


def cannula(flow: str) -> Oxygen:
    """Nasal cannula at so many L/min."""
    return Oxygen("NASAL_CANNULA", flow)


def high_flow(flow: str, fio2: str) -> Oxygen:
    """High-flow nasal cannula."""
    return Oxygen("HFNC", flow, fio2)


def bilevel(fio2: str) -> Oxygen:
    """Bilevel positive pressure, for hypoxia."""
    return Oxygen("BIPAP", "", fio2, "HYPOXIA")


def fever(temperature: str, *, clock: str = "") -> Found:
    """Fever with paracetamol and nothing else."""
    return Found(temperature, "1", clock, antipyretic=True)
