"""What the demonstration subjects were given beside the trial treatment; against CRS, what the flow sheets say. Invented."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from crf.demo.assessments import last_contact, on
from crf.demo.blood import forms as blood_forms
from crf.demo.calendar import placement
from crf.demo.findings import DEX, MP, TOCI, Pressor, Sheet
from crf.demo.flowsheets import sheet
from crf.demo.rows import Row
from crf.demo.treatment import LYMPHODEPLETION_DAYS
from crf.demo.typed import Typed

_ACICLOVIR_FROM = LYMPHODEPLETION_DAYS[0]
_SULPHAMETHOXAZOLE_FROM = 28
_GRADES_WITH_G_CSF = ("3", "4")
_G_CSF_FROM, _G_CSF_DAYS = 7, 5  # not before CRS is over
_STEROIDS = {DEX: ("Dexamethasone", "10"), MP: ("Methylprednisolone", "80")}  # mg, intravenous
_PRESSORS = {
    "NOREPINEPHRINE": "Norepinephrine",
    "EPINEPHRINE": "Epinephrine",
    "PHENYLEPHRINE": "Phenylephrine",
    "VASOPRESSIN": "Vasopressin",
}


@dataclass(frozen=True, slots=True)
class Given:
    """One entry: when it was written, and what."""

    on: date
    data: dict[str, object]


def forms(row: Row) -> list[Typed]:
    """The log in the order in which it was written.

    What was given for CRS is written on its day, before the assessment that says so; a course when it was over.
    """
    typed = [*_for_crs(row), *_prophylaxis(row), *_growth_factor(row)]
    numbered = enumerate(sorted(typed, key=lambda one: one.on), start=1)
    return [Typed("concomitant_medication", "", one.on, one.data, "coordinator", number) for number, one in numbered]


def _entry(
    row: Row,
    drug: str,
    mark: str,
    indication: str,
    dose: str,
    unit: str,
    *,
    first: int,
    last: int | None,
    route: str = "INTRAVENOUS",
    **more: object,
) -> Given:
    """From the first to the last study day; last=None = still given at the last contact, and up to a death."""
    if last is None and row.os_event:
        last = last_contact(row)
    data: dict[str, object] = {
        "drug": drug,
        "marked": mark,
        "indication": indication,
        "dose": dose,
        "dose_unit": unit,
        "route": route,
        "started_on": on(row, first).isoformat(),
        "ongoing": "Y" if last is None else "N",
        **more,
    }
    if last is not None:
        data["ended_on"] = on(row, last).isoformat()
    return Given(on(row, first if last is None else last), data)


def _for_crs(row: Row) -> Iterable[Given]:
    """Tocilizumab and steroids day by day, vasopressors from start to stop, and paracetamol."""
    days = {} if row.crs_onset_day is None else sheet(row.subject_id, onset_day=row.crs_onset_day)
    for day, found in days.items():
        for drug in sorted({one.anticytokine for one in found} - {""}):
            name = {TOCI: "Tocilizumab"}[drug]
            yield _entry(row, name, drug, "CRS", "8", "mg/kg", first=day, last=day)
        for drug in sorted({one.steroid for one in found} - {""}):
            name, dose = _STEROIDS[drug]
            yield _entry(row, name, "STEROID", "CRS", dose, "mg", first=day, last=day)
    yield from _vasopressors(row, days)
    warm = [day for day, found in days.items() if any(one.antipyretic for one in found)]
    if warm:
        yield _entry(
            row, "Paracetamol", "NONE", "CRS", "500", "mg", first=min(warm), last=max(warm), route="ORAL"
        )  # fmt: skip


def _vasopressors(row: Row, days: Sheet) -> Iterable[Given]:
    """One entry a drug with its highest dose, from its start to its stop."""
    runs: dict[str, list[Pressor]] = {}
    for found in days.values():
        for pressor in (pressor for one in found for pressor in one.pressors):
            runs.setdefault(pressor.drug, []).append(pressor)
    for drug, lines in runs.items():
        highest = max(lines, key=lambda line: float(line.dose))
        stopped = next(line.stopped for line in lines if line.stopped is not None)
        yield _entry(
            row, _PRESSORS[drug], "NONE", "CRS", highest.dose, highest.unit, first=lines[0].started[0], last=stopped[0]
        )  # fmt: skip


def _prophylaxis(row: Row) -> Iterable[Given]:
    """Against nausea with lymphodepletion, against herpes from then on, against pneumocystis from month 1 on."""
    yield _entry(
        row, "Ondansetron", "NONE", "PREMEDICATION", "8", "mg", first=LYMPHODEPLETION_DAYS[0],
        last=LYMPHODEPLETION_DAYS[-1],
    )  # fmt: skip
    yield _entry(row, "Aciclovir", "NONE", "PROPHYLAXIS", "400", "mg", first=_ACICLOVIR_FROM, last=None, route="ORAL")
    if last_contact(row) > _SULPHAMETHOXAZOLE_FROM:
        yield _entry(
            row, "Sulfamethoxazole and trimethoprim", "NONE", "PROPHYLAXIS", "960", "mg",
            first=_SULPHAMETHOXAZOLE_FROM, last=None, route="ORAL",
        )  # fmt: skip


def _growth_factor(row: Row) -> Iterable[Given]:
    """G-CSF for low neutrophils, by the number of the event; written when the event was in the log."""
    place = placement(row.subject_id)
    for event in blood_forms(row, place):
        if event.form != "adverse_event" or event.data["term"] != "NEUTROPENIA":
            continue
        if event.data["grade"] in _GRADES_WITH_G_CSF:
            onset = (date.fromisoformat(str(event.data["onset_on"])) - place.infused_at.date()).days
            first = max(_G_CSF_FROM, onset, (row.crs_onset_day or 0) + (row.crs_duration_days or 0))
            given = _entry(
                row, "G-CSF (filgrastim)", "G_CSF", "ADVERSE_EVENT", "300", "ug", first=first,
                last=first + _G_CSF_DAYS - 1, route="SUBCUTANEOUS", event=str(event.occurrence),
            )  # fmt: skip
            yield Given(max(given.on, event.on), given.data)
