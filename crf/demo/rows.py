"""The 23 rows of the reconstruction as frozen records: what the forms of the demonstration study must lead to."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parent / "data" / "bm38_reconstructed.csv"
NOT_REAL = "RECONSTRUCTED_NOT_REAL"
NOMINAL_MONTHS = (1, 3, 6, 9, 12, 15, 18)


@dataclass(frozen=True, slots=True)
class Row:
    """One invented subject. Days and months count from the infusion (day 0); a blank cell is None."""

    subject_id: str
    dose_level: str  # 10^6 CAR-T cells/kg, as typed: "0.5" "1.0" "2.0" "4.0"
    sex: str  # M or F
    age: int  # years, in the year of the infusion
    prior_lines: int
    cytogenetic_abnormality: bool
    extramedullary: bool
    crs_max_grade: int
    crs_onset_day: int | None
    crs_duration_days: int | None  # onset and last day both counted
    tocilizumab: bool
    steroid: bool
    best_response: str
    mrd_negative: bool  # at 1e-4
    first_response_day: int | None
    pfs_months: float
    pfs_event: bool
    os_months: float
    os_event: bool
    emd_best: str | None
    cart_last_months: float
    cart_lost: bool
    neutropenia: bool
    leukopenia: bool
    anaemia: bool
    thrombocytopenia: bool
    neurotoxicity: bool
    hepatotoxicity: bool
    nephrotoxicity: bool
    antigen_at_relapse: str | None
    cart_detected: tuple[tuple[int, bool], ...]  # (nominal month, detected), sampled months only

    @property
    def number(self) -> int:
        """The running number in the subject id: 2 for RECON-02."""
        return int(self.subject_id.removeprefix("RECON-"))


@cache
def read() -> tuple[Row, ...]:
    """All rows in file order. Raises ValueError where a line is not labelled as a reconstruction."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return tuple(_row(cells) for cells in csv.DictReader(file))


def by_id(subject_id: str) -> Row:
    """The row of one subject. Raises KeyError for an id the file does not have."""
    return {row.subject_id: row for row in read()}[subject_id]


def _row(cells: Mapping[str, str]) -> Row:
    if cells["record_status"] != NOT_REAL:
        raise ValueError(f"{cells['subject_id']} is not labelled {NOT_REAL}")
    return Row(
        subject_id=cells["subject_id"],
        dose_level=cells["dose_e6_per_kg"],
        sex=cells["sex"],
        age=int(cells["age"]),
        prior_lines=int(cells["prior_lines"]),
        cytogenetic_abnormality=_flag(cells["cytogenetic_abn"]),
        extramedullary=_flag(cells["emd"]),
        crs_max_grade=int(cells["crs_max_grade"]),
        crs_onset_day=_day(cells["crs_onset_day"]),
        crs_duration_days=_day(cells["crs_duration_days"]),
        tocilizumab=_flag(cells["tocilizumab"]),
        steroid=_flag(cells["steroid"]),
        best_response=cells["best_response"],
        mrd_negative=_flag(cells["mrd_neg_1e4"]),
        first_response_day=_day(cells["first_response_day"]),
        pfs_months=float(cells["pfs_months"]),
        pfs_event=_flag(cells["pfs_event"]),
        os_months=float(cells["os_months"]),
        os_event=_flag(cells["os_event"]),
        emd_best=cells["emd_best"] or None,
        cart_last_months=float(cells["cart_last_months"]),
        cart_lost=_flag(cells["cart_lost_event"]),
        neutropenia=_flag(cells["neutropenia"]),
        leukopenia=_flag(cells["leukopenia"]),
        anaemia=_flag(cells["anemia"]),
        thrombocytopenia=_flag(cells["thrombocytopenia"]),
        neurotoxicity=_flag(cells["neurotoxicity"]),
        hepatotoxicity=_flag(cells["hepatotoxicity"]),
        nephrotoxicity=_flag(cells["nephrotoxicity"]),
        antigen_at_relapse=cells["antigen_at_relapse"] or None,
        cart_detected=tuple(
            (month, _flag(cells[f"cart_detect_M{month}"])) for month in NOMINAL_MONTHS if cells[f"cart_detect_M{month}"]
        ),
    )


def _flag(cell: str) -> bool:
    return {"1": True, "0": False}[cell]


def _day(cell: str) -> int | None:
    """The file writes days as "12.0", an artefact of the blanks in the column."""
    return int(float(cell)) if cell else None
